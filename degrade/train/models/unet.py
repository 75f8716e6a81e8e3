"""The reference: a residual U-Net for pictures of any size."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from torch import Tensor, nn

from degrade.train.errors import ModelError
from degrade.train.models.initial import ScaledConv2d, scaled
from degrade.train.models.layers import ACTIVATIONS, NORMS, padded_to_multiple
from degrade.train.models.network import PictureModel
from degrade.train.models.options import choice, flag, whole

_MODES = {"gray": ("gray",), "rgb": ("rgb", "gray"), "lab": ("lightness",)}
_LINEAR = 0.5**0.5  # first gain of a layer without an activation after it
_BRANCH = 0.1  # of the last layer of a residual branch
_HEAD = 0.05  # of the whole, which is a branch beside the picture


class Size(NamedTuple):
    """What the dial `size` sets."""

    width: int
    depth: int
    blocks: int
    bottom_blocks: int


SIZES = {"tiny": Size(12, 3, 1, 1), "small": Size(24, 3, 1, 2), "base": Size(32, 4, 2, 2)}


class Restored(NamedTuple):
    """What a U-Net with a mask head gives.

    Attributes
    ----------
    picture : Tensor
        (N, C, H, W), what the model without that head gives.
    mask : Tensor
        (N, 1, H, W) logits, above 0 where there is damage.
    """

    picture: Tensor
    mask: Tensor


class UNet(PictureModel):
    """The reference: a U-Net of residual blocks that predicts the difference to its input, for pictures of any size.

    Each level has `blocks` residual blocks of two 3 × 3 Convs on either side; 2 × 2 Convs of stride 2 lead down, 1 × 1
    Convs and a pixel shuffle up, and the level's map is added there. Pictures are padded inside, mirrored where they
    are large enough for that.

    Parameters
    ----------
    size : "tiny", "small" or "base"
        Sets width, depth and blocks: about 0.3, 2 and 17 million parameters.
    mode : "gray", "rgb" or "lab"
        Colour of what it gives; in lab it takes lightness and gives a and b.
    takes : "gray", "rgb" or "lightness", optional
        What it takes, if that is not as `mode` is: gray for colour from gray.
    width : int, optional
        Channels of the first level; each further one has twice as many.
    depth : int, optional
        How often the size is halved, 1 to 7.
    blocks, bottom_blocks : int, optional
        Residual blocks on either side of each level, and at the bottom.
    norm : "none", "batch", "group", "layer" or "instance"
        Normalisation before each block.
    activation : "relu", "leaky_relu", "gelu" or "silu"
        Between the two Convs of a block.
    residual : bool
        Whether its input is added to what it gives. In lab, and for colour from gray, that begins at neutral colour.
    mask_head : bool
        Whether it predicts the mask of the damage too; its output is then a `Restored`.

    Notes
    -----
    Without a normalisation it is quickest, and learns as well with ReLU at learning rates up to 0.004. Other
    activations may then diverge above 0.001, unless gradients are clipped to a norm of 1.
    """

    name = "unet"
    source = "Ronneberger et al. 2015, arXiv:1505.04597; blocks as in Lim et al. 2017, arXiv:1707.02921"
    initialisation = "he"

    def __init__(
        self,
        *,
        size: Literal["tiny", "small", "base"] = "small",
        mode: Literal["gray", "rgb", "lab"] = "rgb",
        takes: Literal["gray", "rgb", "lightness"] | None = None,
        width: int | None = None,
        depth: int | None = None,
        blocks: int | None = None,
        bottom_blocks: int | None = None,
        norm: Literal["none", "batch", "group", "layer", "instance"] = "none",
        activation: Literal["relu", "leaky_relu", "gelu", "silu"] = "relu",
        residual: bool = True,
        mask_head: bool = False,
    ) -> None:
        super().__init__(choice("mode", mode, _MODES), takes)
        if self.takes not in _MODES[mode]:
            cure = f"write takes={' or '.join(_MODES[mode])}, or another mode"
            raise ModelError(f"takes={takes!r} does not go with mode={mode!r}", cure)
        dial = SIZES[choice("size", size, SIZES)]
        width = whole("width", dial.width if width is None else width, 1, 1024)
        depth = whole("depth", dial.depth if depth is None else depth, 1, 7)
        blocks = whole("blocks", dial.blocks if blocks is None else blocks, 1, 16)
        bottom_blocks = whole("bottom_blocks", dial.bottom_blocks if bottom_blocks is None else bottom_blocks, 1, 16)
        make: dict[str, Any] = {
            "norm": NORMS[choice("norm", norm, NORMS)],
            "activation": ACTIVATIONS[choice("activation", activation, ACTIVATIONS)],
        }
        self.residual = flag("residual", residual)
        self.grid = 2**depth

        widths = [width << level for level in range(depth + 1)]
        self.stem = scaled(ScaledConv2d(self.in_channels, width, 3, padding=1), _LINEAR)
        self.encoder = nn.ModuleList(_residuals(blocks, each, make) for each in widths[:-1])
        self.downs = nn.ModuleList(scaled(ScaledConv2d(each, 2 * each, 2, 2), _LINEAR) for each in widths[:-1])
        self.bottom = _residuals(bottom_blocks, widths[-1], make)
        self.ups = nn.ModuleList(
            nn.Sequential(scaled(ScaledConv2d(2 * each, 4 * each, 1), _LINEAR), nn.PixelShuffle(2))
            for each in widths[-2::-1]
        )
        self.decoder = nn.ModuleList(_residuals(blocks, each, make) for each in widths[-2::-1])
        self.head = scaled(ScaledConv2d(width, self.out_channels, 3, padding=1), _HEAD)
        self.mask_head = nn.Conv2d(width, 1, 3, padding=1) if flag("mask_head", mask_head) else None

    def forward(self, pictures: Tensor) -> Tensor | Restored:
        """Restore pictures.

        Parameters
        ----------
        pictures : Tensor
            (N, C, H, W) of any H and W: gray or RGB in [0, 1], or lightness in [-1, 1].

        Returns
        -------
        Tensor or Restored
            (N, C, H, W) of the same H and W: gray or RGB about [0, 1], or a and b about [-1, 1]; not clamped.
        """
        given = self.received(pictures)
        height, width = given.shape[2:]
        x = self.stem(padded_to_multiple(given, self.grid))
        seen = []
        for level, down in zip(self.encoder, self.downs, strict=True):
            x = level(x)
            seen.append(x)
            x = down(x)
        x = self.bottom(x)
        for up, level, skip in zip(self.ups, self.decoder, reversed(seen), strict=True):
            x = level(up(x) + skip)
        picture = self.head(x)[:, :, :height, :width]
        if self.residual and self.mode != "lab":
            picture = picture + given
        return picture if self.mask_head is None else Restored(picture, self.mask_head(x)[:, :, :height, :width])


class _Residual(nn.Module):
    """x + conv(activation(conv(norm(x)))), both 3 × 3; the last begins small."""

    def __init__(self, channels: int, norm: Any, activation: Any) -> None:
        super().__init__()
        last = scaled(ScaledConv2d(channels, channels, 3, padding=1), _BRANCH)
        self.branch = nn.Sequential(norm(channels), nn.Conv2d(channels, channels, 3, padding=1), activation(), last)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.branch(x)  # type: ignore[no-any-return]


def _residuals(number: int, channels: int, make: dict[str, Any]) -> nn.Sequential:
    return nn.Sequential(*(_Residual(channels, **make) for _ in range(number)))
