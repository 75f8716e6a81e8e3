"""How the files that are read as pictures are called; what they hold is for their bytes to say."""

from __future__ import annotations

SUFFIXES = ("jpg", "jpeg", "jpe", "png", "webp", "tif", "tiff", "bmp", "jp2", "j2k", "j2c", "jpf", "jpx", "avif")


def has_picture_suffix(name: str) -> bool:
    """Whether a file name ends as pictures do, in any case."""
    stem, dot, suffix = name.rpartition(".")
    return bool(stem and dot) and suffix.lower() in SUFFIXES
