"""Pictures restored for the page by networks of anybody's."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.codecs import decode, encode_png
from degrade.demo import restoring
from degrade.demo.errors import DemoError
from degrade.demo.photographs import Given
from degrade.errors import MissingExtra


def photograph(dtype: Any = np.uint8) -> Given:
    down, across = np.mgrid[:40, :56]
    pixels = np.stack([down * 5, across * 4, 200 - down], axis=2).astype(dtype)
    return Given("old print.png", encode_png(pixels * (257 if dtype == np.uint16 else 1), filtered=True))


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """An untrained network in a file of ours."""
    torch = pytest.importorskip("torch")
    from degrade.train import create_model
    from degrade.train.checkpoint import write_checkpoint

    torch.set_num_threads(1)
    options = {"width": 4, "depth": 2, "blocks": 1, "bottom_blocks": 1}
    network = create_model("unet", **options, mode="rgb")
    tensors = {f"networks.net.{name}": tensor for name, tensor in network.state_dict().items()}
    facts = {"model": "unet", "options": {**options, "mode": "rgb"}, "mode": "rgb", "main": "net"}
    write_checkpoint(tmp_path / "best.safetensors", tensors, facts)
    return tmp_path / "best.safetensors"


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_picture_is_restored_in_its_own_kind(checkpoint: Path, dtype: Any) -> None:
    done = restoring.restored(photograph(dtype), checkpoint)
    assert done.before.shape == done.after.shape
    assert decode(done.data).pixels.dtype == dtype
    assert decode(done.data).pixels.shape == (40, 56, 3)
    assert done.name == "old print.restored.png"


def test_no_network_is_an_error_with_its_cure() -> None:
    pytest.importorskip("torch")
    with pytest.raises(DemoError, match="choose a checkpoint"):
        restoring.restored(photograph(), None)


class Planted:
    """Unpickled, it leaves a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_what_is_no_checkpoint_of_ours_is_refused_and_never_unpickled(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import save

    wrong = {
        "pickle": pickle.dumps(Planted(tmp_path / "ran")),
        "nothing": b"",
        "text": b"weights",
        "other's": save({"layer": torch.zeros(3)}),
        "lies": save({"layer": torch.zeros(3)}, {"degrade": '{"format": 1, "model": "unet", "digest": "0"}'}),
        "deep": save({"layer": torch.zeros(3)}, {"degrade": "[" * 100_000}),
    }
    torch.save({"layer": Planted(tmp_path / "ran")}, tmp_path / "saved.pt")
    wrong["torch's"] = (tmp_path / "saved.pt").read_bytes()
    for data in wrong.values():
        file = tmp_path / "best.safetensors"
        file.write_bytes(data)
        with pytest.raises(DemoError) as caught:
            restoring.restored(photograph(), file)
        said = str(caught.value)
        assert "best.safetensors" in said
        assert str(tmp_path) not in said
        assert "; " in said
        assert len(said.splitlines()) == 1
    assert not (tmp_path / "ran").exists()


def test_without_torch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r'pip install "degrade\[train\]"'):
        restoring.restored(photograph(), "run")
