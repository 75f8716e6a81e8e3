"""AVIF: 8 bits through Pillow, 10 and 12 through OpenCV, which keeps them. Of a sequence the first frame is read.

After AV1 Image File Format 1.1 and ISO/IEC 23008-12. Both decoders are libavif, which refuses what is cut short.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from degrade.codecs.boxes import Box, boxes
from degrade.codecs.colour import finished
from degrade.codecs.decoded import Decoded
from degrade.codecs.errors import CodecError, check_size, corrupt, decoder_faults, truncated
from degrade.codecs.exif import exif_orientation
from degrade.codecs.pillow import image_samples
from degrade.codecs.quiet import quiet
from degrade.codecs.scaling import to_full_range

_BRANDS = (b"avif", b"avis")
_PQ, _HLG = 16, 18  # transfer characteristics (ITU-T H.273)
_FULL_BOX = 4  # version and flags


class _Header(NamedTuple):
    sizes: list[tuple[int, int]]
    depth: int


def is_avif(data: bytes) -> bool:
    """Whether the file says in its first box that it is, or can be read as, AVIF."""
    if data[4:8] != b"ftyp":
        return False
    brands = data[8 : int.from_bytes(data[:4], "big")]
    return any(brands[at : at + 4] in _BRANDS for at in range(0, len(brands), 4) if at != 4)  # 4: minor version


def read_avif(data: bytes) -> Decoded:
    """A photograph in an AVIF file; see `degrade.codecs.decode`.

    10 and 12 bits become 16, at the full range. Pictures in HDR (PQ or HLG) are refused. Rotation and mirroring are
    followed, primaries without a profile are not.
    """
    from PIL.AvifImagePlugin import AvifImageFile

    header = _read_header(data)
    for size in header.sizes:
        check_size(*size, len(data))
    with decoder_faults(), quiet(), AvifImageFile(io.BytesIO(data)) as image:
        check_size(*image.size, len(data))
        profile = image.info.get("icc_profile")
        orientation = exif_orientation(image.info.get("exif", b""))  # Pillow puts the boxes' rotation there
        if header.depth > 8:
            samples = to_full_range(_deep(data, image.size), header.depth)
        else:
            image.load()
            samples = image_samples(image)
    return Decoded(finished(samples, profile=profile, orientation=orientation)[0], "avif")


def _deep(data: bytes, size: tuple[int, int]) -> np.ndarray:
    import cv2

    samples = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if samples is None or samples.dtype != np.uint16 or samples.shape[1::-1] != size:
        raise corrupt("its AVIF data cannot be decoded")
    samples = samples.reshape(*samples.shape[:2], -1)
    if samples.shape[2] == 1:
        return samples
    return cv2.cvtColor(samples, cv2.COLOR_BGR2RGB if samples.shape[2] == 3 else cv2.COLOR_BGRA2RGBA)


def _read_header(data: bytes) -> _Header:
    """What the properties say: the sizes of all pictures in the file, and the largest depth. CodecError for HDR."""
    outermost = list(boxes(data))
    if not {b"meta", b"moov"} & {box.kind for box in outermost}:
        raise truncated()
    sizes: list[tuple[int, int]] = []
    depth = 8
    for kind, start, end in _properties(data, outermost):
        content = data[start:end]
        if kind == b"ispe" and len(content) >= _FULL_BOX + 8:
            width, height = struct.unpack_from(">2I", content, _FULL_BOX)
            sizes.append((width, height))
        elif kind == b"av1C" and len(content) >= 3:
            depth = max(depth, _depth(content[2]))
        elif kind == b"colr" and content[:4] == b"nclx":
            _check_transfer(content)
    return _Header(sizes, depth)


def _properties(data: bytes, outermost: list[Box]) -> Iterator[Box]:
    """The boxes in meta / iprp / ipco."""
    for meta in (box for box in outermost if box.kind == b"meta"):
        for iprp in (box for box in boxes(data, meta.start + _FULL_BOX, meta.end) if box.kind == b"iprp"):
            for ipco in (box for box in boxes(data, iprp.start, iprp.end) if box.kind == b"ipco"):
                yield from boxes(data, ipco.start, ipco.end)


def _depth(flags: int) -> int:
    """Bits by the third byte of the AV1 configuration: high_bitdepth, twelve_bit."""
    if not flags & 0x40:
        return 8
    return 12 if flags & 0x20 else 10


def _check_transfer(content: bytes) -> None:
    if int.from_bytes(content[6:8], "big") in (_PQ, _HLG):
        raise CodecError("unsupported", "an AVIF in HDR; convert it to sRGB")
