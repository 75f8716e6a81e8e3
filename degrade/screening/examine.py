"""Looking at one photograph: what is found of it alone, and what it is to be compared by."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from degrade.codecs import SUFFIXES, CodecError, Decoded, decode
from degrade.codecs.errors import decoder_faults
from degrade.codecs.quiet import quiet
from degrade.corpus import Corpus, CorpusReadError, Photograph
from degrade.screening.compression import blockiness, nearest_quality
from degrade.screening.errors import ScreeningError
from degrade.screening.findings import (
    Blurred,
    Cmyk,
    Colourless,
    Compressed,
    Deep,
    Finding,
    Misnamed,
    TooSmall,
    Unusable,
)
from degrade.screening.neighbours import MAX_BITS
from degrade.screening.perceptual import Looks, looks_of
from degrade.screening.sharpness import sharpness

MIN_SIDE = 64
_FORMATS = {"jpg": "jpeg", "jpe": "jpeg", "tif": "tiff", "j2k": "jp2", "j2c": "jp2", "jpf": "jp2", "jpx": "jp2"}
"""Suffixes that are not their format's name."""
_SHRUNK = 256
"""Pixels of the longer side, about, at which colour is looked for: the chroma noise of gray scans averages out."""
_GRAY = 6
"""Codes between the channels of a pixel, up to which it has no colour."""
_COLOURED = 0.001
"""Share of coloured pixels from which a picture has colour."""


@dataclass(frozen=True)
class Criteria:
    """What is looked for.

    Attributes
    ----------
    min_side : int
        Pixels of the shorter side below which a photograph is too small.
    min_quality : int
        JPEG quality below which a file is heavily compressed, 1 to 100; 0 for none.
    max_blockiness : float
        Blockiness over which a picture is heavily compressed, whatever its format; infinite for none.
    near : int
        Bits of 64 in which the hashes of two near-duplicates may differ, 0 to 15.
    min_sharpness : float
        Sharpness below which a picture is blurred; 0 for none.

    Raises
    ------
    ScreeningError
        For a number out of range.
    """

    min_side: int = MIN_SIDE
    min_quality: int = 50
    max_blockiness: float = 0.4
    near: int = 8
    min_sharpness: float = 0.0

    def __post_init__(self) -> None:
        for name, high in (("min_side", None), ("min_quality", 100), ("near", MAX_BITS)):
            value = getattr(self, name)
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not whole or value < 0 or (high is not None and value > high):
                cure = f"give a whole number from 0{'' if high is None else f' to {high}'}"
                raise ScreeningError(f"{name} is {value!r}", cure, exit_code=2)
        for name in ("max_blockiness", "min_sharpness"):
            if not getattr(self, name) >= 0:
                raise ScreeningError(f"{name} is {getattr(self, name)!r}", "give a number from 0", exit_code=2)


@dataclass(frozen=True, slots=True)
class Examined:
    """What is known of one photograph.

    Attributes
    ----------
    findings : tuple of Finding
    digest : bytes
        BLAKE2b of the file, 16 bytes; b"" if it is unusable.
    looks : Looks or None
        None if it is unusable or has none.
    """

    findings: tuple[Finding, ...]
    digest: bytes = b""
    looks: Looks | None = field(default=None)


def examine(corpus: Corpus, photograph: Photograph, criteria: Criteria) -> Examined:
    """Read, decode and measure one photograph. Raises ScreeningError if memory runs out."""
    try:
        data = corpus.read(photograph)
        decoded = decode(data, photograph.source)
        pixels = decoded.pixels
    except (CorpusReadError, CodecError) as error:
        return Examined((unusable(photograph, error.reason, error.detail),))
    except MemoryError as error:
        what = f"memory ran out at {photograph.source} ({photograph.size} bytes)"
        raise ScreeningError(what, "use fewer workers, or take the photograph out") from error
    luma = _luma(pixels)
    found = (
        *of_the_file(photograph, data, decoded),
        *_of_the_picture(photograph, pixels, luma, criteria),
        *_of_its_past(photograph, data, decoded, luma, criteria),
    )
    return Examined(found, blake2b(data, digest_size=16).digest(), looks_of(luma))


def unusable(photograph: Photograph, reason: str, detail: str) -> Unusable:
    """The finding of a photograph that gives no pair; `detail` becomes one line."""
    return Unusable(photograph.source, photograph.key, reason, " ".join(detail.split()))


def of_the_file(photograph: Photograph, data: bytes, decoded: Decoded) -> Iterator[Finding]:
    """What is found of a file that was decoded, whatever it shows: Misnamed, Cmyk, Deep."""
    suffix = photograph.source.rpartition(".")[2].lower()
    if suffix in SUFFIXES and _FORMATS.get(suffix, suffix) != decoded.format:
        yield Misnamed(photograph.source, photograph.key, decoded.format, suffix)
    if _is_cmyk(data, decoded.format):
        yield Cmyk(photograph.source, photograph.key)
    if decoded.pixels.dtype == np.uint16:
        yield Deep(photograph.source, photograph.key)


def _of_the_picture(
    photograph: Photograph, pixels: np.ndarray, luma: np.ndarray, criteria: Criteria
) -> Iterator[Finding]:
    height, width = luma.shape
    if min(height, width) < criteria.min_side:
        yield TooSmall(photograph.source, photograph.key, width, height, criteria.min_side)
    if pixels.shape[2] == 3 and not _has_colour(pixels):
        yield Colourless(photograph.source, photograph.key)
    if criteria.min_sharpness > 0:
        found = sharpness(luma)
        if found is not None and found < criteria.min_sharpness:
            yield Blurred(photograph.source, photograph.key, found)


def _of_its_past(
    photograph: Photograph, data: bytes, decoded: Decoded, luma: np.ndarray, criteria: Criteria
) -> Iterator[Finding]:
    quality = jpeg_quality(data) if decoded.format == "jpeg" else None
    if quality is not None and quality < criteria.min_quality:
        yield Compressed(photograph.source, photograph.key, quality, None)
        return
    found = blockiness(luma)
    if found is not None and found > criteria.max_blockiness:
        yield Compressed(photograph.source, photograph.key, None, found)


def _luma(pixels: np.ndarray) -> np.ndarray:
    """Rec. 601 luma, (H, W) uint8."""
    import cv2

    bytes_ = (pixels >> 8).astype(np.uint8) if pixels.dtype == np.uint16 else pixels
    luma: np.ndarray = bytes_[:, :, 0] if bytes_.shape[2] == 1 else cv2.cvtColor(bytes_, cv2.COLOR_RGB2GRAY)
    return luma


def _has_colour(pixels: np.ndarray) -> bool:
    import cv2

    height, width = pixels.shape[:2]
    times = max(1, min(round(max(height, width) / _SHRUNK), height, width))  # a whole number is several times faster
    whole = pixels[: height // times * times, : width // times * times]
    small = cv2.resize(whole, (width // times, height // times), interpolation=cv2.INTER_AREA)
    red, green, blue = cv2.split(small)
    spread = cv2.max(cv2.max(red, green), blue) - cv2.min(cv2.min(red, green), blue)
    codes = _GRAY * (257 if pixels.dtype == np.uint16 else 1)
    return float((spread > codes).mean()) >= _COLOURED


def _is_cmyk(data: bytes, format: str) -> bool:
    """Whether a file that was decoded stores inks. Pillow reads no more than its header."""
    from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.TiffImagePlugin import TiffImageFile

    kinds = {"jpeg": JpegImageFile, "tiff": TiffImageFile, "jp2": Jpeg2KImageFile}
    if format not in kinds:
        return False
    try:
        with decoder_faults(), quiet(), kinds[format](io.BytesIO(data)) as image:
            return str(image.mode) == "CMYK"
    except CodecError:  # a kind of TIFF that Pillow does not know: none of those that are read has inks
        return False


def jpeg_quality(data: bytes) -> int | None:
    """The quality of a JPEG by the table of its first component; None where Pillow cannot tell it."""
    from PIL.JpegImagePlugin import JpegImageFile

    try:
        with decoder_faults(), quiet(), closing(JpegImageFile(io.BytesIO(data))) as image:
            return nearest_quality(np.array(image.quantization[image.layer[0][3]]))
    except CodecError:
        return None
