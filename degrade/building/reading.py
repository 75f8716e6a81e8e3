"""Reading a photograph with what belongs to it."""

from __future__ import annotations

from degrade.codecs import CodecError, Decoded, decode
from degrade.corpus import Corpus, CorpusReadError, Photograph
from degrade.corpus.pairs import target_of
from degrade.recipes.given import UNPAIRED


def read_pictures(corpus: Corpus, photograph: Photograph, luma: bool) -> tuple[Decoded, Decoded | None]:
    """The photograph, decoded, and its target if it has one. `luma` is `Recipe.reads_luma`: it holds for photographs
    that a recipe degrades from the start, and that have no target.

    Raises CorpusReadError or CodecError, which say so if it is the target's.
    """
    plain = not photograph.target and photograph.domain not in UNPAIRED
    decoded = decode(corpus.read(photograph), photograph.source, luma and plain)
    if not photograph.target:
        return decoded, None
    wanted = target_of(photograph)
    try:
        return decoded, decode(corpus.read(wanted), wanted.source)
    except CorpusReadError as error:
        raise CorpusReadError(error.reason, f"its target: {error.detail}", photograph.source) from error
    except CodecError as error:
        raise CodecError(error.reason, f"its target: {error.detail}", photograph.source) from error
