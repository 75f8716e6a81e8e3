"""Tone: curves over the whole frame as polynomials, vignetting, levels.

A tone curve is worked out exactly, in density, at a few nodes only; what runs over the pixels is a polynomial of
degree 7 through them, in t = 2v - 1 for the encoded value v: ten times faster than a table of values.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, log2, power, to_encoded, to_linear

u16, u32, f32, f64, i32, i64 = np.uint16, np.uint32, np.float32, np.float64, np.int32, np.int64

NODES = 32
"""How many nodes a curve is worked out at."""
DEGREE = 7
LOG2_OF_10 = 3.321928094887362
FLOOR = 1e-3
"""Smallest reflectance that has a density: 3."""
OFFSET = 0.055
"""Of the power segment of sRGB, v = 1.055·L^(1/2.4) - 0.055."""
ROW = 4096
"""Values that go through one loop at a time, so that they stay in the fastest cache."""
TILE = 48
"""Coefficients that `curve_rgb` keeps side by side: whole pixels and whole vectors."""


# ------------------------------------------------------------------------------------------------ fitting


@kernel
def nodes():
    """The Chebyshev nodes cos((j + 1/2)π/32) in [-1, 1], float64, by square roots and additions alone."""
    cosine = 0.0  # of π/2, halved five times below: of π/64
    for _ in range(5):
        cosine = np.sqrt((1 + cosine) / 2)
    twice = 2 * (2 * cosine * cosine - 1)
    places = np.empty(NODES, f64)
    before, now = cosine, cosine
    for j in range(NODES):
        places[j] = now
        before, now = now, twice * now - before
    return places


@kernel
def fitted(places, values):
    """Coefficients (8,) float32 of t⁰ … t⁷ for the truncated Chebyshev series through `values` at the `places`."""
    monomials = np.zeros(DEGREE + 1, f64)
    lower, upper = np.zeros(DEGREE + 1, f64), np.zeros(DEGREE + 1, f64)  # T_{k-1} and T_k as coefficients of t⁰ … t⁷
    upper[0] = 1
    for k in range(DEGREE + 1):
        total = 0.0
        for j in range(NODES):
            t = places[j]
            value = upper[DEGREE]
            for m in range(DEGREE - 1, -1, -1):
                value = value * t + upper[m]
            total += values[j] * value
        share = total * (1.0 if k == 0 else 2.0) / NODES
        following = -lower
        for m in range(DEGREE + 1):
            monomials[m] += share * upper[m]
            if m > 0:
                following[m] += upper[m - 1] * (1.0 if k == 0 else 2.0)
        lower, upper = upper, following
    return monomials.astype(f32)


@kernel
def density(light):
    """Density of a reflectance, floored at 10⁻³."""
    return -log2(max(f32(light), f32(FLOOR))) * f32(1 / LOG2_OF_10)


@kernel
def reflectance(d):
    """10^-d."""
    return exp2(f32(d) * f32(-LOG2_OF_10))


@kernel
def faded_curve(amount, black, white):
    """Coefficients of the curve of a faded print.

    A print whose deepest black has the linear reflectance `black` loses density, D' = D - amount·D·(exp(-D/0.5) + 0.3);
    its paper now reflects `white`.
    """
    places = nodes()
    values = np.empty(NODES, f64)
    f, deepest = f32(amount), f32(black)
    for j in range(NODES):
        light = deepest + (f32(1) - deepest) * to_linear(f32((places[j] + 1) / 2))
        d = density(light)
        lost = f * d * (exp2(d * f32(-2 / 0.6931471805599453)) + f32(0.3))
        values[j] = to_encoded(f32(white) * min(light * reflectance(-lost), f32(1)))
    return fitted(places, values)


@kernel
def toned_curve(shadows, highlights, deepest, base, strength):
    """Coefficients of one channel's curve of a toned print.

    The image's density D, at most that of the linear reflectance `deepest`, is multiplied by a factor that runs from
    `shadows` at the deepest black to `highlights` at paper white; `base` is the paper's linear reflectance.
    `strength` blends all of it with the untoned print.
    """
    places = nodes()
    values = np.empty(NODES, f64)
    black, s = f32(strength) * f32(deepest), f32(strength)
    most = density(f32(deepest))
    paper = f32(1) + s * (f32(base) - f32(1))
    for j in range(NODES):
        light = to_linear(f32((places[j] + 1) / 2))
        d = density(black + (f32(1) - black) * light)
        factor = f32(highlights) + (f32(shadows) - f32(highlights)) * min(d / most, f32(1))
        values[j] = to_encoded(min(paper * light_ratio(light, black, d, s * (factor - f32(1))), f32(1)))
    return fitted(places, values)


@kernel
def light_ratio(light, black, d, more):
    """Light of the print, `black` its deepest, when `more` of the density d is added."""
    return (black + (f32(1) - black) * light) * reflectance(d * more)


# ------------------------------------------------------------------------------------------------ over the frame


@kernel
def curve(values, k):
    """Send flat float32 `values` in [0, 1] through the polynomial `k` (8,) in 2v - 1, in place; clipped to [0, 1]."""
    # In v - 1/2, which is one addition less: the powers of two go into the coefficients without a rounding.
    k0, k1, k2, k3 = k[0], k[1] * f32(2), k[2] * f32(4), k[3] * f32(8)
    k4, k5, k6, k7 = k[4] * f32(16), k[5] * f32(32), k[6] * f32(64), k[7] * f32(128)
    for i in range(values.size):
        values[i] = clipped(series(values[i] - f32(0.5), k0, k1, k2, k3, k4, k5, k6, k7))


@kernel
def curve_rgb(values, k):
    """`curve` for flat interleaved RGB, each channel through its own polynomial: `k` is (3, 8)."""
    # Coefficients that alternate as the channels do let the loop run over contiguous values.
    tiled = np.empty((DEGREE + 1, TILE), f32)
    for m in range(DEGREE + 1):
        for i in range(TILE):
            tiled[m, i] = k[i % 3, m] * f32(1 << m)  # for powers of v - 1/2: see `curve`
    k0, k1, k2, k3, k4, k5, k6, k7 = tiled[0], tiled[1], tiled[2], tiled[3], tiled[4], tiled[5], tiled[6], tiled[7]
    for start in range(0, values.size, TILE):
        row = values[start : start + TILE]
        for i in range(row.size):
            row[i] = clipped(series(row[i] - f32(0.5), k0[i], k1[i], k2[i], k3[i], k4[i], k5[i], k6[i], k7[i]))


@kernel
def series(t, k0, k1, k2, k3, k4, k5, k6, k7):
    """k0 + k1 t + … + k7 t⁷, summed in pairs, faster than Horner's chain."""
    t2 = t * t
    low = (k0 + t * k1) + t2 * (k2 + t * k3)
    high = (k4 + t * k5) + t2 * (k6 + t * k7)
    return low + t2 * t2 * high


@kernel
def clipped(v):
    """`v` clipped to [0, 1]."""
    return min(max(v, f32(0)), f32(1))


@kernel
def vignette(pixels, channels, falloff, centre_y, centre_x, half_diagonal):
    """Multiply linear light by V = (1 + falloff·r²)⁻² in place; pixels (H, W·C) float32.

    r is the distance of a pixel's centre from the optical centre, in half diagonals; lengths in pixels.
    """
    # Above the toe of sRGB v + 0.055 goes with light^(1/2.4), below it v goes with light: the larger of both is within
    # 0.4 codes of the detour over linear light, at a third of its price.
    height, width = pixels.shape
    scale = 1 / (half_diagonal * half_diagonal)
    reach_y, reach_x = max(centre_y, height - centre_y), max(centre_x, width // channels - centre_x)
    most = (reach_y * reach_y + reach_x * reach_x) * scale  # r² at the farthest corner
    places = nodes()
    gains = np.empty(NODES, f64)
    for j in range(NODES):
        gains[j] = power(f32(1 + falloff * most * (places[j] + 1) / 2), f32(-2 / 2.4))
    k = fitted(places, gains)
    a, b = f32(1 + falloff * most / 2), f32(falloff * most / 2)  # 1 + falloff·r² = a + b·t for t in [-1, 1]
    across = np.empty(width, f32)
    for x in range(width):
        dx = x // channels + 0.5 - centre_x
        across[x] = f32(2 * dx * dx * scale / most - 1)
    for y in range(height):
        dy = y + 0.5 - centre_y
        down = f32(2 * dy * dy * scale / most)
        row = pixels[y]
        for x in range(width):
            t = across[x] + down
            g = min(series(t, k[0], k[1], k[2], k[3], k[4], k[5], k[6], k[7]), f32(1))
            q = a + b * t
            v = row[x]
            row[x] = max((v + f32(OFFSET)) * g - f32(OFFSET), v / (q * q))


@kernel
def stretched(values, low, high, bottom, top):
    """Levels, in place: `low` becomes `bottom`, `high` becomes `top`, linearly, clipped to both. Flat float32."""
    a, b, gain = f32(low), f32(bottom), f32((top - bottom) / (high - low))
    least, most = f32(min(bottom, top)), f32(max(bottom, top))
    for i in range(values.size):
        values[i] = min(max((values[i] - a) * gain + b, least), most)


@kernel
def stretched_by_gamma(values, low, high, gamma, bottom, top):
    """`stretched` with the mid tones raised: the share of the way from `low` to `high` to the power of 1/gamma."""
    a, b, gain, height = f32(low), f32(bottom), f32(1 / (high - low)), f32(top - bottom)
    exponent = f32(1 / gamma)
    none = f32(-126)  # the logarithm that stands for no light
    for start in range(0, values.size, ROW):  # two short loops keep a processor busier than one of twice the length
        row = values[start : start + ROW]
        for i in range(row.size):
            share = min((row[i] - a) * gain, f32(1))
            row[i] = exponent * log2(max(share, f32(1e-30))) if share > f32(1e-30) else none
        for i in range(row.size):
            lifted = exp2(row[i]) if row[i] > none else f32(0)
            row[i] = clipped(lifted * height + b)


@kernel
def histogram(values, counts):
    """Add to `counts` (N,) int64 how many flat float32 `values` of [0, 1] lie nearest to each of N ≤ 65536 steps."""
    # Neighbours are alike and a counter just written is slow to read: even and odd ones are counted apart.
    last = f32(counts.size - 1)
    steps = np.empty(ROW, u16)
    even, odd = np.zeros(counts.size, u32), np.zeros(counts.size, u32)
    for start in range(0, values.size, ROW):
        row = values[start : start + ROW]
        for i in range(row.size):
            steps[i] = u16(i32(row[i] * last + f32(0.5)))
        for i in range(row.size // 2):
            even[steps[2 * i]] += u32(1)
            odd[steps[2 * i + 1]] += u32(1)
        if row.size % 2:
            even[steps[row.size - 1]] += u32(1)
    for i in range(counts.size):
        counts[i] += i64(even[i]) + i64(odd[i])


@kernel
def decode(values):
    """sRGB-encoded flat float32 to linear light, in place."""
    for i in range(values.size):
        values[i] = to_linear(values[i])


@kernel
def encode(values):
    """Linear light, flat float32 in [0, 1], to sRGB-encoded, in place."""
    for i in range(values.size):
        values[i] = clipped(to_encoded(values[i]))
