"""Which file names are those of pictures."""

from __future__ import annotations

import pytest

from degrade.codecs import has_picture_suffix

USUAL = ("a.jpg", "a.JPEG", "a.Jpe", "a.png", "a.webp", "a.TIF", "a.tiff", "a.bmp", "a.b.jpg")
ARCHIVED = ("a.jp2", "a.J2K", "a.j2c", "a.jpf", "a.jpx", "a.avif")


@pytest.mark.parametrize("name", USUAL + ARCHIVED)
def test_pictures(name: str) -> None:
    assert has_picture_suffix(name)


@pytest.mark.parametrize("name", ["a", "jpg", ".jpg", "a.gif", "a.jpg.txt", "a.jpg~", "a.", "a.jp", ""])
def test_no_pictures(name: str) -> None:
    assert not has_picture_suffix(name)
