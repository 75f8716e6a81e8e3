"""Between the integers of files and the engine's float32 in [0, 1]; the one place where values are rounded."""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import to_encoded, to_linear
from degrade.engine.kernels.vectors import PIXELS, READ, encode_lights, weigh_pixels

u8, u16, u32, f32, i32 = np.uint8, np.uint16, np.uint32, np.float32, np.int32

_BEHIND = 4 * PIXELS


@kernel
def scale_into(source, out, scale):
    """out = source * scale, both flat; integers to float32."""
    s = f32(scale)
    for i in range(out.size):
        out[i] = f32(source[i]) * s


@kernel
def clip_into(source, out):
    """out = source clipped to [0, 1], both flat float32; NaN becomes 0."""
    for i in range(out.size):
        v = source[i]
        out[i] = min(v, f32(1)) if v > f32(0) else f32(0)


@kernel
def round_to_uint8(source, out):
    """Flat float32 in [0, 1] to uint8, to the nearest code."""
    for i in range(out.size):
        out[i] = u8(i32(min(max(source[i] * f32(255) + f32(0.5), f32(0)), f32(255))))


@kernel
def round_to_uint16(source, out):
    """Flat float32 in [0, 1] to uint16, to the nearest code."""
    for i in range(out.size):
        out[i] = u16(i32(min(max(source[i] * f32(65535) + f32(0.5), f32(0)), f32(65535))))


@kernel
def weigh_integers(source, out, red, green, blue, scale):
    """Gray from flat RGB integers by 16-bit integer weights (summing to 65536): exact up to the one scaling."""
    s = f32(scale)
    r, g, b = np.int64(red), np.int64(green), np.int64(blue)
    for i in range(out.size):
        out[i] = (
            f32(np.int64(source[3 * i]) * r + np.int64(source[3 * i + 1]) * g + np.int64(source[3 * i + 2]) * b) * s
        )


@kernel
def weigh_bytes(source, out, red, green, blue):
    """`weigh_integers` for uint8, in float32: the products stay below 2**24, so that these are exact too."""
    s, r, g, b = f32(1.0 / (65536 * 255.0)), f32(red), f32(green), f32(blue)
    whole = max(0, (source.size - READ + 3 * PIXELS) // (3 * PIXELS))
    for k in range(whole):
        weigh_pixels(source, 3 * PIXELS * k, out, PIXELS * k, r, g, b, s)
    for i in range(PIXELS * whole, out.size):
        out[i] = (f32(source[3 * i]) * r + f32(source[3 * i + 1]) * g + f32(source[3 * i + 2]) * b) * s


@kernel
def weigh_floats(source, out, red, green, blue):
    """Gray from flat RGB float32 by weights that sum to 1."""
    r, g, b = f32(red), f32(green), f32(blue)
    for i in range(out.size):
        out[i] = min(source[3 * i] * r + source[3 * i + 1] * g + source[3 * i + 2] * b, f32(1))


@kernel
def weigh_light(source, out, red, green, blue):
    """Gray from flat RGB float32 by weights that apply in linear light; encoded again."""
    r, g, b = f32(red), f32(green), f32(blue)
    for i in range(out.size):
        light = to_linear(source[3 * i]) * r + to_linear(source[3 * i + 1]) * g + to_linear(source[3 * i + 2]) * b
        out[i] = min(max(to_encoded(max(light, f32(0))), f32(0)), f32(1))


@kernel
def weigh_light_bytes(source, out, red, green, blue):
    """`weigh_light` straight from uint8."""
    # Looking a byte's light up beats the polynomial, if four pixels are loaded as three words. The roots take other
    # parts of the CPU, which work at the same time if they follow a little behind.
    reds, greens, blues = weighed_lights(red), weighed_lights(green), weighed_lights(blue)
    whole = out.size // PIXELS * PIXELS
    words, byte = source[: 3 * whole].view(u32), u32(255)
    for start in range(0, whole, PIXELS):
        for i in range(start // 4, (start + PIXELS) // 4):
            a, b, c = words[3 * i], words[3 * i + 1], words[3 * i + 2]
            out[4 * i] = reds[a & byte] + greens[(a >> u32(8)) & byte] + blues[(a >> u32(16)) & byte]
            out[4 * i + 1] = reds[a >> u32(24)] + greens[b & byte] + blues[(b >> u32(8)) & byte]
            out[4 * i + 2] = reds[(b >> u32(16)) & byte] + greens[b >> u32(24)] + blues[c & byte]
            out[4 * i + 3] = reds[(c >> u32(8)) & byte] + greens[(c >> u32(16)) & byte] + blues[c >> u32(24)]
        if start >= _BEHIND:
            encode_lights(out, start - _BEHIND)
    for start in range(max(whole - _BEHIND, 0), whole, PIXELS):
        encode_lights(out, start)
    for i in range(whole, out.size):
        light = reds[source[3 * i]] + greens[source[3 * i + 1]] + blues[source[3 * i + 2]]
        out[i] = min(to_encoded(light), f32(1))


@kernel
def weighed_lights(weight):
    """(256,) float32: the linear light of each byte times `weight`."""
    lights = np.empty(256, f32)
    for code in range(256):
        lights[code] = to_linear(f32(code) * f32(1 / 255.0)) * f32(weight)
    return lights


@kernel
def replicate(source, out):
    """Gray (N) to RGB (3 N), any dtype."""
    for i in range(source.size):
        v = source[i]
        out[3 * i] = v
        out[3 * i + 1] = v
        out[3 * i + 2] = v
