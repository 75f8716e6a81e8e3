"""Deep Image Prior learns from no pairs; `degrade.train.fit_prior` fits it to a single picture."""

from __future__ import annotations

from typing import NoReturn

from degrade.train.errors import TrainError
from degrade.train.needs import Needs
from degrade.train.settings import Settings


def needs(settings: Settings) -> Needs:
    """Raises TrainError, which says what to do instead."""
    raise refused(settings)


def create(settings: Settings, mode: str, model: object = None) -> NoReturn:  # noqa: ARG001 - there is no method
    """Raises TrainError, which says what to do instead."""
    raise refused(settings)


def refused(settings: Settings) -> TrainError:
    """Why there is no training."""
    what = f"{settings.model} learns from no pairs: it is fitted anew to each single picture"
    return TrainError(what, "fit it in Python, degrade.train.fit_prior(picture, mask), or train unet", 2)
