"""The one error of the codecs, and the limits that raise it before anything is decoded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from degrade.errors import DegradeError

#: More pixels than this are refused from the header alone: a decompression bomb, or no photograph for training.
MAX_PIXELS = 300_000_000

#: Pictures of up to so many pixels are decoded however few bytes they have: they fit into anybody's memory.
FREE_PIXELS = 1 << 24
#: Pixels a byte of a larger file: the emptiest JPEG has some 500, deflate packs no more than 1032 bytes into one. What
#: has more is no photograph, but a few bytes that are to fill somebody's memory.
MOST_PER_BYTE = 1000

#: The reasons that a CodecError gives. Programs compare them, so they are never renamed.
REASONS = {
    "empty": "the file has no bytes",
    "not_an_image": "the first bytes belong to no known picture format",
    "unsupported": "a picture, but of a kind that is not read (its text says which and what to convert it to)",
    "truncated": "the file ends before the picture does",
    "corrupt": "the picture cannot be decoded without errors",
    "too_large": "more pixels than MAX_PIXELS, than its bytes can be a photograph of, or than the format can store",
    "not_encodable": "an array that the asked format cannot hold",
}


class CodecError(DegradeError):
    """Bytes that are no usable picture, or an array that cannot become one.

    Attributes
    ----------
    reason : str
        A stable slug, one of `REASONS`.
    detail : str
        What is wrong and what to do about it, in words, without the name.
    name : str
        The name that was given for the bytes, or "".
    """

    def __init__(self, reason: str, detail: str, name: str = "") -> None:
        super().__init__(reason, detail, name)
        self.reason = reason
        self.detail = detail
        self.name = name

    def __str__(self) -> str:
        return f"{self.name}: {self.detail}" if self.name else self.detail


def check_size(width: int, height: int, stored: int | None = None) -> None:
    """Raise CodecError for a header's width and height (in pixels) that are zero or over the limit, or far too many for
    the `stored` bytes of the file."""
    if width < 1 or height < 1:
        raise CodecError("corrupt", f"its header says {width} x {height} pixels; export the picture again")
    if width * height > MAX_PIXELS:
        limit = f"{MAX_PIXELS / 1e6:g} million"
        raise CodecError("too_large", f"its header says {width} x {height} pixels, over {limit}; scale it down first")
    if stored is not None:
        check_filled(width * height, stored)


def check_filled(pixels: int, stored: int) -> None:
    """Raise CodecError for more pixels than a photograph of `stored` bytes has; see MOST_PER_BYTE."""
    if is_hollow(pixels, stored):
        what = f"its header says {pixels / 1e6:.0f} million pixels, which are in no photograph of {stored:,} bytes"
        raise CodecError("too_large", f"{what}; leave it out, or scale it down first")


def is_hollow(pixels: int, stored: int) -> bool:
    """Whether so few bytes can be no photograph of so many pixels."""
    return pixels > FREE_PIXELS and pixels > MOST_PER_BYTE * stored


def truncated() -> CodecError:
    """The error for a file that stops short."""
    return CodecError("truncated", "the file ends before the picture does; copy or download it again")


def corrupt(what: str) -> CodecError:
    """The error for a file with a fault, `what`, in the middle."""
    return CodecError("corrupt", f"{what}; copy the file again or export the picture anew")


@contextmanager
def decoder_faults() -> Iterator[None]:
    """Turn whatever a third-party decoder raises on bad bytes into a CodecError.

    The decoders raise some fifteen types (SyntaxError, struct.error, KeyError, cv2.error …), hence the broad net.
    A MemoryError is the machine's fault and not the file's, so it passes.
    """
    try:
        yield
    except (CodecError, MemoryError):
        raise
    except Exception as error:
        raise decoder_fault(error) from error


def decoder_fault(error: Exception) -> CodecError:
    """What an error that a third-party decoder raised says of the file."""
    text = " ".join(str(error).split()) or type(error).__name__
    if "truncated" in text or "Premature end" in text:
        return truncated()
    return corrupt(f"its data cannot be decoded ({text})")
