"""The triplet domain translation as a whole: two autoencoders and the mapping between their codes."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from degrade.train.errors import ModelError
from degrade.train.models.network import PictureModel
from degrade.train.models.options import CHANNELS, choice, flag
from degrade.train.models.triplet_mapping import TripletMapping
from degrade.train.models.triplet_vae import TripletVae


class Triplet(PictureModel):
    """Triplet domain translation: the code of a degraded picture, mapped to that of a clean one, which is decoded.

    Two autoencoders of 872 131 parameters and a mapping of 36 135 232, 37 879 494 in all. H and W must divide by 4.

    Parameters
    ----------
    width : int
        Channels of the autoencoders and their codes.
    blocks, most_channels, non_local
        Of the mapping; see `triplet_mapping`.
    mapped : bool
        Whether there is a mapping; without one it holds the autoencoders alone, and restores nothing.
    mode : "rgb" or "gray"
        Colour of pictures in and out.

    Attributes
    ----------
    degraded, clean : TripletVae
        Of real and synthetic degraded pictures, and of clean ones.
    mapping : TripletMapping or None
    """

    name = "triplet"
    source = "project 3 (scratches); Wan et al. 2020, arXiv:2004.09484"
    initialisation = "normal"
    multiple = 4
    least_px = 8

    def __init__(
        self,
        *,
        width: int = 64,
        blocks: int = 6,
        most_channels: int = 512,
        non_local: bool = False,
        mapped: bool = True,
        mode: Literal["rgb", "gray"] = "rgb",
    ) -> None:
        super().__init__(choice("mode", mode, CHANNELS))
        self.degraded = TripletVae(width=width, mode=mode)
        self.clean = TripletVae(width=width, mode=mode)
        self.mapping = None
        if flag("mapped", mapped):
            self.mapping = TripletMapping(
                code_channels=width, blocks=blocks, most_channels=most_channels, non_local=non_local
            )

    def forward(self, pictures: Tensor, mask: Tensor | None = None) -> Tensor:
        """Restore pictures.

        Parameters
        ----------
        pictures : Tensor
            (N, C, H, W) in [0, 1].
        mask : Tensor, optional
            (N, 1, H, W) in [0, 1], 1 where the picture is destroyed; counts with `non_local` alone. Without it nothing
            is taken for destroyed.

        Returns
        -------
        Tensor
            Of the same shape and range.
        """
        return self.clean.decode(self.mapped_codes(self.degraded.encode(self.received(pictures)), mask))

    def mapped_codes(self, codes: Tensor, mask: Tensor | None) -> Tensor:
        """Codes of clean pictures (N, width, H / 4, W / 4) for those of degraded ones."""
        if self.mapping is None:
            cure = "train one by `degrade train --model triplet_mapping --option vaes=FOLDER`"
            raise ModelError(f"{self.name} without a mapping restores nothing", cure)
        if self.mapping.whole is None:
            return self.mapping(codes)  # type: ignore[no-any-return]
        if mask is None:
            mask = torch.zeros(len(codes), 1, *codes.shape[2:], dtype=codes.dtype, device=codes.device)
        return self.mapping(codes, mask)  # type: ignore[no-any-return]
