"""Pictures that a generator made a while ago, which its discriminator shall not forget."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

import degrade


class Pool:
    """The last pictures given to it, about; a new one has an even chance to change places with one of them
    (A. Shrivastava et al. 2017, arXiv:1612.07828; J.-Y. Zhu et al. 2017, arXiv:1703.10593).

    Parameters
    ----------
    size : int
        How many it holds; 0 gives every picture back as it is.
    seed, name : int, str
        The address of its draws, which are numbered: a pool that goes on from `state` draws as the old one would have.
    """

    def __init__(self, size: int, seed: int, name: str = "") -> None:
        self.size, self._seed, self._name = size, seed, name
        self._held: list[Tensor] = []
        self._drawn = 0

    def exchange(self, pictures: Tensor) -> Tensor:
        """(N, C, H, W), of which about half are older ones, once the pool is full. Gives and keeps no gradients."""
        return (
            torch.stack([self._exchanged(picture) for picture in pictures.detach()]) if self.size else pictures.detach()
        )

    def _exchanged(self, picture: Tensor) -> Tensor:
        if len(self._held) < self.size:
            self._held.append(picture.clone())
            return picture
        chance, where, *_ = degrade.Key(self._seed).at("pool", self._name, self._drawn).uniforms()
        self._drawn += 1
        if chance < 0.5:
            return picture
        place = int(where * self.size)
        older, self._held[place] = self._held[place], picture.clone()
        return older

    def state(self) -> dict[str, Tensor]:
        """The pictures, and how often it has drawn."""
        held = {"pictures": torch.stack(self._held)} if self._held else {}
        return {"drawn": torch.tensor(self._drawn), **held}

    def restore(self, state: Mapping[str, Tensor], device: torch.device) -> None:
        """Go on where the pool was whose `state` this is. Raises KeyError."""
        self._drawn = int(state["drawn"])
        self._held = [picture.to(device) for picture in state["pictures"]] if "pictures" in state else []
