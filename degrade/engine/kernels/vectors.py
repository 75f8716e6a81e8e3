"""Steps on whole vectors, in LLVM's own words, where its loop vectoriser falls short of what the CPU can do.

LLVM turns the vectors into whatever the CPU has, so that these run everywhere; no flag lets it change a rounding.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

BYTES, INTEGERS, FLOATS = (
    ir.VectorType(ir.IntType(8), 64),
    ir.VectorType(ir.IntType(32), 16),
    ir.VectorType(ir.FloatType(), 16),
)
PIXELS = 16
"""How many pixels go through `weigh_pixels` at a time."""
READ = 64
"""How many bytes it reads, from the first on, for the 48 that it uses."""


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


def _channel(builder, pixels, number):
    """A channel of sixteen interleaved pixels as float32: one shuffle puts its bytes where the integers' lowest are."""
    nothing = READ  # the first byte of the second vector, which is zero
    order = [byte for pixel in range(PIXELS) for byte in (3 * pixel + number, nothing, nothing, nothing)]
    mask = ir.Constant(ir.VectorType(ir.IntType(32), READ), order)
    integers = builder.bitcast(builder.shuffle_vector(pixels, ir.Constant(BYTES, None), mask), INTEGERS)
    return builder.sitofp(integers, FLOATS)


def _spread(builder, value):
    """A float32 in all sixteen places."""
    empty = ir.Constant(FLOATS, ir.Undefined)
    one = builder.insert_element(empty, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, empty, ir.Constant(INTEGERS, [0] * PIXELS))
