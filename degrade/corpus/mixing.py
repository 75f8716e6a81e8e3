"""Several corpora as one, each with its part of the whole.

With weights w_i, n_i = floor(T · w_i / Σw) photographs are drawn from corpus i, with the largest T for which each has
as many: so the shares of the pairs follow the weights, no photograph comes twice, and one corpus is used whole. What is
drawn is drawn by a hash of its key within its corpus: more or fewer photographs in one corpus change how many are taken
from another, but not their sequence. Without weights everything is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from degrade.corpus.listing import Corpus, CorpusError, Listing, ListingMaker, Photograph
from degrade.corpus.options import Derived, FolderName, coded, counted, drawn, excluding
from degrade.corpus.photographs import Photographs
from degrade.recipes.source import exact

_FOREIGN = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_NAME = 60


def mix(corpora: Sequence[tuple[Corpus, float | None]], spec: str) -> Corpus:
    """One corpus of several.

    Parameters
    ----------
    corpora : sequence of (Corpus, weight)
        All with weights, or none.
    spec : str
        What the user wrote, for messages.

    Raises
    ------
    CorpusError
        Two corpora have the same name, or some have weights and others not.
    """
    names = [_slug(corpus.name) for corpus, _ in corpora]
    for name, count in Counter(names).items():
        if count > 1:
            cure = "give each a name of its own: {path: …, name: …}"
            raise CorpusError(f"{count} of the sources are called {name}; {cure}", spec)
    if len({weight is None for _, weight in corpora}) > 1:
        raise CorpusError("some of the sources have a weight and others have none; give all of them one", spec)
    return MixedCorpus(tuple(Part(name, corpus, weight) for name, (corpus, weight) in zip(names, corpora, strict=True)))


def _slug(name: str) -> str:
    return _FOREIGN.sub("_", name).strip("_")[:_LONGEST_NAME] or "source"


@dataclass(frozen=True)
class Part:
    """One of the corpora. `name` begins the sources and the keys of its photographs."""

    name: str
    corpus: Corpus
    weight: float | None


@dataclass(frozen=True)
class MixedCorpus:
    """Several corpora as one. A photograph's source is ``NAME/`` and what its corpus calls it, and so is its key."""

    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """The names of all."""
        return "+".join(part.name for part in self.parts)

    def excluding(self, folder: Path) -> Corpus:
        """The same without what lies in `folder`."""
        return MixedCorpus(tuple(replace(part, corpus=excluding(part.corpus, folder)) for part in self.parts))

    def read(self, photograph: Photograph) -> bytes:
        """The photograph's file."""
        name, _, source = photograph.source.partition("/")
        corpus = next(part.corpus for part in self.parts if part.name == name)
        inner = replace(photograph, source=source, target=photograph.target.partition("/")[2])
        return corpus.read(inner)

    def listing(self) -> Listing:
        """What all have, as far as the weights let it in; the rest is counted."""
        listings = {part.name: part.corpus.listing() for part in self.parts}
        counts = self.counts({name: len(listing.photographs) for name, listing in listings.items()})
        maker = ListingMaker()
        ignored: dict[str, int] = {}
        for name in counts:
            listing = listings.pop(name)
            photographs = Photographs.of(listing.photographs)
            ignored = counted(ignored, {**listing.ignored})
            ignored = counted(ignored, {"over_its_weight": len(photographs) - counts[name]})
            _add(maker, name, drawn(photographs, counts[name], b"mixture"))
            for reject in listing.rejects:
                maker.reject(f"{name}/{reject.source}", reject.reason, reject.detail)
            del listing, photographs
        whole = maker.finish()
        mixed = Photographs.of(whole.photographs)
        mixed = mixed.with_table(parts=coded(mixed, Derived(mixed.table.sources, FolderName(1))))
        return replace(whole, photographs=mixed, ignored=counted(ignored, whole.ignored))

    def counts(self, available: Mapping[str, int]) -> dict[str, int]:
        """How many photographs are taken from each, of those that are there."""
        weights = {part.name: exact(part.weight) for part in self.parts if part.weight is not None}
        if not weights:
            return dict(available)
        whole = sum(weights.values(), Fraction())
        total = min(available[name] * whole / weight for name, weight in weights.items())
        return {name: int(total * weight / whole) for name, weight in weights.items()}


def _add(maker: ListingMaker, name: str, photographs: Photographs) -> None:
    for one, label in zip(photographs, photographs.labels(), strict=True):
        target = f"{name}/{one.target}" if one.target else ""
        maker.add(f"{name}/{one.source}", one.size, one.offset, one.group, one.split, label, one.domain, target)
        if one.target_size:
            maker.size_target(one.target_size)
