"""Settings that a model was published with, where these are not what is usual for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ADVERSARIAL = {"learning_rate": 2e-4, "beta1": 0.5}
USUAL: dict[str, dict[str, Any]] = {
    "pix2pix_generator": {**_ADVERSARIAL, "batch_size": 10, "epochs": 150},
    "cyclegan": {**_ADVERSARIAL, "batch_size": 5, "epochs": 30},
    "triplet_vae": {**_ADVERSARIAL, "schedule": "linear", "epochs": 200},
    "triplet_mapping": {**_ADVERSARIAL, "schedule": "linear", "epochs": 250},
}
"""By model. Of the linear schedules 100 epochs go down to nothing, see `HELD`."""
HELD = {"triplet_vae": 100 / 200, "triplet_mapping": 150 / 250}
"""The share of all epochs before the learning rate goes down, where `hold_epochs` is not given."""


def with_usual(given: Mapping[str, Any]) -> dict[str, Any]:
    """`given`, and what is usual for its model besides."""
    model = given.get("model")
    if not isinstance(model, str) or model not in USUAL:
        return dict(given)
    settings = {**USUAL[model], **given}
    epochs = settings["epochs"]
    if model in HELD and settings["schedule"] == "linear" and isinstance(epochs, int):
        settings.setdefault("hold_epochs", int(epochs * HELD[model]))
    return settings
