"""PNG: an own writer over ISA-L, and OpenCV for others' files. After the W3C Recommendation, third edition (2025).

ISA-L's levels 0 to 2 write the same bytes on every CPU; level 3 does not. gAMA and cHRM are not followed (a picture
without a profile is sRGB), and of an animation the default image is read.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple, cast

import numpy as np
from isal import isal_zlib

from degrade.codecs.colour import finished
from degrade.codecs.decoded import Decoded, Stored
from degrade.codecs.encodable import check_pixels
from degrade.codecs.errors import MAX_PIXELS, CodecError, check_size, corrupt, decoder_faults, truncated
from degrade.codecs.exif import exif_orientation
from degrade.codecs.quiet import quiet

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LEVEL = 1
NO_FILTER, _UP = 0, 2
_GRAY, _GRAY_ALPHA = 0, 4
_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # channels -> colour type
_NEEDED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_HEAD = SIGNATURE + b"\0\0\0\rIHDR"
_END = b"\0\0\0\0IEND\xaeB`\x82"
ZLIB = b"x^"
"""How ISA-L begins a stream at our level."""
_STREAM = b"IDAT" + ZLIB
_KINDS = {
    bytes((8 * dtype.itemsize, colour, 0, 0, 0)): (dtype, channels)
    for dtype in (np.dtype(np.uint8), np.dtype(">u2"))
    for channels, colour in _COLOUR_TYPES.items()
    if channels % 2
}
"""What `encode_png` says in a header after the size -> what that stands for."""
_InflateError: type[Exception] = cast(Any, isal_zlib.error)  # its stub calls the class an object of it
_MAX_PROFILE = 32 << 20  # bytes that an embedded profile may inflate to


def encode_png(pixels: np.ndarray, filtered: bool) -> bytes:
    """A PNG of `pixels`.

    Parameters
    ----------
    pixels : (H, W, 1) or (H, W) gray or (H, W, 3) RGB; uint8 or uint16
    filtered : bool
        True for photographs: each row is stored as the difference from the one above. False for masks, which are
        flat and pack better as they are.

    Raises
    ------
    CodecError
        "not_encodable" for any other array.
    """
    return packed_png(check_pixels(pixels, (np.uint8, np.uint16)), filtered)


def packed_png(pixels: np.ndarray, filtered: bool, notes: Iterable[bytes] = ()) -> bytes:
    """The same of (H, W, 1 to 4) uint8 or uint16 pixels, C-contiguous, an even number of them with alpha; `notes` are
    whole chunks that stand before the picture."""
    height = pixels.shape[0]
    depth = 8 * pixels.itemsize
    samples = pixels if depth == 8 else pixels.astype(">u2").view(np.uint8)
    rows = np.empty((height, 1 + samples[0].size), np.uint8)
    samples = samples.reshape(height, -1)
    if filtered:
        rows[:, 0] = _UP
        rows[0, 1:] = samples[0]
        np.subtract(samples[1:], samples[:-1], out=rows[1:, 1:])
    else:
        rows[:, 0] = NO_FILTER
        rows[:, 1:] = samples
    return framed_png(pixels.shape, depth, isal_zlib.compress(rows.data, _LEVEL), notes)


def framed_png(shape: tuple[int, ...], depth: int, packed: bytes, notes: Iterable[bytes] = ()) -> bytes:
    """The PNG of a picture of `shape` (H, W, C) and `depth` bits a sample, whose rows are `packed` as a zlib stream
    that begins with `ZLIB`."""
    height, width, channels = shape
    header = struct.pack(">IIBBBBB", width, height, depth, _COLOUR_TYPES[channels], 0, 0, 0)
    return b"".join((SIGNATURE, *_chunk(b"IHDR", header), *notes, *_chunk(b"IDAT", packed), *_chunk(b"IEND", b"")))


def _chunk(kind: bytes, body: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    checksum = isal_zlib.crc32(body, isal_zlib.crc32(kind))
    return struct.pack(">I", len(body)), kind, body, struct.pack(">I", checksum)


def decode_png(data: bytes) -> np.ndarray:
    """The pixels of a PNG, (H, W, 1) gray or (H, W, 3) RGB, uint8 or uint16: strict, alpha laid over white, palette
    expanded, but neither turned upright nor colour-converted. For the members of a shard; photographs go through
    `decode`.

    Raises CodecError.
    """
    pixels = _own(data)
    return finished(_samples(_read_chunks(data)))[0] if pixels is None else pixels


class _Own(NamedTuple):
    """What the header of a PNG that `encode_png` has written says: how its rows lie in memory."""

    shape: tuple[int, int, int]  # of bytes
    strides: tuple[int, int, int]
    size: int
    dtype: np.dtype


def _own(data: bytes) -> np.ndarray | None:
    """The pixels of a PNG that `encode_png` has written, at a third of the cost; None of any other, and of a damaged
    one. The checksum of the stream is left out: the chunk's tells of the same bytes.
    """
    own = _own_header(data[:33])
    if own is None or not data.endswith(_END):
        return None
    stream = data[37:-16]
    if int.from_bytes(data[33:37], "big") != len(stream) - 4 or not stream.startswith(_STREAM):
        return None
    if isal_zlib.crc32(stream) != int.from_bytes(data[-16:-12], "big"):
        return None
    try:
        rows = isal_zlib.decompressobj(-15).decompress(stream[6:-4], own.size + 1)
    except _InflateError:
        return None
    return _unfiltered(rows, own) if len(rows) == own.size else None


@lru_cache(maxsize=256)
def _own_header(head: bytes) -> _Own | None:
    kind = _KINDS.get(head[24:29])
    width, height = int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    checksum = isal_zlib.crc32(head[12:29]).to_bytes(4, "big")
    if kind is None or not head.startswith(_HEAD) or head[29:] != checksum or not 0 < width * height <= MAX_PIXELS:
        return None
    dtype, channels = kind
    pixel = channels * dtype.itemsize
    row = 1 + width * pixel
    return _Own((height, width, pixel), (row, pixel, 1), height * row, dtype)


def _unfiltered(rows: bytes, own: _Own) -> np.ndarray | None:
    """(H, W, C) of rows without a filter, or that are, but maybe for the first, the difference from the one above."""
    height = own.shape[0]
    filters = rows[:: own.strides[0]]
    stored = np.ndarray(own.shape, np.uint8, rows, 1, own.strides)
    if filters.count(NO_FILTER) == height:
        samples = stored.copy()
    elif filters[0] in (NO_FILTER, _UP) and filters.count(_UP, 1) == height - 1:
        samples = np.add.accumulate(stored, axis=0, dtype=np.uint8)
    else:
        return None
    return samples if own.dtype.itemsize == 1 else samples.view(own.dtype).astype(np.uint16)


def read_png(data: bytes) -> Decoded:
    """A photograph in a PNG file; see `degrade.codecs.decode`."""
    chunks = _read_chunks(data)
    profile = _profile(_body(chunks[b"iCCP"][0])) if b"iCCP" in chunks else None
    orientation = exif_orientation(_body(chunks[b"eXIf"][0])) if b"eXIf" in chunks else 1
    pixels, _ = finished(_samples(chunks), profile=profile, orientation=orientation)
    return Decoded(pixels, "png")


def stored_png(data: bytes) -> tuple[Stored, list[tuple[bytes, bytes]]]:
    """What a PNG file stores, a palette expanded, and its chunks, (kind, whole chunk), in order. Raises CodecError."""
    chunks = _read_chunks(data)
    orientation = exif_orientation(_body(chunks[b"eXIf"][0])) if b"eXIf" in chunks else 1
    return Stored(_samples(chunks), orientation), [(kind, bytes(chunk)) for kind, chunk in _walk(memoryview(data))]


def _read_chunks(data: bytes) -> dict[bytes, list[memoryview]]:
    """The whole chunks by their kind, each checksum verified; CodecError unless they make a picture."""
    if not data.startswith(SIGNATURE):
        raise corrupt("its PNG signature is damaged")
    chunks: dict[bytes, list[memoryview]] = {}
    for kind, chunk in _walk(memoryview(data)):
        if kind[:1].isupper() and kind not in _NEEDED:
            name = kind.decode("latin-1")
            raise CodecError("unsupported", f"a PNG with a private {name!r} chunk; export it as a standard PNG")
        if not chunks:
            if kind != b"IHDR" or len(chunk) != 25:
                raise corrupt("a PNG without a header")
            width, height = struct.unpack_from(">II", chunk, 8)
            check_size(width, height, len(data))
        chunks.setdefault(kind, []).append(chunk)
    if b"IDAT" not in chunks:
        raise corrupt("a PNG without a picture")
    return chunks


def _walk(view: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    position = len(SIGNATURE)
    while True:
        if position + 12 > len(view):
            raise truncated()
        (length,) = struct.unpack_from(">I", view, position)
        end = position + 12 + length
        if end > len(view):
            raise truncated()
        kind = bytes(view[position + 4 : position + 8])
        if not kind.isalpha():
            raise corrupt("its PNG chunks are damaged")
        (checksum,) = struct.unpack_from(">I", view, end - 4)
        if isal_zlib.crc32(view[position + 4 : end - 4]) != checksum:
            raise corrupt(f"the checksum of its PNG chunk {kind.decode('latin-1')} is wrong")
        yield kind, view[position:end]
        if kind == b"IEND":
            return
        position = end


def _body(chunk: memoryview) -> bytes:
    return bytes(chunk[8:-4])


def _samples(chunks: dict[bytes, list[memoryview]]) -> np.ndarray:
    """The samples, (H, W, 1 to 4) uint8 or uint16: gray, gray + alpha, RGB or RGBA."""
    import cv2

    depth, colour = _body(chunks[b"IHDR"][0])[8:10]
    gray = colour in (_GRAY, _GRAY_ALPHA)
    clear = chunks.get(b"tRNS")
    # Only what the picture needs: libpng warns on stderr about notes that it finds odd. OpenCV drops a gray tRNS.
    kinds = [kind for kind in _NEEDED if kind in chunks and not (kind == b"tRNS" and gray)]
    minimal = b"".join((SIGNATURE, *(chunk for kind in kinds for chunk in chunks[kind])))
    with decoder_faults(), quiet():
        samples = cv2.imdecode(np.frombuffer(minimal, np.uint8), cv2.IMREAD_UNCHANGED)
    if samples is None:
        raise corrupt("its PNG data cannot be decoded")
    samples = samples.reshape(*samples.shape[:2], -1)
    if colour == _GRAY_ALPHA:
        return samples[:, :, 2:]
    if gray:
        return _with_clear_gray(samples, depth, _body(clear[0])) if clear else samples
    return cv2.cvtColor(samples, cv2.COLOR_BGR2RGB if samples.shape[2] == 3 else cv2.COLOR_BGRA2RGBA)


def _with_clear_gray(samples: np.ndarray, depth: int, clear: bytes) -> np.ndarray:
    """Gray + alpha, where one gray (in the file's own depth) is transparent."""
    if len(clear) != 2:
        raise corrupt("its PNG transparency is damaged")
    (value,) = struct.unpack(">H", clear)
    full = np.iinfo(samples.dtype).max
    key = value * (full // ((1 << depth) - 1))
    return np.concatenate([samples, np.where(samples == key, 0, full).astype(samples.dtype)], axis=2)


def _profile(body: bytes) -> bytes | None:
    """The profile in an iCCP chunk; None if it is broken."""
    _, _, packed = body.partition(b"\0")
    try:
        return zlib.decompressobj().decompress(packed[1:], _MAX_PROFILE)
    except zlib.error:
        return None
