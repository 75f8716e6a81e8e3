from __future__ import annotations

import errno
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from degrade.shards import WriteError  # noqa: E402
from degrade.train import CheckpointError, TrainError, load_checkpoint, train  # noqa: E402
from degrade.train.checkpoint import read_checkpoint, write_checkpoint  # noqa: E402

Make = Callable[..., dict[str, Any]]
Network = Callable[..., Any]
FILES = ("best.safetensors", "last.safetensors")


def bytes_of(run: Path) -> list[bytes]:
    return [(run / name).read_bytes() for name in FILES]


def test_tensors_and_facts_come_back(tmp_path: Path) -> None:
    tensors = {
        "a.weight": torch.rand(4, 3, 2, 2).to(memory_format=torch.channels_last),
        "half": torch.rand(5).bfloat16(),
        "count": torch.tensor(3),
        "empty": torch.zeros(0, 2),
    }
    write_checkpoint(tmp_path / "c.safetensors", tensors, {"epoch": 3, "loss": 0.1 + 0.2})
    read, facts = read_checkpoint(tmp_path / "c.safetensors")
    assert sorted(read) == sorted(tensors)
    for name, tensor in tensors.items():
        assert torch.equal(read[name], tensor)
        assert read[name].dtype == tensor.dtype
    assert facts == {"format": 1, "epoch": 3, "loss": 0.1 + 0.2}


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells what is mapped")
def test_what_was_read_needs_its_file_no_more(tmp_path: Path) -> None:
    """Tensors that were part of the mapped file would keep its space on disk after it was replaced."""
    path = tmp_path / "c.safetensors"
    write_checkpoint(path, {"a": torch.arange(50.0)}, {})
    tensors, _ = read_checkpoint(path)
    assert str(path) not in Path("/proc/self/maps").read_text()
    assert tensors["a"].sum() == 1225


@pytest.mark.parametrize("place", [0, 40, -1])
def test_a_damaged_byte_is_found(tmp_path: Path, place: int) -> None:
    path = tmp_path / "c.safetensors"
    write_checkpoint(path, {"a": torch.arange(50.0)}, {})
    data = bytearray(path.read_bytes())
    data[place] ^= 0x40
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match=r"c\.safetensors"):
        read_checkpoint(path)


@pytest.mark.parametrize("keep", [0, 5, 100, -1])
def test_a_cut_file_is_found(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "c.safetensors"
    write_checkpoint(path, {"a": torch.arange(50.0)}, {})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CheckpointError, match="is damaged"):
        read_checkpoint(path)


def test_a_large_network_is_not_made_for_a_small_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirteen billion weights for a file of some hundred bytes."""
    import degrade.train.models as models

    made: list[Any] = []
    create = models.create_model

    def noted(name: str, **options: Any) -> Any:
        made.append(options.get("device", "cpu"))
        return create(name, **options)

    monkeypatch.setattr(models, "create_model", noted)
    path = tmp_path / "best.safetensors"
    facts = {"main": "main", "model": "unet", "options": {"width": 512, "depth": 4, "blocks": 16, "bottom_blocks": 16}}
    write_checkpoint(path, {"networks.main.stem.weight": torch.zeros(3)}, facts)
    with pytest.raises(CheckpointError, match="other weights than those of the unet"):
        load_checkpoint(path)
    assert made == ["meta"]


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "exploded",)

    path = tmp_path / "best.safetensors"
    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(CheckpointError):
        load_checkpoint(path)
    torch.save({"state": 1}, path)
    with pytest.raises(CheckpointError):
        load_checkpoint(tmp_path)
    assert not (tmp_path / "exploded").exists()


def test_what_is_no_checkpoint_of_ours(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match="holds no facts"):
        load_checkpoint(tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        load_checkpoint(tmp_path / "none")


def test_a_checkpoint_of_another_network(settings: Make, network: Network, tmp_path: Path) -> None:
    train(settings(epochs=1), model=network())
    with pytest.raises(CheckpointError, match="is of another network"):
        load_checkpoint(tmp_path / "run", torch.nn.Conv2d(3, 3, 1))
    with pytest.raises(CheckpointError, match="give load_checkpoint the network itself"):
        load_checkpoint(tmp_path / "run")


def test_a_loaded_network_gives_what_was_judged(settings: Make, network: Network, tmp_path: Path, pairs: Path) -> None:
    import degrade

    report = train(settings(), model=network())
    module, info = load_checkpoint(tmp_path / "run", network())
    errors = []
    for pair in degrade.open_pairs(pairs, split="val"):
        read = degrade.as_arrays(pair, dtype="float32", layout="CHW")
        with torch.no_grad():
            output = module(torch.from_numpy(read["degraded"])[None])[0]
        errors.append(float((output - torch.from_numpy(read["clean"])).abs().mean()))
    assert sum(errors) / len(errors) == pytest.approx(info["figures"]["val_loss"], rel=1e-5)
    assert info["figures"]["val_loss"] == report.best["val_loss"]


# --- what goes wrong leaves the last good checkpoint ------------------------------------------------------------------


@pytest.mark.parametrize("full_at", FILES)
def test_a_full_disk(
    settings: Make, network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full_at: str
) -> None:
    import degrade.train.checkpoint as module

    train(settings(epochs=1), model=network())
    before = bytes_of(tmp_path / "run")
    written = module.write_durably

    def full(path: Path, data: bytes) -> None:
        if path.name == full_at:
            raise OSError(errno.ENOSPC, "No space left on device")
        written(path, data)

    with monkeypatch.context() as patched:
        patched.setattr(module, "write_durably", full)
        with pytest.raises(WriteError, match="No space left on device; free some space there and run the same"):
            train(settings(epochs=3), model=network())
    after = bytes_of(tmp_path / "run")
    assert after[FILES.index(full_at)] == before[FILES.index(full_at)]
    assert load_checkpoint(tmp_path / "run", network())
    whole = tmp_path / "whole"
    train(settings(epochs=3), model=network())
    train(settings(epochs=3, out=str(whole)), model=network())
    for name in FILES:
        for part, tensor in read_checkpoint(whole / name)[0].items():
            assert torch.equal(tensor, read_checkpoint(tmp_path / "run" / name)[0][part])


def test_a_temporary_file_that_cannot_be_filled_is_removed(
    settings: Make, network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from degrade.shards import durable

    train(settings(epochs=1), model=network())
    before = bytes_of(tmp_path / "run")

    def full(file: durable.DurableFile, data: bytes) -> None:
        assert file._file is not None
        file._file.write(data[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(durable.DurableFile, "write", full)
        with pytest.raises(WriteError):
            train(settings(epochs=2), model=network())
    assert bytes_of(tmp_path / "run") == before
    assert not list((tmp_path / "run").glob(".*"))


class Explodes(torch.nn.Module):  # type: ignore[misc, name-defined]
    """Learns until its `calls` run out, and then gives no numbers."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self.layer = torch.nn.Conv2d(3, 3, 1)
        self.calls = calls

    def forward(self, pictures: Any) -> Any:
        self.calls -= 1
        return self.layer(pictures) * (1.0 if self.calls >= 0 else float("nan"))


@pytest.mark.parametrize(
    ("calls", "where"),
    [(1 + 6 + 2 + 3, r"loss is nan in epoch 2, step 4"), (1 + 6 + 2 + 6, "the validation loss is nan")],
    ids=["training", "validation"],
)
def test_a_loss_that_is_no_number(settings: Make, tmp_path: Path, calls: int, where: str) -> None:
    """One call tries the network, an epoch has 6 steps and 2 batches to be judged by."""
    train(settings(epochs=1), model=Explodes(100))
    before = bytes_of(tmp_path / "run")
    with pytest.raises(TrainError, match=f"diverged: .*{where}.*lower the learning rate"):
        train(settings(epochs=3, out=str(tmp_path / "bad")), model=Explodes(calls))
    assert bytes_of(tmp_path / "run") == before
    assert load_checkpoint(tmp_path / "bad", Explodes(100))[1]["epoch"] == 1
    assert read_checkpoint(tmp_path / "bad/last.safetensors")[1]["progress"]["epoch"] == 1


def test_a_weight_that_is_no_number_is_not_saved(settings: Make, network: Network, tmp_path: Path) -> None:
    """The gradient overflows in the last step before the state is saved, when the loss is still a number."""

    class Overflows(torch.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(_: Any, pictures: Any) -> Any:
            return pictures.clone()

        @staticmethod
        def backward(_: Any, gradient: Any) -> Any:
            return gradient * float("inf")

    class Network(torch.nn.Conv2d):  # type: ignore[misc, name-defined]
        def forward(self, pictures: Any) -> Any:
            return Overflows.apply(super().forward(pictures))

    with pytest.raises(TrainError, match="a weight is no number"):
        train(settings(save_minutes=0), model=Network(3, 3, 1))
    assert not list((tmp_path / "run").glob("*.safetensors"))


def test_a_damaged_state_is_not_gone_on_from(settings: Make, network: Network, tmp_path: Path) -> None:
    train(settings(epochs=1), model=network())
    state = tmp_path / "run/last.safetensors"
    state.write_bytes(state.read_bytes()[:-7])
    with pytest.raises(CheckpointError, match=r"last\.safetensors is damaged"):
        train(settings(epochs=2), model=network())
    assert load_checkpoint(tmp_path / "run", network())


def test_a_state_of_another_network_is_not_gone_on_from(settings: Make, network: Network) -> None:
    train(settings(epochs=1), model=network())
    with pytest.raises(CheckpointError, match="is of another network"):
        train(settings(epochs=2), model=torch.nn.Conv2d(3, 3, 1))
