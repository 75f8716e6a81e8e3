"""The networks: the reference U-Net, and those of five published projects with their counts to the unit.

    create_model      a network by its name: create_model("unet", size="tiny")
    models_table      what there is: name, parameters, options, source, about
    options_of        a model's options and their defaults
    count_parameters  trainable and not, as Keras counts
    Model             what all are: their facts
    PictureModel      those from pictures to pictures
    ModelError        a model that cannot be made or used as asked for

One file a model. Pictures are float (N, C, H, W), in [0, 1] on either side: a network that works in [-1, 1] converts
within. Inside: `registry`, `network` (the base), `options` (their checks), `initial` (first weights), `layers`.
"""

from __future__ import annotations

from degrade.errors import MissingExtra

try:
    import torch as _torch  # noqa: F401
except ModuleNotFoundError:
    raise MissingExtra("the trainer needs torch", 'pip install "degrade[train]"') from None

from degrade.train.errors import ModelError
from degrade.train.models.network import Model, PictureModel
from degrade.train.models.registry import NAMES, Counts, count_parameters, create_model, models_table, options_of

__all__ = [
    "NAMES",
    "Counts",
    "Model",
    "ModelError",
    "PictureModel",
    "count_parameters",
    "create_model",
    "models_table",
    "options_of",
]
