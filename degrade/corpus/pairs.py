"""Pairs that exist already: two parallel folders, of the inputs that a model is given and of the targets that it is to
make of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from degrade.corpus.folder import FolderCorpus
from degrade.corpus.listing import Corpus, CorpusError, Listing, ListingMaker, Photograph
from degrade.corpus.options import excluding
from degrade.corpus.pair_names import INPUT, SIDES, TARGET, UNMATCHED, match_names
from degrade.corpus.remote_folder import RemoteCorpus
from degrade.corpus.texts import Place, named

DOMAIN = "pair"


def opened_pairs(source: Mapping[str, str], base: Path) -> Corpus:
    """The corpus of a source's ``pairs: {input, target, match}``, the folders relative to `base`.

    Raises CorpusError unless both are folders, here or behind a URL.
    """
    sides = {side: named(Place(source[side], base)) for side in SIDES}
    for side, corpus in sides.items():
        if not isinstance(corpus, FolderCorpus | RemoteCorpus):
            raise CorpusError(f"the {side} of pairs, {source[side]}, is no folder; give one", source[side])
    if sides[INPUT] == sides[TARGET]:
        raise CorpusError(f"input and target are the same folder, {source[INPUT]}; give two", source[INPUT])
    return PairsCorpus(sides[INPUT], sides[TARGET], source.get("match", "name"))


def target_of(photograph: Photograph) -> Photograph:
    """The clean picture of a photograph that has a `target`, for the corpus to read."""
    return replace(photograph, source=photograph.target, size=photograph.target_size, target="", target_size=0)


@dataclass(frozen=True)
class PairsCorpus:
    """Two folders. Its photographs are the inputs, each with its `target`.

    Attributes
    ----------
    inputs, targets : Corpus
    match : str
        One of `degrade.corpus.pair_names.MATCHES`.
    """

    inputs: Corpus
    targets: Corpus
    match: str = "name"

    @property
    def name(self) -> str:
        """The names of both folders."""
        return f"{self.inputs.name}-{self.targets.name}"

    def excluding(self, folder: Path) -> Corpus:
        """The same without what lies in `folder`."""
        return replace(self, inputs=excluding(self.inputs, folder), targets=excluding(self.targets, folder))

    def read(self, photograph: Photograph) -> bytes:
        """The input's file; the target's, for what `target_of` gives."""
        return (self.inputs if photograph.target else self.targets).read(photograph)

    def listing(self) -> Listing:
        """The inputs that have a target. What has no partner is a reject, a target's `source` being that in its own
        folder."""
        listings = {INPUT: self.inputs.listing(), TARGET: self.targets.listing()}
        inputs = {one.source: one for one in listings[INPUT].photographs}
        targets = {one.source: one for one in listings[TARGET].photographs}
        matched = match_names(inputs, targets, self.match)
        maker = ListingMaker()
        for ours, theirs in matched.pairs:
            there = targets[theirs]
            maker.add(ours, inputs[ours].size, domain=DOMAIN, target=there.source)
            maker.size_target(there.size)
        for side, reason in ((INPUT, "no_target"), (TARGET, "no_input")):
            for source, why in matched.unmatched[side].items():
                detail = UNMATCHED[why.kind] + (f": {why.other}" if why.other else "")
                maker.reject(source, reason, f"in the folder of {side}s; {detail}")
            for reject in listings[side].rejects:
                maker.reject(reject.source, reject.reason, f"in the folder of {side}s; {reject.detail}")
            for reason_, count in listings[side].ignored.items():
                maker.ignore(reason_, count)
        return maker.finish()
