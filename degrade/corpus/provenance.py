"""Where photographs are from and under which licence, as far as their corpus knows."""

from __future__ import annotations

from typing import Any

import numpy as np

from degrade.corpus.listing import Corpus
from degrade.corpus.mixing import MixedCorpus
from degrade.corpus.photographs import Photographs


def sources_of(corpus: Corpus, photographs: Photographs) -> list[dict[str, Any]]:
    """Name, licence, origin ("" where the corpus says nothing) and number of photographs of each source, in the order
    in which the user names them."""
    parts = photographs.table.parts
    if not isinstance(corpus, MixedCorpus) or parts is None:
        return [_known(corpus.name, corpus, len(photographs))]
    counts = np.bincount(parts.codes[photographs.rows], minlength=len(parts.values)).tolist()
    by_name = dict(zip(parts.values, counts, strict=True))
    return [_known(part.name, part.corpus, by_name.get(part.name, 0)) for part in corpus.parts]


def _known(name: str, corpus: Corpus, photographs: int) -> dict[str, Any]:
    told = {word: str(getattr(corpus, word, "")) for word in ("licence", "origin")}
    return {"name": name, **told, "photographs": photographs}
