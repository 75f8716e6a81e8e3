"""Pairs on the fly, one after the other: in any order, for any number of readers, resumed exactly."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from degrade.engine.key import Key
from degrade.engine.pair import Pair
from degrade.recipes import Recipe
from degrade.recipes.loading import Source as RecipeSource
from degrade.recipes.source import Source
from degrade.streaming.crew import Alone, Crew
from degrade.streaming.curriculum import Strength, strength_at
from degrade.streaming.errors import PairError, StreamError
from degrade.streaming.maker import AT_ONCE, DEFAULT_MEMBERS, PairMaker, Task
from degrade.streaming.order import Permutation, Share
from degrade.streaming.pairs import checked_epoch
from degrade.streaming.prefetch import Prefetching
from degrade.streaming.workers import Shared, Tally, make_known_to_torch, rank_and_world, settle_in, worker_and_workers

_STATE = {"epoch", "taken", "share", "order"}
_log = logging.getLogger("degrade.streaming")


def stream(
    recipe: Recipe | RecipeSource,
    source: Source | os.PathLike[str] | None = None,
    *,
    split: str = "train",
    epoch: int = 0,
    shuffle: bool = False,
    rank: int | None = None,
    world_size: int | None = None,
    batch_size: int = 1,
    limit: int | None = None,
    members: Sequence[str] = DEFAULT_MEMBERS,
    strength: Strength | None = None,
) -> Stream:
    """The pairs of a split one after the other, made on the fly; nothing is written to disk.

    Parameters
    ----------
    recipe : Recipe, str, path or mapping
        Or whatever `degrade.load_recipe` takes.
    source : path, mapping or list, optional
        Whatever `degrade.open_corpus` takes; by default the recipe's own, else the sample photographs.
    split : str
        Which of the recipe's splits.
    epoch : int
        From 0, which a build is. In the split `train` each epoch has new damage; the others never change.
    shuffle : bool
        Whether each epoch has an order of its own: a permutation of all pairs, not a buffer. Otherwise the order is
        that of a build.
    rank, world_size : int, optional
        Of this training process and how many there are; by default as torch.distributed or `torchrun` say. Each gives
        every `world_size`-th pair; together they give each once.
    batch_size : int
        That of the data loader whose workers read the stream: its batches are then the same for any number of workers.
        Otherwise the same pairs come in other batches.
    limit : int, optional
        At most so many photographs of all splits together, drawn by hash, as in a build.
    members : sequence of str
        What is wanted of a pair: some of clean, degraded, mask, loss, classes, layers, instances. Masks that are not
        asked for are not kept, which saves time.
    strength : number or callable, optional
        The severity, 1 being the recipe's own (`degrade.streaming.eased_recipe`), or a function of the step: of how
        many pairs all ranks together have come to, over all epochs.

    Returns
    -------
    Stream

    Raises
    ------
    StreamError
        There are no photographs, no such split, no such rank, or a mistake in the arguments.
    RecipeError, CorpusError, DegradeError
        The recipe, the source, or something that the recipe's steps need cannot be used.
    """
    if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
        raise StreamError(f"batch_size is {batch_size!r}", "give a whole number from 1")
    rank_and_world(rank, world_size)
    maker = PairMaker(recipe, source, split, limit, members)
    return Stream(maker, checked_epoch(epoch), shuffle, rank, world_size, batch_size, strength)


class Stream:
    """Pairs of an epoch in their order; made by `stream`.

    Each `iter(stream)` begins the epoch anew, unless a state was loaded. It is an iterable dataset to torch's
    `DataLoader` and to torchdata's `StatefulDataLoader`, whose workers share it without overlap or loss, and may be
    pickled.

    A photograph of which no pair can be made is left out, counted in `skipped`, and told once to the log
    `degrade.streaming`.
    """

    def __init__(
        self,
        maker: PairMaker,
        epoch: int,
        shuffle: bool,
        rank: int | None,
        world_size: int | None,
        batch_size: int,
        strength: Strength | None,
    ) -> None:
        self._maker = maker
        self._epoch = Shared(epoch)
        self._shuffle = shuffle
        self._rank, self._world_size = rank, world_size
        self._batch_size = batch_size
        self._strength = strength
        self._crew: Crew = Alone()
        self._skipped = Tally()
        self._told: set[str] = set()
        self._resumed: tuple[int, int, Share] | None = None
        self._pass: Pass | None = None

    @property  # type: ignore[misc]
    def __class__(self) -> type[Stream]:
        """Stream. torch's loader asks whether it has an iterable dataset before it: the moment to tell torch so, which
        may have been imported after this was made."""
        make_known_to_torch(Stream)
        return Stream

    @property
    def recipe(self) -> Recipe:
        """What makes the pairs."""
        return self._maker.recipe

    @property
    def split(self) -> str:
        """The split that they are of."""
        return self._maker.split

    @property
    def epoch(self) -> int:
        """The epoch that they are of."""
        return self._epoch.get()

    def set_epoch(self, epoch: int) -> None:
        """Let the next pass be over another epoch, in workers that are at work already too."""
        if checked_epoch(epoch) == self.epoch:
            return
        self._epoch.set(epoch)
        self._resumed = self._pass = None

    @property
    def skipped(self) -> dict[str, int]:
        """How many pairs were left out so far, over all passes and workers of this machine, by the reason."""
        return self._skipped.counts()

    def __len__(self) -> int:
        """How many pairs its rank gives in an epoch if no photograph is bad; all workers together."""
        rank, world_size = rank_and_world(self._rank, self._world_size)
        return Share(rank, world_size).of_rank(len(self._maker))

    def __iter__(self) -> Pass:
        settle_in()
        epoch, taken, share = self.epoch, 0, self._share()
        if self._resumed is not None:
            resumed_epoch, resumed_taken, resumed_share = self._resumed
            _check_same_share(resumed_share, share)
            if resumed_epoch == epoch:
                taken = resumed_taken
            self._resumed = None
        self._pass = Pass(self, share, epoch, taken)
        return self._pass

    def prefetch(self, workers: int, using: str = "threads", *, ahead: int = 16, start_method: str = "spawn") -> Stream:
        """The same stream, its pairs made ahead by `workers` threads or processes of its own, in the same order.

        For loops without a data loader; the workers of a loader prefetch already. `ahead` is how many pairs beyond the
        reader's may be made, `start_method` is that of processes: spawn, forkserver or fork.

        Raises
        ------
        StreamError
            A number below 1, or an unknown word.
        """
        twin = object.__new__(Stream)
        twin.__dict__ = self.__dict__ | {"_crew": Prefetching(workers, using, ahead, start_method), "_pass": None}
        return twin

    # ------------------------------------------------------------------ states

    def state_dict(self) -> dict[str, Any]:
        """Where the last pass has come to, small and plain, for `load_state_dict`."""
        if self._pass is not None:
            return self._pass.state_dict()
        epoch, taken, share = self._resumed or (self.epoch, 0, self._share())
        return self._state(epoch, taken, share)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Let the next pass give exactly what was left of the one whose state this is; the passes after it are whole.

        Raises
        ------
        StreamError
            It is no such state, or that of a stream with other pairs or another order.
        """
        epoch, taken, share = self._read_state(state)
        self._epoch.set(epoch)
        self._resumed, self._pass = (epoch, taken, share), None

    def _state(self, epoch: int, taken: int, share: Share) -> dict[str, Any]:
        return {"epoch": epoch, "taken": taken, "share": list(dataclasses.astuple(share)), "order": self._order}

    def _read_state(self, state: Mapping[str, Any]) -> tuple[int, int, Share]:
        if not isinstance(state, Mapping) or set(state) != _STATE:
            raise StreamError("this is no state of a stream", "load what `state_dict()` gave")
        if state["order"] != self._order:
            cure = "open it with the recipe, photographs, split, limit and shuffle of then"
            raise StreamError("the state is that of a stream with other pairs or another order", cure)
        return int(state["epoch"]), int(state["taken"]), Share(*state["share"])

    @cached_property
    def _order(self) -> str:
        """What decides which pairs come in which order, but for the epoch."""
        maker = self._maker
        told = f"{maker.recipe.fingerprint} {maker.split} {maker.copies} {bool(self._shuffle)}"
        digest = hashlib.blake2b(told.encode(), digest_size=16, person=b"degrade.order")
        digest.update(maker.photographs.orders.astype("<u8").tobytes())
        return digest.hexdigest()

    # ------------------------------------------------------------------ passes

    def _share(self) -> Share:
        rank, world_size = rank_and_world(self._rank, self._world_size)
        worker, workers = worker_and_workers()
        if workers > 1 and isinstance(self._crew, Prefetching):
            raise StreamError("a data loader's workers make pairs ahead already", "give it the stream without prefetch")
        return Share(rank, world_size, worker, workers, self._batch_size if workers > 1 else 1)

    def _made(self, share: Share, epoch: int, start: int) -> Iterator[Pair | PairError]:
        """What the share of an epoch comes to, from its `start`-th place on."""
        return self._crew.made(self._maker, self._tasks(share, epoch, start))

    def _tasks(self, share: Share, epoch: int, start: int) -> Iterator[Task]:
        size = len(self._maker)
        end = share.count(size)
        order = Permutation(size, Key(self.recipe.seed, "", epoch).at("order", self.split)) if self._shuffle else None
        for first in range(start, end, AT_ONCE):
            places = share.places(first, min(first + AT_ONCE, end))
            numbers = places if order is None else order(places)
            strengths = [strength_at(self._strength, epoch * size + place) for place in places.tolist()]
            yield from self._maker.tasks(numbers, epoch, strengths)

    def _skip(self, error: PairError) -> None:
        self._skipped.add(error.reason)
        if error.source not in self._told:
            self._told.add(error.source)
            _log.warning("left out %s", error)

    def __getstate__(self) -> dict[str, Any]:
        # A spawned worker knows of no process group: what this process has found out goes with the stream.
        rank, world_size = rank_and_world(self._rank, self._world_size)
        return self.__dict__ | {"_pass": None, "_rank": rank, "_world_size": world_size}

    def __repr__(self) -> str:
        pairs = f"{len(self._maker)} pairs"
        return f"Stream({self.recipe.name!r}, {self._maker.corpus.name!r}, split={self.split!r}, {pairs})"


class Pass(Iterator[Pair]):
    """One pass over a stream, by one reader."""

    def __init__(self, stream: Stream, share: Share, epoch: int, taken: int) -> None:
        self._stream = stream
        self._share = share
        self._begin(epoch, taken)

    def _begin(self, epoch: int, taken: int) -> None:
        self._epoch = epoch
        self._taken = taken
        self._made = self._stream._made(self._share, epoch, taken)
        self._given = taken > 0
        self._first_error: PairError | None = None

    def __next__(self) -> Pair:
        for made in self._made:
            self._taken += 1
            if isinstance(made, Pair):
                self._given = True
                return made
            self._first_error = self._first_error or made
            self._stream._skip(made)
        if self._first_error is not None and not self._given and self._share == Share():
            raise self._first_error  # nothing at all can be used: an empty epoch would hide it
        raise StopIteration

    def state_dict(self) -> dict[str, Any]:
        """Where this pass has come to."""
        return self._stream._state(self._epoch, self._taken, self._share)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where the pass was whose state this is. Raises StreamError."""
        epoch, taken, share = self._stream._read_state(state)
        _check_same_share(share, self._share)
        self._begin(epoch, taken)


def _check_same_share(before: Share, now: Share) -> None:
    if before != now:
        of_before, of_now = (
            f"rank {one.rank} of {one.world_size}, worker {one.worker} of {one.workers}" for one in (before, now)
        )
        cure = "resume with as many ranks and workers, and the batch size, of then"
        raise StreamError(f"the state is that of {of_before}, and this is {of_now}", cure)
