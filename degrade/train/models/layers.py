"""Layers that several models share."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

NORMS: dict[str, Callable[[int], nn.Module]] = {
    "none": lambda _: nn.Identity(),
    "batch": nn.BatchNorm2d,
    "group": lambda channels: nn.GroupNorm(next(n for n in (8, 4, 2, 1) if channels % n == 0), channels),
    "layer": lambda channels: nn.GroupNorm(1, channels),
    "instance": lambda channels: InstanceNorm(channels),
}
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "gelu": nn.GELU,
    "silu": nn.SiLU,
}


class InstanceNorm(nn.Module):
    """Normalisation of each channel of each picture (Ulyanov et al. 2016, arXiv:1607.08022).

    torch's own refuses a map of a single pixel, which a deep U-Net ends in; there this gives the shift.
    """

    def __init__(self, channels: int, affine: bool = True) -> None:
        super().__init__()
        self.channels = channels
        self.weight = nn.Parameter(torch.ones(channels)) if affine else None
        self.bias = nn.Parameter(torch.zeros(channels)) if affine else None

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W), normalised over H and W."""
        return torch.group_norm(x, self.channels, self.weight, self.bias)


class ReflectedResidual(nn.Module):
    """x + norm(conv(relu(norm(conv(x))))), 3 × 3 with reflected borders (Johnson et al. 2016, arXiv:1603.08155).

    A convolution keeps its bias before the normalisation, where it has no effect: the published counts hold it.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect"),
            InstanceNorm(channels, affine=False),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect"),
            InstanceNorm(channels, affine=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        return x + self.body(x)  # type: ignore[no-any-return]


def same(channels_in: int, channels_out: int, kernel: int = 3, stride: int = 1) -> nn.Conv2d:
    """An odd convolution that keeps the size, or divides an even one by its stride."""
    return nn.Conv2d(channels_in, channels_out, kernel, stride, padding=kernel // 2)


def doubling(channels_in: int, channels_out: int, kernel: int = 3) -> nn.ConvTranspose2d:
    """A transposed convolution of stride 2 that doubles the size: kernels of 2, 3, 4, 5, 7."""
    return nn.ConvTranspose2d(
        channels_in, channels_out, kernel, 2, padding=(kernel - 1) // 2, output_padding=kernel % 2
    )


def padded_to_multiple(x: Tensor, multiple: int) -> Tensor:
    """(N, C, H, W) with rows and columns added below and on the right until H and W divide by `multiple`.

    They mirror the picture where it is large enough for that, else they repeat its edge.
    """
    below, right = -x.shape[2] % multiple, -x.shape[3] % multiple
    if below:
        x = functional.pad(x, (0, 0, 0, below), mode="reflect" if below < x.shape[2] else "replicate")
    if right:
        x = functional.pad(x, (0, right, 0, 0), mode="reflect" if right < x.shape[3] else "replicate")
    return x
