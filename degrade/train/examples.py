"""Pairs as a network learns from them: which are learnt from and which judge, cut and mirrored by address."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import Dataset

import degrade
from degrade.train.cropping import crop_of
from degrade.train.domains import PAIRED, counts_of, domains_of
from degrade.train.errors import TrainError
from degrade.train.settings import Settings

Array = npt.NDArray[Any]
Address = tuple[int, ...]
"""Of an item of `Examples`: the epoch, and the place or places of what it is made of."""
Addresses = Callable[[int, int, torch.Generator | None], list[Address]]
"""Of so many items of an epoch, shuffled by the generator if there is one."""
MEMBERS = ("clean", "degraded", "mask")
_STEPS = 1 << 53


@dataclass
class Examples(Dataset[dict[str, Any]]):
    """The pairs `numbers` of `pairs` as arrays. An item's address is (epoch, place in `numbers`).

    Attributes
    ----------
    pairs : StoredPairs or Pairs
    numbers : (N,) int64
        Which of them.
    varied : bool
        Whether a crop lies, and a mirror falls, where the epoch and the pair's key say; otherwise the crop is central.
    cache_bytes : int
        How much is kept of what was read; only of stored pairs, which never change.
    """

    pairs: Any
    numbers: npt.NDArray[np.int64]
    members: tuple[str, ...]
    varied: bool
    size: int | None = None
    crop: int | None = None
    flip: bool = False
    seed: int = 0
    cache_bytes: int = 0
    _kept: dict[int, dict[str, Any]] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.numbers)

    def set_epoch(self, epoch: int) -> None:
        """Let the damage be that of `epoch`, where it is made on the fly."""
        if isinstance(self.pairs, degrade.Pairs):
            self.pairs.set_epoch(epoch)

    def addresses(self, count: int, epoch: int, generator: torch.Generator | None) -> list[Address]:
        """Of all items of an epoch; see `Addresses`."""
        return permuted(count, epoch, generator)

    def __getitem__(self, address: Address) -> dict[str, Any] | degrade.PairError:
        """key, and each member (H, W, C) float32 in [0, 1]; or why there is no such pair, as a value, since an error
        that crosses processes loses what it carries. Raises ShardError or CodecError."""
        epoch, place = address
        try:
            read = self._read(int(self.numbers[place]))
        except degrade.PairError as error:
            return error
        framed = self._framed(read, epoch)
        return {"key": read["key"]} | {
            name: np.divide(framed[name], np.float32(np.iinfo(framed[name].dtype).max), dtype=np.float32)
            for name in self.members
        }

    def _read(self, number: int) -> dict[str, Any]:
        if number in self._kept:
            return self._kept[number]
        read: dict[str, Any] = degrade.as_arrays(self.pairs[number], ("key", *self.members), self.size)
        height, width = read["clean"].shape[:2]
        if read["degraded"].shape[:2] != (height, width):
            read["degraded"] = _enlarged(read["degraded"], height, width)
        taken = sum(read[name].nbytes for name in self.members)
        if taken <= self.cache_bytes:
            self.cache_bytes -= taken
            self._kept[number] = read
        return read

    def _framed(self, read: dict[str, Any], epoch: int) -> dict[str, Array]:
        """The members, cropped and mirrored alike."""
        height, width = read["clean"].shape[:2]
        down, across, mirrored = 0.5, 0.5, False
        if self.varied and (self.crop or self.flip):
            down, across, toss, *_ = degrade.Key(self.seed, read["key"], epoch).at("crop").uniforms()
            mirrored = self.flip and toss < 0.5
        crop_height, crop_width = self.crop or height, self.crop or width
        if crop_height > height or crop_width > width:
            cure = "choose a smaller crop, or a size to scale to"
            raise TrainError(f"{read['key']} has {height} × {width} px, fewer than the crop {self.crop}", cure, 2)
        top = int(down * (height - crop_height + 1))
        left = int(across * (width - crop_width + 1))
        window = np.s_[top : top + crop_height, left : left + crop_width]
        cut = {name: read[name][window] for name in self.members}
        return {name: np.ascontiguousarray(array[:, ::-1]) for name, array in cut.items()} if mirrored else cut


def permuted(count: int, epoch: int, generator: torch.Generator | None) -> list[Address]:
    """Every place once; see `Addresses`."""
    order = torch.arange(count) if generator is None else torch.randperm(count, generator=generator)
    return [(epoch, place) for place in order.tolist()]


def _enlarged(picture: Array, height: int, width: int) -> Array:
    import cv2

    enlarged: Array = cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC)
    return enlarged.reshape(height, width, picture.shape[2])


@dataclass(frozen=True)
class Data:
    """What is learnt from and what judges.

    Attributes
    ----------
    train, validation : Examples
    channels : int
        Of the clean pictures.
    side : tuple of int
        Height and width of what a network is given, of the first pair.
    facts : dict
        For people: where the pairs are from, how many there are, what was held back.
    notes : list of str
        One line each of what people must know of them.
    """

    train: Examples
    validation: Examples
    channels: int
    side: tuple[int, int]
    facts: dict[str, Any]
    notes: list[str] = field(default_factory=list)


def open_data(settings: Settings, needs_mask: bool, unpaired: bool = False, real: float | None = None) -> Data:
    """The pairs that the settings name: those that have a target, unless `unpaired` pictures are learnt from, with the
    share `real` of real ones (`degrade.train.unpaired`).

    Raises
    ------
    TrainError
        There are none to learn from or to judge by, or they have no masks where these are needed.
    DegradeError
        The output, the recipe or the source cannot be used.
    """
    train, validation, facts = (_stored if settings.data is not None else _made)(settings)
    domains = domains_of(train[0])
    facts["domains"] = counts_of(domains[train[1]])
    if not unpaired:
        train = train[0], train[1][domains[train[1]] == PAIRED]
    judge_domains = domains if validation[0] is train[0] else domains_of(validation[0])
    validation = validation[0], validation[1][judge_domains[validation[1]] == PAIRED]
    for name, (_, numbers) in (("learn from", train), ("be judged by", validation)):
        if not len(numbers):
            cure = "give it more photographs to damage, or another share by `holdout`"
            raise TrainError(f"there are no pairs with a target to {name}", cure, 2)
    members = _members(train[0], needs_mask)
    crop, told = crop_of(settings, (train, validation))
    usual: dict[str, Any] = {"members": members, "size": settings.size, "crop": crop, "seed": settings.seed}
    usual["cache_bytes"] = settings.cache_mb << 20 if settings.data is not None else 0
    usual_learnt = {"varied": True, "flip": settings.flip, **usual}
    if unpaired:
        from degrade.train.unpaired import Unpaired  # which is made of what stands here

        learnt: Examples = Unpaired(*train, domains=domains[train[1]], real=real, **usual_learnt)
    else:
        learnt = Examples(*train, **usual_learnt)
    judged = Examples(*validation, varied=False, **usual)
    first = next((item for place in range(len(judged)) if isinstance(item := judged[0, place], dict)), None)
    if first is None:
        raise TrainError("no pair of the validation split can be made", "see what is wrong by `degrade screen`")
    height, width, channels = first["clean"].shape
    counts = {
        "pairs": len(learnt.numbers),
        "validation_pairs": len(judged),
        "members": list(members),
        "channels": channels,
    }
    notes = [*told, *_notes(facts["domains"], unpaired, real)]
    return Data(learnt, judged, channels, (height, width), facts | counts, notes)


def _notes(domains: dict[str, int], unpaired: bool, real: float | None) -> list[str]:
    alone = domains["real"] + domains["clean"]
    if alone and not unpaired:
        return [f"left out {alone} pictures of the domains real and clean: they have no target to learn from"]
    if real and not domains["real"]:
        return ["there are no pictures of the domain real: all degraded ones are synthetic"]
    return []


def _members(pairs: Any, needs_mask: bool) -> tuple[str, ...]:
    if isinstance(pairs, degrade.Pairs):
        return MEMBERS if needs_mask else MEMBERS[:2]
    stored = pairs[0].pictures
    if needs_mask and "mask" not in stored:
        cure = "build with `mask` among its members, or choose another loss"
        raise TrainError(f"the loss needs masks, and {pairs.out} has none", cure, 2)
    return MEMBERS if "mask" in stored else MEMBERS[:2]


Chosen = tuple[Any, npt.NDArray[np.int64]]


def _stored(settings: Settings) -> tuple[Chosen, Chosen, dict[str, Any]]:
    """Pairs that a build has written."""
    assert settings.data is not None
    facts: dict[str, Any] = {"data": str(settings.data)}
    learnt = degrade.open_pairs(settings.data, settings.train_split)
    numbers = np.arange(len(learnt))
    try:
        judged = degrade.open_pairs(settings.data, settings.validation_split)
        judges = np.arange(len(judged))
    except degrade.DegradeError:
        held = held_back(learnt, settings.holdout)
        judged, judges, numbers = learnt, numbers[held], numbers[~held]
        facts["held_back"] = f"{settings.holdout:g} of the photographs, for want of a split {settings.validation_split}"
    if settings.limit is not None and settings.limit < len(numbers):
        keys = list(learnt.keys)
        drawn = sorted(numbers.tolist(), key=lambda number: _hash(keys[number]))[: settings.limit]
        numbers = np.array(sorted(drawn), np.int64)
    return (learnt, numbers), (judged, judges), facts


def held_back(pairs: Any, share: float) -> npt.NDArray[np.bool_]:
    """(N,) bool: which of StoredPairs judge where no split does, by their photographs' hashes. Raises ShardError."""
    return np.array([_share_of(pair.row) < share for pair in pairs], bool)


def _share_of(row: dict[str, Any]) -> float:
    """Where in [0, 1) a pair's photograph, or the group that must stay together, falls by its hash."""
    return int.from_bytes(_hash(row["group"] or row["photo"])[:7], "big") % _STEPS / _STEPS


def _hash(key: str) -> bytes:
    return hashlib.blake2b(key.encode(), digest_size=16, person=b"degrade.train").digest()


def _made(settings: Settings) -> tuple[Chosen, Chosen, dict[str, Any]]:
    """Pairs that a recipe makes on the fly."""
    recipe = degrade.load_recipe(settings.recipe)
    facts: dict[str, Any] = {"recipe": recipe.name, "fingerprint": recipe.fingerprint}
    splits = recipe.output.splits
    if settings.validation_split not in splits and list(splits) == [settings.train_split]:
        shares = {settings.train_split: 1 - settings.holdout, settings.validation_split: settings.holdout}
        recipe = dataclasses.replace(recipe, output=dataclasses.replace(recipe.output, splits=shares))
        facts["held_back"] = f"{settings.holdout:g} of the photographs, for want of a split {settings.validation_split}"
    members = MEMBERS
    learnt = degrade.Pairs(recipe, settings.source, split=settings.train_split, members=members)
    judged = degrade.Pairs(recipe, settings.source, split=settings.validation_split, members=members)
    numbers = np.arange(len(learnt))
    if settings.limit is not None and settings.limit < len(numbers):
        numbers = numbers[: settings.limit]  # the order of pairs is that of their photographs' hashes
    return (learnt, numbers), (judged, np.arange(len(judged))), facts


def left_out(items: Sequence[Any]) -> tuple[list[dict[str, Any]], list[degrade.PairError]]:
    """Pairs, and why others are missing."""
    return (
        [item for item in items if isinstance(item, dict)],
        [item for item in items if isinstance(item, degrade.PairError)],
    )


def each(examples: Examples, count: int) -> Iterator[dict[str, Any]]:
    """The first `count` pairs that can be made, of epoch 0."""
    found = (item for place in range(len(examples)) if isinstance(item := examples[0, place], dict))
    yield from (item for item, _ in zip(found, range(count), strict=False))
