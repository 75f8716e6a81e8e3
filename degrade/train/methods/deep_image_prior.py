"""Deep Image Prior learns from no pairs; `degrade.train.fit_prior` fits it to a single picture."""

from __future__ import annotations

from typing import NoReturn

from degrade.train.errors import TrainError
from degrade.train.settings import Settings


def needs(settings: Settings) -> NoReturn:
    """Raises TrainError, which says what to do instead."""
    what = f"{settings.model} learns from no pairs: it is fitted anew to each single picture"
    raise TrainError(what, "fit it in Python, degrade.train.fit_prior(picture, mask), or train unet", 2)
