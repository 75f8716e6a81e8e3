"""Compiled loops over pixels.

    kernel      the one decorator: numba, cached, without fastmath
    noise       counter-based bits, uniforms, value noise; sin, exp2 and log2 that are the same on every CPU
    convert     between the bytes of files and the engine's float32; rounding happens here
    layers      the verbs: the compositing equation, and the masks kept by it
    tone        gray, tone curves, vignette
    grain       film grain
    gaussian    white noise
    dropout     salt and pepper, random pixels, rectangles
    draw        strokes, specks and broken lines into coverage
    blur        separable blurs
    warp        geometry

Inside kernels every float is a float32 unless said otherwise: numba promotes, so constants are wrapped in `f32`.
"""
