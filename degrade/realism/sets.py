"""The sets that are compared: a recipe's pairs, made on the way; an output; or pictures, wherever they are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from degrade.codecs import decode
from degrade.corpus import Corpus, Listing, open_corpus
from degrade.engine.plate import SINGLE
from degrade.realism.errors import RealismError
from degrade.realism.features.sheet import Array
from degrade.realism.naive import naive_recipe

if TYPE_CHECKING:
    from degrade.recipes import Recipe

Kind = Literal["recipe", "output", "pictures"]
_ENOUGH = 30
"""Pictures that are made of few photographs, by copies of each."""
_MOST_COPIES = 4


@dataclass(frozen=True, eq=False)
class CompareSet:
    """A set of pictures, and what belongs to it.

    Attributes
    ----------
    name : str
        Of the recipe, or the last part of the place; no folder of a machine.
    kind : str
        recipe, output or pictures.
    pictures
        As `features_of` takes them.
    pairs
        The pairs that they are of, by number and key; None of pictures.
    recipe : Recipe or None
        What makes them.
    photographs
        Pairs whose clean pictures are the photographs before everything; those of `pairs`, but where a recipe lays
        photographs on plates of several exposures. None of pictures.
    notes : tuple of str
        What a reader of its figures has to know.
    """

    name: str
    kind: Kind
    pictures: Any
    pairs: Any = None
    recipe: Recipe | None = None
    photographs: Any = None
    notes: tuple[str, ...] = ()

    @property
    def laid(self) -> bool:
        """Whether `photographs` lie on no plate, and the clean pictures of `pairs` on some."""
        return self.photographs is not self.pairs

    def naive(self) -> NaivePairs | None:
        """The photographs, naively degraded; None where there are none."""
        return None if self.photographs is None else NaivePairs(self.photographs)

    def masks(self) -> Iterator[Array] | None:
        """Damage masks, (H, W) uint8 each; None where the pairs have none."""
        if self.pairs is None or not _has_masks(self.pairs[0]):
            return None
        return (self.pairs[number].mask for number in range(len(self.pairs)))

    def pixels(self, key: str) -> Array:
        """(H, W, C): the picture of this key in the table of features."""
        if self.pairs is not None:
            return np.asarray(self.pairs.by_key(key).degraded)
        photograph = next(one for one in self.pictures.listing().photographs if one.key == key)
        return decode(self.pictures.read(photograph), photograph.source).pixels


def _has_masks(pair: Any) -> bool:
    return "mask" in pair.pictures if hasattr(pair, "pictures") else True


# --- recipes ----------------------------------------------------------------------------------------------------------


class SeenPairs(Sequence[Any]):
    """Pairs made on the fly, which remember what happened to each.

    Attributes
    ----------
    fired : dict
        A pair's key -> the names of the ops that ran on it; of pairs that were made.
    """

    def __init__(self, pairs: Any, numbers: Sequence[int] | None = None) -> None:
        self._pairs = pairs
        self._numbers = range(len(pairs)) if numbers is None else numbers
        self.fired: dict[str, frozenset[str]] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, number: Any) -> Any:
        pair = self._pairs[self._numbers[number]]
        self.fired[pair.key] = frozenset(step["op"] for step in pair.record["steps"] if step["fired"])
        return pair

    def by_key(self, key: str) -> Any:
        """The pair of this key."""
        return self._pairs.by_key(key)

    @property
    def keys(self) -> list[str]:
        """The pairs' keys, in order."""
        known = list(self._pairs.keys)
        return [known[number] for number in self._numbers]


class NaivePairs(Sequence[Any]):
    """The clean pictures of pairs, naively degraded."""

    def __init__(self, pairs: Any) -> None:
        self._pairs = pairs

    def __len__(self) -> int:
        return len(self._pairs)

    def __getitem__(self, number: Any) -> Any:
        pair = self._pairs[number]
        made = naive_recipe()(np.asarray(pair.clean), key=pair.key)
        return SimpleNamespace(key=pair.key, record={"photo": pair.record["photo"]}, degraded=made.degraded)

    def by_key(self, key: str) -> Any:
        """Only numbers are known here. Raises KeyError."""
        raise KeyError(key)


def recipe_set(
    recipe: Recipe, source: Any, photos: int, *, framed: bool = False, copies: int | None = None
) -> CompareSet:
    """The pairs of a recipe on at most so many photographs: `copies` of each, by default one, or several of few.

    Photographs are taken as they are, unless they are to be `framed` as the recipe says: a frame is for training, and
    one that enlarges photographs makes them soft.
    """
    import degrade

    members = ("clean", "degraded", "mask")
    plain = _measured(recipe if framed else replace(recipe, frame=None), copies or 1)
    pairs = degrade.Pairs(plain, source, limit=photos, members=members)
    if copies is None and len(pairs) * 2 <= _ENOUGH:
        plain = _measured(plain, min(_MOST_COPIES, _ENOUGH // len(pairs)))
        pairs = degrade.Pairs(plain, source, limit=photos, members=members)
    seen = photographs = SeenPairs(pairs)
    if plain.lays_plates:
        photographs = SeenPairs(degrade.Pairs(plain.on_no_plate(), source, limit=photos, members=members))
    return CompareSet(recipe.name, "recipe", seen, seen, plain, photographs)


def _measured(recipe: Recipe, copies: int) -> Recipe:
    return replace(recipe, output=replace(recipe.output, copies=copies, splits={"train": 1.0}))


# --- outputs and pictures ---------------------------------------------------------------------------------------------


class SomePairs(Sequence[Any]):
    """The first so many pairs of an output."""

    def __init__(self, pairs: Any, count: int) -> None:
        self._pairs, self._count = pairs, min(count, len(pairs))

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: Any) -> Any:
        if not 0 <= number < self._count:
            raise IndexError(number)
        return self._pairs[number]

    def by_key(self, key: str) -> Any:
        """The pair of this key."""
        return self._pairs.by_key(key)


@dataclass(frozen=True)
class SomePhotographs:
    """At most so many photographs of a corpus, drawn by hash, and only those in some first folders."""

    corpus: Corpus
    count: int
    folders: frozenset[str] = field(default_factory=frozenset)

    @property
    def name(self) -> str:
        """Of the corpus."""
        return self.corpus.name

    def listing(self) -> Listing:
        """Those of the corpus that are taken."""
        whole = self.corpus.listing()
        if self.folders:
            kept = [one for one in whole.photographs if first_folder(one.source) in self.folders]
            rejects = tuple(one for one in whole.rejects if first_folder(one.source) in self.folders)
            whole = replace(whole, photographs=kept, rejects=rejects)
        return whole.limited(self.count)

    def read(self, photograph: Any) -> bytes:
        """The photograph's file."""
        return self.corpus.read(photograph)


def first_folder(path: str) -> str:
    """`album` of `album/page/3.jpg`, "" where there is no folder."""
    return path.partition("/")[0] if "/" in path else ""


def pictures_set(place: Any, photos: int, folders: frozenset[str] = frozenset()) -> CompareSet:
    """At most so many pictures of a source as `degrade.open_corpus` takes it.

    Raises CorpusError for a source that is not there, RealismError where it holds no picture.
    """
    corpus = SomePhotographs(open_corpus(place), photos, folders)
    if not len(corpus.listing().photographs):
        what = f"there is no picture in {called(place)}"
        raise RealismError(what, "name a folder of jpg, png, webp, tiff or bmp files")
    return CompareSet(called(place), "pictures", corpus)


def synthetic_set(synthetic: Any, source: Any, photos: int, *, framed: bool = False) -> CompareSet:
    """What `synthetic` names: a recipe (a shipped name, a YAML file, a Recipe, a mapping), an output of
    `degrade.build`, or pictures."""
    from degrade.recipes import Recipe, load_recipe

    if isinstance(synthetic, Recipe):
        return recipe_set(synthetic, source, photos, framed=framed)
    if _is_recipe(synthetic):
        recipe = load_recipe(synthetic)
        return recipe_set(recipe, source if source is not None else recipe.source, photos, framed=framed)
    if source is not None:
        raise RealismError(
            f"{called(synthetic)} is no recipe, so it takes no source", "leave --source away, or name a recipe"
        )
    if _is_output(synthetic):
        return output_set(synthetic, photos)
    return pictures_set(synthetic, photos)


def output_set(out: Any, photos: int) -> CompareSet:
    """The pairs of an output of `degrade.build`, at most so many."""
    import degrade

    pairs = degrade.open_pairs(out)
    if not len(pairs):
        raise RealismError(f"there is no pair in {called(out)}", "build it from more photographs")
    if not {"clean", "degraded"} <= pairs[0].pictures:
        has = ", ".join(sorted(pairs[0].pictures)) or "no pictures"
        raise RealismError(f"{called(out)} has {has}", "build it with clean and degraded among its members")
    some = SomePairs(pairs, photos)
    on_plates = sum(pair.record.get("story", {}).get("plate", SINGLE) != SINGLE for pair in some)
    note = f"{on_plates} of the pairs lie on plates of several exposures, clean pictures too: gains are of damage alone"
    return CompareSet(called(out), "output", some, some, photographs=some, notes=(note,) if on_plates else ())


def _is_recipe(given: Any) -> bool:
    from degrade.hub.recipes import is_recipe

    if isinstance(given, dict):
        return "steps" in given
    if not isinstance(given, str | os.PathLike):
        return False
    name, at, _ = os.fspath(given).partition("@")
    return is_recipe(name) and not (at and Path(given).exists())


def _is_output(given: Any) -> bool:
    from degrade.shards.layout import MANIFEST

    if isinstance(given, str) and "://" in given:
        return True
    return isinstance(given, str | os.PathLike) and (Path(given) / MANIFEST).is_file()


def called(place: Any) -> str:
    """A place by its last part."""
    if isinstance(place, str | os.PathLike):
        text = os.fspath(place).rstrip("/")
        return text if "://" in text else (Path(text).name or Path(text).resolve().name or text)
    return str(getattr(place, "name", "pictures given"))
