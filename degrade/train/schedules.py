"""How the learning rate changes: each schedule is a plain function of where the training stands, so that a training
that goes on has nothing to restore."""

from __future__ import annotations

import math

from degrade.train.settings import Settings


def factor(settings: Settings, epoch: float) -> float:
    """What the learning rate is multiplied with.

    Parameters
    ----------
    settings : Settings
    epoch : float
        From 0; its fraction is the part of the epoch that is done.

    Notes
    -----
    constant      1
    exponential   decay ** epoch, of whole epochs
    linear        1 for `hold_epochs`, then down by equal steps an epoch; it would reach 0 after the last
    cosine        up from 0 in `warmup_epochs`, then half a cosine down to 0 (I. Loshchilov, F. Hutter,
                  arXiv:1608.03983, without restarts)
    """
    if settings.schedule == "exponential":
        return settings.decay ** math.floor(epoch)
    if settings.schedule == "linear":
        falling = settings.epochs - settings.hold_epochs
        return 1 - max(0, math.floor(epoch) - settings.hold_epochs) / falling
    if settings.schedule == "cosine":
        return _cosine(epoch, min(settings.warmup_epochs, settings.epochs), settings.epochs)
    return 1.0


def _cosine(epoch: float, warmup: float, epochs: int) -> float:
    if epoch < warmup:
        return epoch / warmup
    done = (epoch - warmup) / max(epochs - warmup, 1e-9)
    return (1 + math.cos(math.pi * min(done, 1))) / 2
