"""What an experiment trains and measures, as data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import degrade
from degrade.recipes import Recipe

_DIGEST_BYTES = 8


@dataclass(frozen=True)
class Size:
    """How large an experiment is.

    Attributes
    ----------
    train, val, test : int
        Crops in each split.
    epochs : int
        Of each training.
    seeds : int
        How often each network is trained.
    minutes : float or None
        Of each training at most.
    iterations : int
        Of Deep Image Prior.
    """

    train: int
    val: int
    test: int
    epochs: int
    seeds: int = 1
    minutes: float | None = None
    iterations: int = 3001

    @property
    def splits(self) -> dict[str, int]:
        """Crops by split."""
        return {"train": self.train, "val": self.val, "test": self.test}


@dataclass(frozen=True)
class Asked:
    """What somebody has asked for.

    Attributes
    ----------
    name : str
        Of the experiment.
    size : Size
    full : bool
        Whether that is the published size.
    source : tuple of str
        Photographs; the sample's if there are none.
    real : Path or None
        A folder of real pairs.
    device : str
    """

    name: str
    size: Size
    full: bool = False
    source: tuple[str, ...] = ()
    real: Path | None = None
    device: str = "auto"

    def seeds(self) -> list[int]:
        """A seed for each time that a network is trained, by address: the first three stay when a fourth is asked."""
        return [degrade.Key(0).at("experiment", self.name, number).words()[0] >> 3 for number in range(self.size.seeds)]


@dataclass(frozen=True)
class Crops:
    """Square pictures cut out of photographs.

    Attributes
    ----------
    side_px : int
    splits : dict
        Crops by split; a photograph's crops are all in one split.
    coloured : bool
        Whether photographs without colour are left out.
    smallest : float
        The least side of what is cut, before it is scaled to `side_px`, as a share of the photograph's shorter side.
    least_px : int
        The least side of what is cut, if more than `side_px`.
    """

    side_px: int
    splits: Mapping[str, int]
    coloured: bool = True
    smallest: float = 0.4
    least_px: int = 0


@dataclass(frozen=True)
class Data:
    """Pairs: crops that a recipe damages.

    Attributes
    ----------
    recipe : str or mapping
        Whatever `degrade.load_recipe` takes; frame and splits are the crops'.
    crops : Crops
    """

    recipe: str | Mapping[str, Any]
    crops: Crops

    def loaded(self) -> Recipe:
        """The recipe, for these crops."""
        plain = degrade.load_recipe(self.recipe).to_data()
        members = plain.get("output", {}).get("members")
        output: dict[str, Any] = {"image": "png", "splits": {"train": 1.0}, "pairs_per_shard": 500}
        if members is not None:
            output["members"] = members
        frame = {"size": self.crops.side_px, "fit": "stretch", "min_side": 8}
        made: Recipe = degrade.load_recipe(plain | {"frame": frame, "output": output})
        return made

    def told(self) -> dict[str, Any]:
        """What decides the pairs, beside the photographs."""
        crops = self.crops
        return {
            "recipe": self.loaded().to_data(), "side_px": crops.side_px, "splits": dict(crops.splits),
            "coloured": crops.coloured, "smallest": crops.smallest, "least_px": crops.least_px,
        }  # fmt: skip


@dataclass(frozen=True)
class Training:
    """A network that is trained, and what it is measured on.

    Attributes
    ----------
    row : str
        What tables call it; trainings of one row differ in their seed alone.
    group : str
        The table it stands in, such as the recipe's name.
    data : Data
    seed : int
    settings : dict
        Of `degrade.train.Settings`, without those that are alike for all.
    measured : bool
        Whether it restores, and is measured on the split test of `data`.
    after : Training or None
        Another one, whose folder goes to the option `after_option`.
    prior : bool
        Whether it is Deep Image Prior, which is fitted to each test picture.
    """

    row: str
    group: str
    data: Data
    seed: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    measured: bool = True
    after: Training | None = None
    after_option: str = "vaes"
    prior: bool = False

    @property
    def model(self) -> str:
        """The network's name."""
        return str(self.settings.get("model", "unet"))

    @property
    def work(self) -> str:
        """The same for trainings whose steps take the same time: same network, same pictures."""
        names = ("model", "options", "mode", "crop", "batch_size")
        return digest([self.data.crops.side_px, self.measured, [self.settings.get(name) for name in names]])

    def digest(self, photographs: str) -> str:
        """Of everything that decides what is learnt; `photographs` is the digest of those."""
        told: dict[str, Any] = {"data": self.data.told(), "seed": self.seed, "settings": dict(self.settings)}
        if self.after is not None:
            told["after"] = self.after.digest(photographs)
        return digest([photographs, degrade.__version__, self.prior, told])


def digest(told: Any) -> str:
    """16 hexadecimal digits of plain data."""
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES, person=b"experiment").hexdigest()


def settings(model: str, size: Size, **more: Any) -> dict[str, Any]:
    """Those that are alike for all networks: MSE, Adam with a cosine down from 1e-3, sixteen pairs a step."""
    usual = {"model": model, "epochs": size.epochs, "loss": "mse", "schedule": "cosine", "batch_size": 16, "flip": True}
    limit = {} if size.minutes is None else {"minutes": size.minutes}
    return {**usual, **limit, **more}
