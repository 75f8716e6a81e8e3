"""What a build would make and cost, from its plan and a short sample of its pairs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from isal import isal_zlib

from degrade.building.arguments import check_arguments
from degrade.building.errors import BuildError
from degrade.building.executors import How
from degrade.building.plan import Plan, make_plan
from degrade.building.rows import stored_lines
from degrade.building.warm import warm_recipe
from degrade.building.worker import encoded_pairs
from degrade.corpus import Corpus, Listing, Photograph, open_corpus
from degrade.corpus.photographs import Photographs
from degrade.corpus.reading import why_rejected
from degrade.engine.process import single_threaded
from degrade.recipes import Recipe, load_recipe
from degrade.recipes.loading import Source as RecipeSource
from degrade.recipes.source import Source
from degrade.shards.folders import file_names
from degrade.shards.index import COMPACT, ShardIndex
from degrade.shards.layout import shard_file
from degrade.shards.members import JSON
from degrade.shards.writers import empty_index

SAMPLE = 32
"""Photographs of a sample."""
_LONGEST = 20.0
"""Seconds after which no further one is begun."""
_EFFICIENCY = 0.85
"""Of a process beside others, which share memory and disk with it; what two processes on two cores keep at least."""
_BLOCK = 512
_MANIFEST_OF_SHARD = 220
_FILES_PER_FOLDER, _FILES_PER_REPOSITORY, _SHARD_BYTES = 10_000, 100_000, 1_000_000_000
"""What the Hub advises: files a folder, files a repository, bytes a shard."""
_LARGEST_SHARDS = 5
_SPLIT = "train"


@dataclass(frozen=True)
class Estimate:
    """What a build would make and cost.

    Attributes
    ----------
    photographs, pairs, shards : int
        As planned, rejects included that only reading would find.
    splits : dict
        Pairs by split.
    rejected : int
        Inputs that are bad at listing.
    sampled, sample_rejects : int
        Photographs of the sample, and how many of them gave no pairs.
    shard_bytes, index_bytes, listing_bytes, manifest_bytes : int
        Of all shards, of `index.jsonl`, of the listing in `.degrade` and of the lists of shards in `manifest.json`;
        estimated, but for the listing.
    seconds_per_pair : float
        In one process.
    processors, machines : int
        Of this machine; how many machines like this one.
    hours_here, hours : float
        Of this machine, of all of them.
    advice : list of str
        What the plan makes hard to read or to upload, and the cure.
    """

    photographs: int
    pairs: int
    shards: int
    splits: dict[str, int]
    rejected: int
    sampled: int
    sample_rejects: int
    shard_bytes: int
    index_bytes: int
    listing_bytes: int
    manifest_bytes: int
    seconds_per_pair: float
    processors: int
    machines: int
    hours_here: float
    hours: float
    advice: list[str]

    def to_data(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)


def estimate(
    recipe: Recipe | RecipeSource,
    source: Source | os.PathLike[str] | None = None,
    *,
    machines: int = 1,
    limit: int | None = None,
    sample: int = SAMPLE,
    compiling: Callable[[], None] | None = None,
) -> Estimate:
    """Plan a build, make a few of its pairs in memory, and say what all of them would take. Nothing is written.

    Parameters
    ----------
    recipe, source, limit
        As `build` takes them.
    machines : int
        How many machines like this one would build, each a part.
    sample : int
        Photographs to try, from 1; they are drawn by hash.
    compiling : callable, optional
        Is told once if kernels have to be compiled.

    Raises
    ------
    BuildError
        There are no photographs, none of the sample gives a pair, or an argument is below 1.
    RecipeError, CorpusError, DegradeError
        As `build`.
    """
    check_arguments(How(), limit)
    for name, value in (("machines", machines), ("sample", sample)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise BuildError(f"{name} is {value!r}", "give a whole number from 1", exit_code=2)
    recipe = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    corpus = open_corpus(source if source is not None else recipe.source)
    recipe = recipe.without_places()
    plan, photographs = make_plan(recipe, _listing(corpus), limit)
    tried = _sampled(recipe, corpus, plan, photographs, sample, compiling)
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    pairs = plan.photographs * plan.copies
    share = 1 - tried.rejects / tried.photographs
    pace = _EFFICIENCY if processors > 1 else 1.0
    hours_here = plan.photographs * tried.seconds / tried.photographs / processors / pace / 3600
    return Estimate(
        photographs=plan.photographs, pairs=pairs, shards=len(plan.shards),
        splits={name: count * plan.copies for name, count in plan.splits.items()}, rejected=plan.rejected,
        sampled=tried.photographs, sample_rejects=tried.rejects,
        shard_bytes=round(pairs * share * tried.bytes_per_pair),
        index_bytes=round(pairs * share * tried.index_per_pair) + len(plan.shards) * tried.index_per_shard,
        listing_bytes=sum(map(len, stored_lines(photographs))), manifest_bytes=_MANIFEST_OF_SHARD * len(plan.shards),
        seconds_per_pair=tried.seconds / max(1, tried.pairs), processors=processors, machines=machines,
        hours_here=hours_here, hours=hours_here / min(machines, len(plan.shards)),
        advice=list(_advice(plan, tried.bytes_per_pair)),
    )  # fmt: skip


def _listing(corpus: Corpus) -> Listing:
    listing = corpus.listing()
    if not listing.photographs:
        cure = "name a folder of jpg, png, webp, tiff or bmp files"
        raise BuildError(f"there are no photographs in {corpus.name}", cure, exit_code=2)
    return listing


class _Sample:
    """Some pairs of a plan, made and measured.

    Attributes
    ----------
    photographs, rejects, pairs : int
    seconds : float
        Reading and decoding included, rejects too.
    why : str
        Of the last reject.
    """

    def __init__(self, plan: Plan) -> None:
        self.photographs = self.rejects = self.pairs = 0
        self.seconds = 0.0
        self.why = ""
        self._format = plan.format
        self._members = plan.members
        self._index = self._empty()
        self._size = 0
        self._packer = isal_zlib.compressobj()

    @property
    def bytes_per_pair(self) -> float:
        """In a shard."""
        return self._size / self.pairs

    @property
    def index_per_shard(self) -> int:
        """Bytes of the index that a shard takes without pairs."""
        return len(self._empty().line())

    @property
    def index_per_pair(self) -> float:
        """Bytes of the index that a pair takes."""
        return (len(self._index.line()) - self.index_per_shard) / self.pairs

    def _empty(self) -> ShardIndex:
        return empty_index(self._format, shard_file(_SPLIT, 0, 1, self._format), _SPLIT, self._members)

    def add(self, recipe: Recipe, corpus: Corpus, plan: Plan, photograph: Photograph, split: str) -> None:
        """Make the pairs of one more photograph."""
        started = time.perf_counter()
        try:
            made = encoded_pairs(recipe, corpus, photograph, split, plan.members)
        except Exception as error:  # noqa: BLE001 - whatever a photograph provokes is a reject of a build, too
            made, self.why = [], f"{photograph.source}: {why_rejected(error)[1]}"
            self.rejects += 1
        self.seconds += time.perf_counter() - started
        self.photographs += 1
        self.pairs += len(made)
        for key, members in made:
            places = {suffix: self._stored(key, suffix, data) for suffix, data in members}
            self._index.add(key, {suffix: places[suffix] for suffix in self._index.members})

    def _stored(self, key: str, suffix: str, data: bytes) -> tuple[int, int]:
        """Where a member would lie, and its size. In a tar it stands behind a header and is filled up to a block. JSON
        is a line with the names of the pair's files, or packed in columns of parquet, by zstd as well as by deflate."""
        offset, size = self._size, len(data)
        if self._format == "tar":
            offset += _BLOCK
            self._size += _BLOCK + -(-size // _BLOCK) * _BLOCK
        elif suffix != JSON:
            self._size += size
        elif self._format == "parquet":
            self._size += len(self._packer.compress(data) + self._packer.flush(isal_zlib.Z_SYNC_FLUSH))
        else:
            size += len(COMPACT(file_names(self._index, key)))
            self._size += size
        return 0 if "*" in self._index.files.get(suffix, "") else offset, size


def _sampled(
    recipe: Recipe,
    corpus: Corpus,
    plan: Plan,
    photographs: Photographs,
    count: int,
    compiling: Callable[[], None] | None,
) -> _Sample:
    """Photographs at equal distances in the order of the shards, which within a split is by hash."""
    splits = [(name, sum(list(plan.splits.values())[: place + 1])) for place, name in enumerate(plan.splits)]
    sample = _Sample(plan)
    count = min(count, len(photographs))
    recipe.prepare()
    with single_threaded():
        warm_recipe(recipe, compiling)
        for number in range(count):
            place = (2 * number + 1) * len(photographs) // (2 * count)
            split = next(name for name, end in splits if place < end)
            sample.add(recipe, corpus, plan, photographs[place], split)
            if sample.seconds > _LONGEST:
                break
    if not sample.pairs:
        what = f"none of {sample.photographs} photographs gives a pair ({sample.why})"
        raise BuildError(what, "mend them, or name others by --source")
    return sample


def _advice(plan: Plan, bytes_per_pair: float) -> Iterator[str]:
    own_files = plan.format not in ("tar", "parquet")
    pictures = sum(suffix != JSON for suffix in plan.members)
    files = plan.photographs * plan.copies * pictures if own_files else len(plan.shards)
    larger = f"set output.pairs_per_shard to {max(1, int(_SHARD_BYTES / bytes_per_pair))} for shards of 1 GB"
    if files > _FILES_PER_FOLDER:
        most, kind = (
            (_FILES_PER_REPOSITORY, "repository") if files > _FILES_PER_REPOSITORY else (_FILES_PER_FOLDER, "folder")
        )
        what, cure = ("pictures", "choose --format tar or parquet") if own_files else ("shards", larger)
        yield f"{files:,} {what} are more than the {most:,} files a {kind} that the Hub advises; {cure}"
    size = min(plan.photographs, plan.per_shard) * plan.copies * bytes_per_pair
    if size > _LARGEST_SHARDS * _SHARD_BYTES:
        yield f"a shard of {size / 1e9:.1f} GB takes long to make again after an interruption; {larger}"
