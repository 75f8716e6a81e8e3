"""The pages of a TIFF."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import tifffile

from degrade.codecs import CodecError, decode, tiff_page, tiff_pages

FORMS = [{"byteorder": "<"}, {"byteorder": ">"}, {"byteorder": "<", "bigtiff": True}]


def paged(pages: list[np.ndarray], kinds: list[int] | None = None, **options: object) -> bytes:
    """A TIFF of these pages, each with its subfile type."""
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream, **options) as writer:
        for page, kind in zip(pages, kinds or [0] * len(pages), strict=True):
            writer.write(page, photometric="rgb", subfiletype=kind, metadata=None)
    return stream.getvalue()


@pytest.fixture(scope="session")
def pages(picture: np.ndarray, deep: np.ndarray) -> list[np.ndarray]:
    """Pictures of different sizes and depths."""
    return [picture, deep[:20], 255 - picture[:, :30]]


@pytest.mark.parametrize("form", FORMS)
def test_each_page_is_a_file(form: dict[str, object], pages: list[np.ndarray]) -> None:
    data = paged(pages, **form)
    assert tiff_pages(data) == ((1, 2, 3), True)
    for number, page in enumerate(pages, 1):
        assert np.array_equal(decode(tiff_page(data, number)).pixels, page)
    assert tiff_page(data, 1) == data


def test_thumbnails_are_no_pages(pages: list[np.ndarray]) -> None:
    assert tiff_pages(paged(pages, [0, 1, 2])).full == (1, 3)  # 2: a page of several
    assert tiff_pages(paged(pages, [1, 0, 3])).full == (2,)
    assert tiff_pages(paged(pages, [1, 1, 1])).full == ()


def test_masks_are_no_pages(picture: np.ndarray) -> None:
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as writer:
        writer.write(picture, photometric="rgb", metadata=None)
        writer.write(picture[:, :, 0] > 100, photometric="minisblack", subfiletype=4, metadata=None)
    assert tiff_pages(stream.getvalue()).full == (1,)


def test_the_old_subfile_type(picture: np.ndarray) -> None:
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as writer:
        writer.write(picture, photometric="rgb", metadata=None)
        writer.write(picture, photometric="rgb", metadata=None, extratags=[(255, 3, 1, 2, True)])
    assert tiff_pages(stream.getvalue()).full == (1,)


@pytest.mark.parametrize("form", FORMS)
def test_a_damaged_chain_is_told(form: dict[str, object], pages: list[np.ndarray]) -> None:
    data = paged(pages, **form)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        second, third = file.pages[1].offset, file.pages[2].offset
    wide = "Q" if form.get("bigtiff") else "I"
    code = str(form["byteorder"]) + wide
    link = struct.pack(code, third)
    for target in (second, 0xFFFFFF):  # a circle, and the outside
        broken = data.replace(link, struct.pack(code, target))
        assert broken != data
        assert tiff_pages(broken) == ((1, 2), False)
    assert not tiff_pages(data[: third + 2]).whole


def test_what_has_no_pages(pages: list[np.ndarray]) -> None:
    for data in (b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"no picture at all"):
        with pytest.raises(CodecError):
            tiff_pages(data)
    with pytest.raises(CodecError, match="no page 4"):
        tiff_page(paged(pages), 4)
