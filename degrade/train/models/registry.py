"""The models by name, and how one is made.

A model is one file of this package, named for it, with one class whose `name` is the same. Its options are the
arguments of that class.
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any, NamedTuple, cast

import torch
from torch import nn

from degrade.train.errors import ModelError
from degrade.train.models.initial import initialise
from degrade.train.models.network import Model
from degrade.train.models.options import known_model, known_options

NAMES = (
    "unet",
    "skip_autoencoder",
    "cae_small",
    "cae_large",
    "unet_small",
    "dense_autoencoder",
    "conv_autoencoder",
    "pix2pix_generator",
    "resnet_generator",
    "patch_discriminator",
    "cyclegan",
    "deep_image_prior",
    "triplet_vae",
    "triplet_mapping",
    "triplet_discriminator",
    "triplet",
)
_NOT_MADE = "meta"  # a device whose tensors have a shape and no contents


class Counts(NamedTuple):
    """Numbers of a model, as Keras counts them: statistics of batch normalisation are not trainable."""

    trainable: int
    non_trainable: int


def model_class(name: str) -> type[Model]:
    """The class of a model. Raises ModelError if there is none of that name."""
    known_model(name, NAMES)
    module = importlib.import_module(f"degrade.train.models.{name}")
    found = [kind for kind in vars(module).values() if isinstance(kind, type) and kind.__dict__.get("name") == name]
    return cast(type[Model], found[0])


def create_model(name: str, *, seed: int = 0, device: str | torch.device = "cpu", **options: Any) -> Model:
    """A network by its name.

    Parameters
    ----------
    name : str
        One of `models_table()`.
    seed : int
        Of the first weights: the same for the same seed and torch. No global generator is read or set.
    device : str or device
        Where it is to live; "meta" gives its shape alone, at no cost.
    options
        Those of the model: `options_of(name)`.

    Returns
    -------
    Model
        In training mode, in float32.

    Raises
    ------
    ModelError
        No such model or option, or a value that the option does not take.

    Examples
    --------
    >>> model = create_model("unet", size="tiny", mode="gray")
    >>> model(torch.rand(1, 1, 50, 75)).shape
    torch.Size([1, 1, 50, 75])
    """
    kind = model_class(name)
    defaults = options_of(name)
    known_options(name, options, list(defaults))
    try:
        with torch.device(_NOT_MADE):
            model = kind(**options)
    except ModelError as error:
        raise ModelError(f"{name}: {error.what}", error.cure) from None
    model.options = {option: _plain(value) for option, value in (defaults | options).items()}
    model.float()
    if torch.device(device).type == _NOT_MADE:
        return model
    model.to_empty(device="cpu")
    initialise(model, model.initialisation, seed)
    return model.to(device)


def options_of(name: str) -> dict[str, Any]:
    """A model's options and their defaults. Raises ModelError if there is no such model."""
    parameters = list(inspect.signature(model_class(name).__init__).parameters.values())[1:]
    return {parameter.name: parameter.default for parameter in parameters}


def count_parameters(model: nn.Module) -> Counts:
    """How many numbers a model learns, and how many statistics it keeps besides."""
    trainable = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    statistics = [each for name, each in model.named_buffers() if name.endswith(("running_mean", "running_var"))]
    return Counts(trainable, sum(each.numel() for each in statistics))


def models_table() -> list[dict[str, Any]]:
    """A row for each model as it is by default: its name, parameters, options, source, and what it is.

    Returns
    -------
    list of dict
        With `name`, `parameters` (trainable), `options` (name to default), `source` and `about`.
    """
    rows = []
    for name in NAMES:
        model = create_model(name, device=_NOT_MADE)
        rows.append(
            {
                "name": name,
                "parameters": count_parameters(model).trainable,
                "options": model.options,
                "source": model.source,
                "about": (type(model).__doc__ or "").split("\n", 1)[0],
            }
        )
    return rows


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
