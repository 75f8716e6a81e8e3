"""Steps on whole vectors, in LLVM's own words, where its loop vectoriser falls short of what the CPU can do.

LLVM turns the vectors into whatever the CPU has, so that these run everywhere; no flag lets it change a rounding.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from degrade.engine.kernels.noise import DARK_SLOPE, DARKEST, ENCODED

BYTES, INTEGERS, FLOATS = (
    ir.VectorType(ir.IntType(8), 64),
    ir.VectorType(ir.IntType(32), 16),
    ir.VectorType(ir.FloatType(), 16),
)
RUN, HALF_RUN = ir.VectorType(ir.IntType(8), 16), ir.VectorType(ir.IntType(8), 8)
PIXELS = 16
"""How many pixels go through `weigh_pixels` at a time."""
READ = 64
"""How many bytes it reads, from the first on, for the 48 that it uses."""
SIDE = 16
"""Rows and columns of what `turn` turns at a time."""


@intrinsic
def weigh_pixels(_typing, source, _first, out, _place, _red, _green, _blue, _scale):
    """Sixteen RGB pixels as (r·red + g·green + b·blue)·scale: from flat uint8 `source`, byte `first` on, into flat
    float32 `out`, from `place` on. The weights are float32; 64 bytes must be there to be read."""
    signature = types.void(source, types.intp, out, types.intp, *(types.float32,) * 4)

    def generate(context, builder, signature, arguments):
        source, first, out, place, red, green, blue, scale = arguments
        values = context.make_array(signature.args[0])(context, builder, source).data
        grays = context.make_array(signature.args[2])(context, builder, out).data
        pixels = builder.load(builder.bitcast(builder.gep(values, [first]), BYTES.as_pointer()), align=1)
        terms = [
            builder.fmul(_channel(builder, pixels, number), _spread(builder, weight))
            for number, weight in enumerate((red, green, blue))
        ]
        total = builder.fadd(builder.fadd(terms[0], terms[1]), terms[2])
        gray = builder.fmul(total, _spread(builder, scale))
        builder.store(gray, builder.bitcast(builder.gep(grays, [place]), FLOATS.as_pointer()), align=4)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def encode_lights(_typing, lights, _first):
    """Sixteen values of flat float32 `lights`, from `first` on, become `to_encoded` of them, at most 1. They are not
    below 0."""
    signature = types.void(lights, types.intp)

    def generate(context, builder, signature, arguments):
        values = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.bitcast(builder.gep(values, [arguments[1]]), FLOATS.as_pointer())
        root = cgutils.get_or_insert_function(builder.module, ir.FunctionType(FLOATS, [FLOATS]), "llvm.sqrt.v16f32")
        light = builder.load(place, align=4)
        s = builder.call(root, [light])
        q = builder.call(root, [s])
        a, b, c, d, e, f = map(_everywhere, ENCODED)
        upper = builder.fadd(a, builder.fmul(b, q))
        upper = builder.fadd(upper, builder.fmul(c, s))
        upper = builder.fsub(upper, builder.fmul(builder.fmul(d, s), q))
        upper = builder.fadd(upper, builder.fmul(e, light))
        upper = builder.fsub(upper, builder.fmul(builder.fmul(f, light), q))
        is_upper = builder.fcmp_ordered(">", light, _everywhere(DARKEST))
        encoded = builder.select(is_upper, upper, builder.fmul(light, _everywhere(DARK_SLOPE)))
        one = _everywhere(1)
        builder.store(builder.select(builder.fcmp_ordered("<", encoded, one), encoded, one), place, align=4)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def turn(_typing, source, _first, _stride, out, _place, _pitch):
    """Sixteen runs of sixteen values of flat float32 `source`, from `first` on, `stride` apart, as the columns of
    sixteen runs of flat `out`, from `place` on, `pitch` apart."""
    signature = types.void(source, types.intp, types.intp, out, types.intp, types.intp)

    def generate(context, builder, signature, arguments):
        source, first, stride, out, place, pitch = arguments
        values = context.make_array(signature.args[0])(context, builder, source).data
        turned = context.make_array(signature.args[3])(context, builder, out).data
        runs = []
        for _ in range(SIDE):
            runs.append(builder.load(builder.bitcast(builder.gep(values, [first]), FLOATS.as_pointer()), align=4))
            first = builder.add(first, stride)
        for distance in (8, 4, 2, 1):
            runs = _swapped(builder, runs, distance)
        for run in runs:
            builder.store(run, builder.bitcast(builder.gep(turned, [place]), FLOATS.as_pointer()), align=4)
            place = builder.add(place, pitch)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def mix_vector(_typing, out, _at, source, _first, _second, share, _begin):
    """Sixteen values of flat float32 `source` from `first` on, mixed with those from `second` on by the shares of
    these, in `share` from `begin` on, into `out` from `at` on."""
    signature = types.void(out, types.intp, source, types.intp, types.intp, share, types.intp)

    def generate(context, builder, signature, arguments):
        _, at, _, first, second, _, begin = arguments
        arrays = [context.make_array(signature.args[i])(context, builder, arguments[i]).data for i in (0, 2, 5)]
        goal = builder.bitcast(builder.gep(arrays[0], [at]), FLOATS.as_pointer())
        one, other, weights = (
            builder.load(builder.bitcast(builder.gep(values, [place]), FLOATS.as_pointer()), align=4)
            for values, place in ((arrays[1], first), (arrays[1], second), (arrays[2], begin))
        )
        builder.store(builder.fadd(one, builder.fmul(weights, builder.fsub(other, one))), goal, align=4)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def steps_at(_typing, values, _place):
    """Which of sixteen values of flat int32 `values`, from `place` ≥ 1 on, differ from those before them: bits of a
    uint16, the lowest the first's."""
    signature = types.uint16(values, types.intp)

    def generate(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        before = builder.sub(arguments[1], ir.Constant(arguments[1].type, 1))
        here, last = (
            builder.load(builder.bitcast(builder.gep(data, [place]), INTEGERS.as_pointer()), align=4)
            for place in (arguments[1], before)
        )
        return builder.bitcast(builder.icmp_signed("!=", here, last), ir.IntType(16))

    return signature, generate


@intrinsic
def new_bytes_at(_typing, values, _place):
    """Which of 64 bytes of flat uint8 `values`, from `place` ≥ 1 on, differ from those before them: bits of a uint64,
    the lowest the first's."""
    signature = types.uint64(values, types.intp)

    def generate(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        before = builder.sub(arguments[1], ir.Constant(arguments[1].type, 1))
        here, last = (
            builder.load(builder.bitcast(builder.gep(data, [place]), BYTES.as_pointer()), align=1)
            for place in (arguments[1], before)
        )
        return builder.bitcast(builder.icmp_unsigned("!=", here, last), ir.IntType(64))

    return signature, generate


@intrinsic
def lowest_bit(_typing, bits):
    """The number of the lowest bit that is set in a uint16 or uint64, which is not 0."""
    signature = types.intp(bits)

    def generate(_context, builder, _signature, arguments):
        number = builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))
        return number if number.type.width == 64 else builder.zext(number, ir.IntType(64))

    return signature, generate


@intrinsic
def take_bytes(_typing, source, _first, _second, out, _place):
    """Eight bytes of flat uint8 `source` from `first` on and eight from `second` on, into flat int32 `out` from
    `place` on."""
    signature = types.void(source, types.intp, types.intp, out, types.intp)

    def generate(context, builder, signature, arguments):
        source, first, second, out, place = arguments
        data = context.make_array(signature.args[0])(context, builder, source).data
        wide = context.make_array(signature.args[3])(context, builder, out).data
        _store_wide(builder, _halves(builder, data, first, second), wide, place)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def give_bytes(_typing, source, _place, out, _first, _second):
    """`take_bytes` back: the lowest bytes of sixteen values of flat int32 `source`."""
    signature = types.void(source, types.intp, out, types.intp, types.intp)

    def generate(context, builder, signature, arguments):
        source, place, out, first, second = arguments
        wide = context.make_array(signature.args[0])(context, builder, source).data
        data = context.make_array(signature.args[2])(context, builder, out).data
        _store_halves(builder, _narrow(builder, wide, place), data, first, second)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def word_at(_typing, values, _place):
    """Four bytes of flat uint8 `values` from `place` on as an int32, the first one its lowest."""
    signature = types.int32(values, types.intp)

    def generate(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.gep(data, [arguments[1]])
        return builder.load(builder.bitcast(place, ir.IntType(32).as_pointer()), align=1)

    return signature, generate


@intrinsic
def put_word(_typing, values, _place, _word):
    """`word_at` back."""
    signature = types.void(values, types.intp, types.int32)

    def generate(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.gep(data, [arguments[1]])
        builder.store(arguments[2], builder.bitcast(place, ir.IntType(32).as_pointer()), align=1)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def big_word_at(_typing, values, _place):
    """Eight bytes of flat uint8 `values` from `place` on as a uint64, the first one its highest."""
    signature = types.uint64(values, types.intp)

    def generate(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.bitcast(builder.gep(data, [arguments[1]]), ir.IntType(64).as_pointer())
        return builder.bswap(builder.load(place, align=1))

    return signature, generate


@intrinsic
def spread_words(_typing, words, _first, out, _place):
    """The bytes of sixteen words of flat int32 `words` from `first` on, as four runs of sixteen of flat int32 `out`
    from `place` on: all first bytes, all second ones, and so on."""
    signature = types.void(words, types.intp, out, types.intp)

    def generate(context, builder, signature, arguments):
        words, first, out, place = arguments
        data = context.make_array(signature.args[0])(context, builder, words).data
        goal = context.make_array(signature.args[2])(context, builder, out).data
        values = builder.load(builder.bitcast(builder.gep(data, [first]), INTEGERS.as_pointer()), align=4)
        for number in range(4):
            shifted = builder.lshr(values, ir.Constant(INTEGERS, [8 * number] * SIDE))
            byte = builder.and_(shifted, ir.Constant(INTEGERS, [255] * SIDE))
            builder.store(byte, builder.bitcast(builder.gep(goal, [place]), INTEGERS.as_pointer()), align=4)
            place = builder.add(place, ir.Constant(place.type, SIDE))
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def turn_bytes(_typing, source, _first, _second, _stride, out, _place):
    """Eight runs of sixteen bytes of flat uint8 `source` from `first` on and eight from `second` on, `stride` apart, as
    the columns of sixteen runs of sixteen of flat int32 `out` from `place` on."""
    signature = types.void(source, types.intp, types.intp, types.intp, out, types.intp)

    def generate(context, builder, signature, arguments):
        source, first, second, stride, out, place = arguments
        data = context.make_array(signature.args[0])(context, builder, source).data
        wide = context.make_array(signature.args[4])(context, builder, out).data
        runs = [
            builder.load(builder.bitcast(builder.gep(data, [start]), RUN.as_pointer()), align=1)
            for start in _starts(builder, first, second, stride)
        ]
        for run in _turned(builder, runs):
            _store_wide(builder, run, wide, place)
            place = builder.add(place, ir.Constant(place.type, SIDE))
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def turn_bytes_back(_typing, source, _place, out, _first, _second, _stride):
    """`turn_bytes` back: the lowest bytes of sixteen runs of sixteen of flat int32 `source`."""
    signature = types.void(source, types.intp, out, types.intp, types.intp, types.intp)

    def generate(context, builder, signature, arguments):
        source, place, out, first, second, stride = arguments
        wide = context.make_array(signature.args[0])(context, builder, source).data
        data = context.make_array(signature.args[2])(context, builder, out).data
        runs = []
        for _ in range(SIDE):
            runs.append(_narrow(builder, wide, place))
            place = builder.add(place, ir.Constant(place.type, SIDE))
        for start, run in zip(_starts(builder, first, second, stride), _turned(builder, runs), strict=True):
            builder.store(run, builder.bitcast(builder.gep(data, [start]), RUN.as_pointer()), align=1)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def take_runs(_typing, source, _starts, _offset, out, _place, _second):
    """Sixteen runs of sixteen bytes of flat uint8 `source`, from the int64 `starts` (16,) and `offset` on, as the
    columns of sixteen runs of sixteen of flat int32 `out`: eight from `place` on, eight from `place` + `second` on."""
    signature = types.void(source, _starts, types.intp, out, types.intp, types.intp)

    def generate(context, builder, signature, arguments):
        _, _, offset, _, place, second = arguments
        data, begins, wide = (
            context.make_array(signature.args[i])(context, builder, arguments[i]).data for i in (0, 1, 3)
        )
        runs = [
            builder.load(builder.bitcast(builder.gep(data, [start]), RUN.as_pointer()), align=1)
            for start in _listed(builder, begins, offset)
        ]
        for number, run in enumerate(_turned(builder, runs)):
            _store_wide(builder, run, wide, _lane_place(builder, place, second, number))
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def give_runs(_typing, source, _place, _second, out, _starts, _offset):
    """`take_runs` back: the lowest bytes of sixteen runs of sixteen of flat int32 `source`."""
    signature = types.void(source, types.intp, types.intp, out, _starts, types.intp)

    def generate(context, builder, signature, arguments):
        _, place, second, _, _, offset = arguments
        wide, data, begins = (
            context.make_array(signature.args[i])(context, builder, arguments[i]).data for i in (0, 3, 4)
        )
        runs = [_narrow(builder, wide, _lane_place(builder, place, second, number)) for number in range(SIDE)]
        for start, run in zip(_listed(builder, begins, offset), _turned(builder, runs), strict=True):
            builder.store(run, builder.bitcast(builder.gep(data, [start]), RUN.as_pointer()), align=1)
        return context.get_dummy_value()

    return signature, generate


def _listed(builder, begins, offset):
    """Where sixteen runs begin that are listed in memory."""
    for number in range(SIDE):
        place = builder.gep(begins, [ir.Constant(ir.IntType(64), number)])
        yield builder.add(builder.load(place), offset)


def _lane_place(builder, place, second, number):
    """Where run `number` of two times eight stands."""
    half, rest = divmod(number, SIDE // 2)
    place = builder.add(place, ir.Constant(place.type, SIDE * rest))
    return builder.add(place, second) if half else place


def _starts(builder, first, second, stride):
    """Where eight runs from `first` on begin and eight from `second` on."""
    for start in (first, second):
        for _ in range(SIDE // 2):
            yield start
            start = builder.add(start, stride)


def _halves(builder, data, first, second):
    """Eight bytes from `first` on and eight from `second` on as one vector."""
    halves = [
        builder.load(builder.bitcast(builder.gep(data, [start]), HALF_RUN.as_pointer()), align=1)
        for start in (first, second)
    ]
    return builder.shuffle_vector(*halves, ir.Constant(INTEGERS, list(range(SIDE))))


def _store_halves(builder, run, data, first, second):
    """`_halves` back."""
    indices = ir.VectorType(ir.IntType(32), SIDE // 2)
    for number, start in enumerate((first, second)):
        order = ir.Constant(indices, list(range(number * SIDE // 2, (number + 1) * SIDE // 2)))
        half = builder.shuffle_vector(run, run, order)
        builder.store(half, builder.bitcast(builder.gep(data, [start]), HALF_RUN.as_pointer()), align=1)


def _store_wide(builder, run, wide, place):
    """Sixteen bytes as int32 from `place` on."""
    builder.store(
        builder.zext(run, INTEGERS), builder.bitcast(builder.gep(wide, [place]), INTEGERS.as_pointer()), align=4
    )


def _narrow(builder, wide, place):
    """The lowest bytes of sixteen int32 from `place` on."""
    values = builder.load(builder.bitcast(builder.gep(wide, [place]), INTEGERS.as_pointer()), align=4)
    return builder.trunc(values, RUN)


def _turned(builder, runs):
    """A square of sixteen runs of bytes, turned: four times, runs eight apart are interleaved."""
    low, high = (
        ir.Constant(INTEGERS, [k // 2 + start + k % 2 * SIDE for k in range(SIDE)]) for start in (0, SIDE // 2)
    )
    for _ in range(4):
        pairs = [(runs[i], runs[i + SIDE // 2]) for i in range(SIDE // 2)]
        runs = [builder.shuffle_vector(*pair, order) for pair in pairs for order in (low, high)]
    return runs


def _swapped(builder, runs, distance):
    """A step of turning a square: of each two runs so far apart, those values of both that are to be in one."""
    near = [k if k & distance == 0 else k - distance + SIDE for k in range(SIDE)]
    far = [k + distance if k & distance == 0 else k + SIDE for k in range(SIDE)]
    swapped = list(runs)
    for i in range(SIDE):
        if i & distance == 0:
            pair = runs[i], runs[i + distance]
            swapped[i] = builder.shuffle_vector(*pair, ir.Constant(INTEGERS, near))
            swapped[i + distance] = builder.shuffle_vector(*pair, ir.Constant(INTEGERS, far))
    return swapped


def _channel(builder, pixels, number):
    """A channel of sixteen interleaved pixels as float32: one shuffle puts its bytes where the integers' lowest are."""
    nothing = READ  # the first byte of the second vector, which is zero
    order = [byte for pixel in range(PIXELS) for byte in (3 * pixel + number, nothing, nothing, nothing)]
    mask = ir.Constant(ir.VectorType(ir.IntType(32), READ), order)
    integers = builder.bitcast(builder.shuffle_vector(pixels, ir.Constant(BYTES, None), mask), INTEGERS)
    return builder.sitofp(integers, FLOATS)


def _everywhere(value):
    """A constant in all sixteen places."""
    return ir.Constant(FLOATS, [float(value)] * PIXELS)


def _spread(builder, value):
    """A float32 in all sixteen places."""
    empty = ir.Constant(FLOATS, ir.Undefined)
    one = builder.insert_element(empty, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, empty, ir.Constant(INTEGERS, [0] * PIXELS))
