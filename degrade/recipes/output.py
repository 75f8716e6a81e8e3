"""What a build writes of each pair, and where it goes."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from degrade.engine.declaration import ParameterError

MEMBERS = ("clean", "degraded", "mask", "loss", "classes", "layers", "instances")
APART = ("layers", "instances")
"""Members that need the damages told apart."""
IMAGES = ("jpg", "png", "png16")
SHARD_FORMATS = ("tar", "parquet", "folder", "aligned")
ALIGNED = ("clean", "degraded")
"""What a picture of the format aligned shows, from left to right."""
SPLIT = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""What a split may be called."""
Part = float | int | Mapping[str, int]
"""A split's share of the photographs, their number, or their number by class."""


def _described(default: Any, help: str) -> Any:
    if callable(default):
        return dataclasses.field(default_factory=default, metadata={"help": help})
    return dataclasses.field(default=default, metadata={"help": help})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Output:
    """How pairs become shards.

    Raises
    ------
    ParameterError
        All impossible fields, at once.
    """

    copies: int = _described(1, "damaged copies of each photograph, 1 to 10000")
    members: Sequence[str] = _described(
        ("clean", "degraded", "mask"), f"what is written of each pair: some of {', '.join(MEMBERS)}"
    )
    image: str = _described("jpg", f"format of the clean and the degraded picture: {', '.join(IMAGES)} (16 bits)")
    quality: int = _described(95, "JPEG quality of pictures that are not compressed by the recipe itself, 1 to 100")
    scale: int = _described(
        1,
        "how many times smaller the degraded picture is, for upscalers: shrunk before it is made a file, 1 to 16",
    )
    format: str = _described(
        "tar",
        "how shards are stored: tar; parquet; folder (clean/, degraded/, mask/ with the same names); aligned (clean "
        "and degraded side by side in one picture)",
    )
    pairs_per_shard: int = _described(1000, "pairs in a full shard, 1 to 1000000")
    splits: Mapping[str, Part] = _described(
        lambda: {"train": 1.0},
        "splits by name: shares that sum to 1, whole numbers of photographs, or numbers by class such as {cat: 500}",
    )
    bounds: ClassVar[dict[str, tuple[int, int]]] = {
        "copies": (1, 10_000), "quality": (1, 100), "scale": (1, 16), "pairs_per_shard": (1, 1_000_000),
    }  # fmt: skip

    def __post_init__(self) -> None:
        if _is_list(self.members):
            object.__setattr__(self, "members", tuple(m for m in MEMBERS if m in self.members) + self._strange())
        problems = self._number_problems() + self._word_problems() + self._split_problems()
        if problems:
            raise ParameterError("output", problems)
        object.__setattr__(self, "splits", {name: _plain(part) for name, part in self.splits.items()})

    @property
    def apart(self) -> bool:
        """Whether members are asked for that tell damages apart."""
        return any(name in self.members for name in APART)

    def _strange(self) -> tuple[str, ...]:
        return tuple(m for m in self.members if m not in MEMBERS)

    def _number_problems(self) -> list[tuple[str, str]]:
        problems = []
        for name, (low, high) in self.bounds.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                problems.append((name, f"expected a whole number in [{low}, {high}], not {value!r}"))
        return problems

    def _word_problems(self) -> list[tuple[str, str]]:
        problems = []
        if not _is_list(self.members) or not self.members or self._strange():
            given = list(self.members) if _is_list(self.members) else self.members
            problems.append(("members", f"expected a list of some of {', '.join(MEMBERS)}, not {given!r}"))
        if self.image not in IMAGES:
            problems.append(("image", f"expected one of {', '.join(IMAGES)}, not {self.image!r}"))
        if self.format not in SHARD_FORMATS:
            problems.append(("format", f"expected one of {', '.join(SHARD_FORMATS)}, not {self.format!r}"))
        if self.format == "aligned":
            problems += self._aligned_problems()
        return problems

    def _aligned_problems(self) -> list[tuple[str, str]]:
        problems = []
        if tuple(self.members) != ALIGNED:
            held = f"expected [{', '.join(ALIGNED)}], all that the format aligned holds, not {list(self.members)!r}"
            problems.append(("members", f"{held}; the format folder holds masks too"))
        if self.scale != 1:
            problems.append(("scale", f"expected 1 in the format aligned, whose sides are equal, not {self.scale!r}"))
        return problems

    def _split_problems(self) -> list[tuple[str, str]]:
        splits = self.splits
        if not isinstance(splits, Mapping) or not splits:
            example = "{train: 0.9, val: 0.1}"
            return [("splits", f"expected names with shares or counts, such as {example}, not {splits!r}")]
        problems = [
            ("splits", f"expected a name of small letters, digits and _, not {name!r}")
            for name in splits
            if not (isinstance(name, str) and SPLIT.fullmatch(name))
        ]
        shares = [s for s in splits.values() if isinstance(s, float)]
        if not all(_is_part(part) for part in splits.values()):
            expected = "expected shares above 0, whole numbers from 1, or numbers by class such as {cat: 500}"
            problems.append(("splits", f"{expected}, not {dict(splits)!r}"))
        elif shares and abs(sum(shares) - 1) > 1e-9:
            problems.append(("splits", f"the shares must sum to 1, not {sum(shares):g}"))
        return problems

    def changed(self) -> dict[str, Any]:
        """The fields that differ from their defaults, as plain data for YAML."""
        usual = Output().settings()
        # by their text: a split of 1 is one photograph, one of 1.0 all of them
        return {name: value for name, value in self.settings().items() if repr(value) != repr(usual[name])}

    def settings(self) -> dict[str, Any]:
        """Every field as plain data."""
        return {
            "copies": self.copies, "members": list(self.members), "image": self.image, "quality": self.quality,
            "scale": self.scale, "format": self.format,
            "pairs_per_shard": self.pairs_per_shard,
            "splits": {name: _plain(part) for name, part in self.splits.items()},
        }  # fmt: skip


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_part(part: object) -> bool:
    if isinstance(part, Mapping):
        return bool(part) and all(
            isinstance(name, str) and name and _is_part(count) and isinstance(count, int)
            for name, count in part.items()
        )
    return isinstance(part, int | float) and not isinstance(part, bool) and part > 0


def _plain(part: Part) -> Part:
    return dict(part) if isinstance(part, Mapping) else part
