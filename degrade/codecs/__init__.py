"""Bytes to arrays and back; nothing else in the package decodes or encodes pictures.

For photographs, whatever the file is:
    decode          bytes -> Decoded: upright sRGB pixels, strictly
    Decoded         what came out
    CodecError      what is raised instead, with its reason (REASONS)
    MAX_PIXELS      over which a file is refused before it is decoded

    has_picture_suffix, SUFFIXES
                    which names of files are those of pictures
    tiff_pages, tiff_page
                    the pages of a TIFF, each as a file

For a file whose pixels are to change while all else stays:
    read_scan     bytes -> Scan, which writes itself with other pixels

For the members of a shard, exactly as they are stored:
    encode_jpeg, decode_jpeg
    encode_png, decode_png

One format a module: `jpeg`, `png`, `webp`, `tiff` (with `tiff_pages`), `bmp`, `jpeg2000` (with `codestream`), `avif`;
`scan` and `tiff_writing` write files anew; `jpeg_tables` tells what JPEG rounds by. They share `exif` (tags, turning
upright), `colour` (alpha, CMYK), `profiles` (ICC), `scaling` (odd depths), `pillow`, `boxes`, and `errors`, `quiet`,
`encodable`.
"""

from __future__ import annotations

from degrade.codecs import avif, bmp, jpeg, jpeg2000, png, tiff, webp
from degrade.codecs.decoded import Decoded
from degrade.codecs.errors import MAX_PIXELS, REASONS, CodecError
from degrade.codecs.jpeg import decode_jpeg, encode_jpeg
from degrade.codecs.png import decode_png, encode_png
from degrade.codecs.scan import Scan, read_scan
from degrade.codecs.suffixes import SUFFIXES, has_picture_suffix
from degrade.codecs.tiff_pages import Pages, tiff_page, tiff_pages

__all__ = [
    "MAX_PIXELS",
    "REASONS",
    "SUFFIXES",
    "CodecError",
    "Decoded",
    "Pages",
    "Scan",
    "decode",
    "decode_jpeg",
    "decode_png",
    "encode_jpeg",
    "encode_png",
    "has_picture_suffix",
    "read_scan",
    "tiff_page",
    "tiff_pages",
]

#: Formats that are recognised only to name them: their first bytes, the offset of these, the name.
_FOREIGN = (
    (b"GIF8", 0, "GIF"),
    (b"ftyphe", 4, "HEIC"),
    (b"ftypmif1", 4, "HEIF"),
    (b"\xff\x0a", 0, "JPEG XL"),
    (b"\0\0\0\x0cJXL ", 0, "JPEG XL"),
    (b"8BPS", 0, "Photoshop"),
    (b"%PDF", 0, "PDF"),
    (b"qoif", 0, "QOI"),
)


def decode(data: bytes, name: str = "", luma: bool = False) -> Decoded:
    """A photograph out of a file's bytes; the bytes alone decide what it is, not its name.

    Reads JPEG, PNG, WebP, TIFF, BMP, JPEG 2000 and AVIF: gray, RGB, CMYK, palette, alpha, 1 to 16 bits. The pixels come
    out upright (by EXIF), in sRGB (a profile that is broken or sRGB is ignored), laid over white, gray files with one
    channel and all others with three, more than 8 bits kept, as 16. Strict: a file that is cut short or needs mending
    is refused.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        What the error calls the file.
    luma : bool
        Whether the luma alone will do: of a plain YCbCr JPEG, which stores it, that is read in four fifths of the time.
        It is Rec. 601's to within a code, but where the colours lie outside of sRGB and get clipped.

    Raises
    ------
    CodecError
        Whatever the bytes are, nothing else; see REASONS.
    """
    try:
        return _decode(bytes(data), luma)
    except CodecError as error:
        raise CodecError(error.reason, error.detail, name) from error.__cause__


def _decode(data: bytes, luma: bool) -> Decoded:
    if data.startswith(jpeg.SIGNATURE):
        return jpeg.read_jpeg(data, luma)
    if data.startswith(png.SIGNATURE):
        return png.read_png(data)
    if webp.is_webp(data):
        return webp.read_webp(data)
    if data.startswith(tiff.SIGNATURES):
        return tiff.read_tiff(data)
    if bmp.is_bmp(data):
        return bmp.read_bmp(data)
    if data.startswith(jpeg2000.SIGNATURES):
        return jpeg2000.read_jpeg2000(data)
    if avif.is_avif(data):
        return avif.read_avif(data)
    raise _not_a_picture(data)


def _not_a_picture(data: bytes) -> CodecError:
    cure = "convert it to JPEG, PNG or TIFF"
    if not data:
        return CodecError("empty", "the file is empty; copy or download it again")
    for signature, offset, kind in _FOREIGN:
        if data.startswith(signature, offset):
            return CodecError("unsupported", f"a {kind} file; {cure}")
    return CodecError("not_an_image", f"not a picture (it begins with {data[:8]!r}); {cure}, or take it out")
