"""WebP through Pillow. After RFC 9649. Of an animation the first frame is read."""

from __future__ import annotations

import io
import struct

from degrade.codecs.colour import finished
from degrade.codecs.decoded import Decoded
from degrade.codecs.errors import check_size, decoder_faults, truncated
from degrade.codecs.exif import exif_orientation
from degrade.codecs.pillow import image_samples
from degrade.codecs.quiet import quiet


def is_webp(data: bytes) -> bool:
    """Whether the first bytes are a WebP's."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def read_webp(data: bytes) -> Decoded:
    """A photograph in a WebP file, which is never gray; see `degrade.codecs.decode`."""
    from PIL.WebPImagePlugin import WebPImageFile

    if struct.unpack_from("<I", data, 4)[0] + 8 > len(data):
        raise truncated()
    with decoder_faults(), quiet(), WebPImageFile(io.BytesIO(data)) as image:
        check_size(*image.size, len(data))
        image.load()
        samples = image_samples(image)
        profile = image.info.get("icc_profile")
        exif = image.info.get("exif", b"")
    pixels, _ = finished(samples, profile=profile, orientation=exif_orientation(exif))
    return Decoded(pixels, "webp")
