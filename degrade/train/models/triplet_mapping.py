"""The mapping of the triplet domain translation: codes of degraded pictures to codes of clean ones."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from degrade.train.errors import ModelError
from degrade.train.models.layers import InstanceNorm, ReflectedResidual
from degrade.train.models.network import Model
from degrade.train.models.options import flag, whole


class TripletMapping(Model):
    """Mapping between codes of the triplet domain translation: out to 512 channels, six residual blocks, and back.

    3 × 3 Convs of 128, 256, 512, 512 channels, the blocks, 512, 256, 128 channels and those of the code; instance
    normalisation without scale and ReLU after all but the last. 36 135 232 parameters.

    Parameters
    ----------
    code_channels : int
        Of a code.
    blocks : int
        Residual blocks.
    most_channels : int
        No layer has more.
    non_local : bool
        Whether a second branch beside the blocks fills what is scratched from anywhere in the intact part of the
        picture: a partial non-local block, then two residual blocks; the mask chooses between the branches.

    Notes
    -----
    The plain mapping is what has the published count. Of the second branch the paper gives the equations (its section
    3.3), no count.
    """

    name = "triplet_mapping"
    source = "project 3 (scratches); Wan et al. 2020, arXiv:2004.09484"
    initialisation = "normal"
    least_px = 2
    steps: ClassVar[tuple[int, ...]] = (2, 4, 8, 16)

    def __init__(
        self, *, code_channels: int = 64, blocks: int = 6, most_channels: int = 512, non_local: bool = False
    ) -> None:
        super().__init__()
        self.in_channels = self.out_channels = whole("code_channels", code_channels, 1, 1024)
        most, blocks = whole("most_channels", most_channels, 1, 4096), whole("blocks", blocks, 1, 32)
        widths = [code_channels, *(min(code_channels * step, most) for step in self.steps)]
        deep = widths[-1]
        self.out = nn.Sequential(*_normed(widths))
        self.local = nn.Sequential(*(ReflectedResidual(deep) for _ in range(blocks)))
        self.whole = PartialNonLocal(deep) if flag("non_local", non_local) else None
        self.filled = nn.Sequential(*(ReflectedResidual(deep) for _ in range(2))) if non_local else None
        self.back = nn.Sequential(*_normed(widths[:0:-1]), nn.Conv2d(widths[1], code_channels, 3, padding=1))

    def forward(self, codes: Tensor, mask: Tensor | None = None) -> Tensor:
        """Map codes.

        Parameters
        ----------
        codes : Tensor
            (N, code_channels, h, w), of degraded pictures.
        mask : Tensor, optional
            (N, 1, H, W) in [0, 1], 1 where the picture is destroyed, of the picture's size or the code's. Needed with
            `non_local`, refused without.

        Returns
        -------
        Tensor
            Codes of clean pictures, of the same shape.
        """
        self.check(codes)
        x = self.out(codes)
        if self.whole is None or self.filled is None:
            if mask is not None:
                raise ModelError(f"{self.name} without non_local has no use for a mask", "make it with non_local=True")
            return self.back(self.local(x))  # type: ignore[no-any-return]
        if mask is None:
            raise ModelError(f"{self.name} with non_local needs the mask of what is destroyed", "give it mask=…")
        hole = functional.adaptive_max_pool2d(mask.to(x.dtype), x.shape[2:])
        fused = (1 - hole) * self.local(x) + hole * self.filled(self.whole(x, hole))
        return self.back(fused)  # type: ignore[no-any-return]


class PartialNonLocal(nn.Module):
    """Attention of every position to all intact ones (Wan et al. 2020, equations 6 to 8).

    Attention is scaled by 1 / √channels, which keeps it from saturating. A picture with no intact position attends to
    all of it.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = max(channels // 2, 1)
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, inner, 1)
        self.out = nn.Conv2d(inner, channels, 1)

    def forward(self, x: Tensor, hole: Tensor) -> Tensor:
        """(N, C, h, w) and holes (N, 1, h, w) in [0, 1] to (N, C, h, w); a position counts for 1 - hole."""
        query, key, value = (_positions(each(x)) for each in (self.query, self.key, self.value))
        intact = 1 - _positions(hole)[..., 0]
        intact = torch.where((intact > 0).any(dim=2, keepdim=True), intact, torch.ones_like(intact))
        weight = intact.log().unsqueeze(2)  # -inf where nothing is intact: no attention goes there
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=weight)
        return self.out(seen[:, 0].transpose(1, 2).reshape(x.shape[0], -1, *x.shape[2:]))  # type: ignore[no-any-return]


def _positions(x: Tensor) -> Tensor:
    """(N, C, h, w) as (N, 1, h · w, C)."""
    return x.flatten(2).transpose(1, 2).unsqueeze(1)


def _normed(widths: list[int]) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Conv2d(before, after, 3, padding=1), InstanceNorm(after, affine=False), nn.ReLU()]
    return layers
