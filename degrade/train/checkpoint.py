"""Checkpoints: tensors and plain facts in one safetensors file, which appears whole or not at all.

Nothing is ever unpickled, so that a checkpoint of a stranger's runs no code. A digest of all tensors stands among the
facts: a file that was cut, or in which a bit fell over, is not taken for a network.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from degrade.jsontext import from_json
from degrade.shards.durable import write_durably
from degrade.shards.errors import writing
from degrade.train.errors import CheckpointError

BEST, LAST = "best.safetensors", "last.safetensors"
_FACTS = "degrade"
_FORMAT = 1
_CURE = "train again, or take another checkpoint"


def write_checkpoint(path: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    """Make `path` hold `tensors` and `facts` (ready for JSON); what it held before stays until then.

    Raises
    ------
    WriteError
        The file system refused it; the old file is as it was.
    """
    still = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    told = {"format": _FORMAT, **facts, "digest": _digest(still)}
    with writing(path):
        write_durably(path, save(still, {_FACTS: json.dumps(told)}))


def read_checkpoint(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What `write_checkpoint` was given. Raises CheckpointError."""
    if not path.is_file():
        raise CheckpointError(f"there is no checkpoint {path}", "name a .safetensors file or the folder of a training")
    try:
        with safe_open(path, framework="pt") as file:
            facts = from_json((file.metadata() or {})[_FACTS], finite=False)
            if not isinstance(facts, dict):
                raise ValueError("its facts are no mapping")
            names = list(file.keys())
            tensors = {name: file.get_tensor(name).clone() for name in names}  # a copy: the file is mapped, and may go
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        what = "holds no facts of degrade's" if isinstance(error, KeyError) else f"is damaged ({error})"
        raise CheckpointError(f"the checkpoint {path} {what}", _CURE) from None
    if facts.get("format") != _FORMAT:
        raise CheckpointError(f"{path} has the format {facts.get('format')!r}", f"this version reads {_FORMAT}")
    if facts.pop("digest", None) != _digest(tensors):
        raise CheckpointError(f"the checkpoint {path} is damaged (its digest differs)", _CURE)
    return tensors, facts


def _digest(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}\n".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data if tensor.numel() else b"")
    return digest.hexdigest()


def load_checkpoint(
    path: str | os.PathLike[str], model: nn.Module | None = None, device: str | torch.device = "cpu"
) -> tuple[nn.Module, dict[str, Any]]:
    """A trained network, ready to restore pictures.

    Parameters
    ----------
    path : path
        A checkpoint, or the folder of a training, whose best one is meant.
    model : nn.Module, optional
        The network that the weights are for; by default the one that the checkpoint names is made.
    device : str or torch.device

    Returns
    -------
    module : nn.Module
        In evaluation mode, on `device`.
    info : dict
        model, options, mode, epoch, figures of that epoch, settings and facts of the data.

    Raises
    ------
    CheckpointError
        There is none, it is damaged, or made for another network.
    """
    file = Path(path) / BEST if Path(path).is_dir() else Path(path)
    tensors, info = read_checkpoint(file)
    prefix = f"networks.{info.get('main', '')}."
    weights = {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
    if model is None:
        model = _named(info, weights, file)
    load_weights(model, weights, file)
    return model.to(device).eval(), info


def _named(info: Mapping[str, Any], weights: Mapping[str, Tensor], file: Path) -> nn.Module:
    """The network that a checkpoint names, made only if the `weights` are its own: by a few words of a file that holds
    none of them, networks of any size could be asked for. Raises CheckpointError or ModelError."""
    name, options = info.get("model"), info.get("options")
    if options is None:
        cure = f"give load_checkpoint the network itself, a {name}"
        raise CheckpointError(f"{file} is of a network that degrade has no name for", cure)
    if not isinstance(name, str) or not isinstance(options, dict):
        raise CheckpointError(f"the checkpoint {file} names its network in no way that is known", _CURE)
    from degrade.train.models import create_model

    shapes = {part: tensor.shape for part, tensor in create_model(name, device="meta", **options).state_dict().items()}
    if shapes != {part: tensor.shape for part, tensor in weights.items()}:
        raise CheckpointError(f"the checkpoint {file} holds other weights than those of the {name} it names", _CURE)
    return create_model(name, **options)


def load_weights(network: nn.Module, weights: Mapping[str, Tensor], file: Path) -> None:
    """Give `network` the `weights`. Raises CheckpointError if they are another network's."""
    try:
        network.load_state_dict(dict(weights))
    except RuntimeError as error:
        lines = [line.strip() for line in str(error).splitlines()[1:]]
        what = lines[0] if lines else "other weights"
        cure = "make the network with the options that it was trained with"
        raise CheckpointError(f"the checkpoint {file} is of another network ({what})", cure) from None
