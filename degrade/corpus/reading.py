"""Reading a photograph with what belongs to it, and why one cannot be used."""

from __future__ import annotations

import re

from degrade.codecs import CodecError, Decoded, decode
from degrade.corpus.listing import Corpus, CorpusReadError, Photograph
from degrade.corpus.pairs import target_of
from degrade.engine.jpeg_reading import decode_once
from degrade.recipes.given import UNPAIRED, SizesDiffer
from degrade.recipes.recipe import TooSmall

_LONGEST_DETAIL = 300
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")


def read_pictures(
    corpus: Corpus, photograph: Photograph, luma: bool, colours: bool = False
) -> tuple[Decoded, Decoded | None]:
    """The photograph, decoded, and its target if it has one. `luma` is `Recipe.reads_luma`: it holds for photographs
    that a recipe degrades from the start, and that have no target; `colours` says that their colours are wanted too.

    Raises CorpusReadError or CodecError, which say so if it is the target's.
    """
    plain = not photograph.target and photograph.domain not in UNPAIRED
    data = corpus.read(photograph)
    if luma and plain and colours:
        decoded = decode_once(data, photograph.source)
    else:
        decoded = decode(data, photograph.source, luma and plain)
    if not photograph.target:
        return decoded, None
    wanted = target_of(photograph)
    try:
        return decoded, decode(corpus.read(wanted), wanted.source)
    except CorpusReadError as error:
        raise CorpusReadError(error.reason, f"its target: {error.detail}", photograph.source) from error
    except CodecError as error:
        raise CodecError(error.reason, f"its target: {error.detail}", photograph.source) from error


def why_rejected(error: Exception) -> tuple[str, str]:
    """(reason, detail) of a reject: a stable slug, and one line for people that says nothing of this machine."""
    if isinstance(error, CorpusReadError | CodecError):
        return error.reason, _one_line(error.detail)
    if isinstance(error, SizesDiffer):
        return "sizes_differ", _one_line(str(error))
    if isinstance(error, TooSmall):
        return "too_small", _one_line(str(error))
    text = (error.strerror or "") if isinstance(error, OSError) else str(error)
    return "failed", _one_line(f"{type(error).__name__}: {text}")


def _one_line(text: str) -> str:
    plain = _ADDRESS.sub("0x…", " ".join(text.split()))
    return plain if len(plain) <= _LONGEST_DETAIL else plain[: _LONGEST_DETAIL - 1] + "…"
