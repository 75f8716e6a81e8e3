"""Batches of tensors: from pairs made, stored and read; in every colour; by loaders with and without workers."""

from __future__ import annotations

import pickle
from importlib import util
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import degrade
from degrade.errors import MissingExtra
from degrade.streaming import StreamError

torch = pytest.importorskip("torch")
adaptor = pytest.importorskip("degrade.streaming.torch")
Collate, loader = adaptor.Collate, adaptor.loader

Array = npt.NDArray[Any]
COLOUR = {
    "recipe": 1, "name": "colour", "frame": {"size": [64, 80]}, "steps": ["scratches", {"gaussian_noise": {}}],
    "output": {"splits": {"train": 1.0}, "image": "png"},
}  # fmt: skip


def image(channels: int = 3) -> Array:
    return np.random.default_rng(0).integers(0, 256, (70, 90, channels)).astype(np.uint8)


def made(number: int = 2, recipe: Any = COLOUR, channels: int = 3) -> list[degrade.Pair]:
    return [degrade.load_recipe(recipe)(image(channels), key=f"photo/{n}") for n in range(number)]


# --- tensors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels_last", [False, True])
def test_members_are_tensors_of_the_pairs_pixels(channels_last: bool) -> None:
    pairs = made()
    batch = Collate(("clean", "degraded", "mask", "classes"), channels_last=channels_last)(pairs)
    assert batch["key"] == ["photo/0", "photo/1"]
    assert {name: tuple(tensor.shape) for name, tensor in batch.items() if name != "key"} == {
        "clean": (2, 3, 64, 80), "degraded": (2, 3, 64, 80), "mask": (2, 1, 64, 80), "classes": (2, 1, 64, 80),
    }  # fmt: skip
    form = torch.channels_last if channels_last else torch.contiguous_format
    for name in ("clean", "degraded", "mask"):
        assert batch[name].dtype == torch.float32
        assert batch[name].is_contiguous(memory_format=form)
        expected = np.stack([getattr(pair, name).reshape(64, 80, -1) for pair in pairs]).transpose(0, 3, 1, 2)
        assert np.array_equal(batch[name].numpy(), expected / np.float32(255))
    assert batch["classes"].dtype == torch.uint8
    assert np.array_equal(batch["classes"][1, 0].numpy(), pairs[1].classes)
    whole = Collate(("degraded",), dtype="uint8")(pairs)["degraded"]
    assert np.array_equal(whole[0].numpy().transpose(1, 2, 0), pairs[0].degraded)


def test_stored_pairs_and_dicts_give_the_same_batch(photos: Path, tmp_path: Path) -> None:
    degrade.build(COLOUR, source=photos, out=tmp_path / "out", workers=1)
    stored = degrade.open_pairs(tmp_path / "out", split="train")[:3]
    fly = degrade.Pairs(COLOUR, photos)[:3]
    expected = Collate()(fly)
    assert expected["key"] == [pair.key for pair in stored]
    ways = {
        "stored": Collate()(stored),
        "rows": Collate()([pair.read((*degrade.streaming.torch.USUAL, "key")) for pair in stored]),
        "planes": Collate()([pair.read(dtype="float32", layout="CHW") for pair in stored]),
        "read": next(iter(loader(degrade.open_pairs(tmp_path / "out", "train", read={"layout": "CHW"}), 3))),
    }
    for batch in ways.values():
        for name in ("clean", "degraded", "mask"):
            assert torch.equal(batch[name], expected[name])
    assert ways["rows"]["key"] == expected["key"]


def test_sizes_are_made_equal_or_refused() -> None:
    recipe = {**COLOUR, "frame": None}
    pairs = [degrade.load_recipe(recipe)(image()[:side], key="a") for side in (64, 70)]
    with pytest.raises(StreamError, match=r"64×90×3 and 70×90×3 in one batch; give `size=`"):
        Collate()(pairs)
    assert Collate(size=32)(pairs)["mask"].shape == (2, 1, 32, 32)


# --- colours ----------------------------------------------------------------------------------------------------------


def test_rgb_and_gray() -> None:
    mixed = [*made(1), *made(1, channels=1, recipe={**COLOUR, "steps": ["grayscale", "target", "grain"]})]
    with pytest.raises(StreamError, match="`colour=`"):
        Collate()(mixed)
    rgb, gray = Collate(colour="rgb")(mixed), Collate(colour="gray", dtype="uint8")(mixed)
    assert rgb["clean"].shape == (2, 3, 64, 80)
    assert torch.equal(rgb["degraded"][1, 0], rgb["degraded"][1, 2])
    assert gray["clean"].shape == (2, 1, 64, 80)
    weights = np.array([0.299, 0.587, 0.114])
    assert np.abs(gray["clean"][0, 0].numpy() - mixed[0].clean @ weights).max() <= 0.51
    assert np.array_equal(gray["clean"][1, 0].numpy(), mixed[1].clean[:, :, 0])
    assert rgb["mask"].shape == gray["mask"].shape == (2, 1, 64, 80)


def test_lab_is_lightness_in_and_colour_out() -> None:
    """A colouriser: gray in, a*b* out; both together are the clean picture again."""
    recipe = {**COLOUR, "steps": ["target", "grayscale"]}
    pairs = made(recipe=recipe)
    batch = Collate(colour="lab")(pairs)
    lightness, ab = batch["degraded"], batch["clean"]
    assert (lightness.shape, ab.shape) == ((2, 1, 64, 80), (2, 2, 64, 80))
    assert lightness.dtype == ab.dtype == torch.float32
    assert lightness.abs().max() <= 1
    assert 0.3 < ab.abs().max() <= 1
    gray = adaptor.to_rgb(lightness, ab * 0)
    assert np.array_equal(np.rint(gray[0, 1].numpy() * 255), pairs[0].degraded[:, :, 0])
    clean = Collate(("degraded", "clean"), colour="lab")([{"degraded": p.clean, "clean": p.clean} for p in pairs])
    back = adaptor.to_rgb(clean["degraded"], clean["clean"])
    assert np.array_equal(np.rint(back[1].numpy().transpose(1, 2, 0) * 255), pairs[1].clean)


# --- loaders ----------------------------------------------------------------------------------------------------------


def digest(batches: Any) -> list[tuple[list[str], int]]:
    return [(batch["key"], int((batch["degraded"] * 255).round().to(torch.int64).sum())) for batch in batches]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pairs", "stream", "stored"])
def test_workers_change_nothing_and_a_loader_resumes(
    kind: str, photos: Path, recipe: dict[str, Any], tmp_path: Path
) -> None:
    pytest.importorskip("torchdata")

    def opened() -> Any:
        if kind == "stored":
            if not (tmp_path / "out").exists():
                degrade.build(recipe, source=photos, out=tmp_path / "out", workers=1)
            return degrade.open_pairs(tmp_path / "out", split="train")
        return (
            degrade.stream(recipe, photos, shuffle=True, batch_size=3)
            if kind == "stream"
            else degrade.Pairs(recipe, photos)
        )

    shuffle = kind != "stream"
    expected = digest(loader(opened(), 3, shuffle=shuffle, resume=False))
    for workers in (0, 2):
        assert digest(loader(opened(), 3, shuffle=shuffle, num_workers=workers)) == expected
        first = loader(opened(), 3, shuffle=shuffle, num_workers=workers)
        batches = iter(first)
        got = digest([next(batches), next(batches)])
        state = pickle.loads(pickle.dumps(first.state_dict()))
        again = loader(opened(), 3, shuffle=shuffle, num_workers=workers)
        again.load_state_dict(state)
        assert got + digest(again) == expected


def test_epochs_of_a_loader(photos: Path, recipe: dict[str, Any]) -> None:
    pairs = degrade.Pairs(recipe, photos)
    batches = loader(pairs, 4, resume=False)
    first, same = digest(batches), digest(batches)
    pairs.set_epoch(1)
    other = digest(batches)
    assert first == same
    assert [keys for keys, _ in other] == [keys for keys, _ in first]
    assert all(a != b for (_, a), (_, b) in zip(first, other, strict=True))


def test_mistakes_say_their_cure(monkeypatch: pytest.MonkeyPatch, photos: Path, recipe: dict[str, Any]) -> None:
    with pytest.raises(StreamError, match="choose rgb, gray, lab or None"):
        Collate(colour="hsv")
    with pytest.raises(StreamError, match="choose float32"):
        Collate(colour="lab", dtype="uint8")
    with pytest.raises(StreamError, match="no 'mask', it has clean"):
        Collate()([{"clean": image(), "degraded": image()}])
    with pytest.raises(StreamError, match="give its reader the dtype uint8"):
        Collate(("clean",), dtype="uint8")([{"clean": image() / np.float32(255)}])
    with pytest.raises(StreamError, match=r"shuffle=True"):
        loader(degrade.stream(recipe, photos), shuffle=True)
    monkeypatch.setattr(adaptor, "find_spec", lambda name: None if name == "torchdata" else util.find_spec(name))
    with pytest.raises(MissingExtra, match=r'pip install "degrade\[stream\]"'):
        loader(degrade.Pairs(recipe, photos), resume=True)
    assert type(loader(degrade.Pairs(recipe, photos))) is torch.utils.data.DataLoader


# --- a recipe on tensors ----------------------------------------------------------------------------------------------


def test_a_module_on_tensors() -> None:
    pixels = image()
    arrays = degrade.as_transform(COLOUR | {"frame": None})
    module = adaptor.as_transform(COLOUR | {"frame": None})
    tensor = torch.from_numpy(pixels.transpose(2, 0, 1).copy())
    out = module(tensor)
    assert (out.shape, out.dtype) == (tensor.shape, tensor.dtype)
    assert np.array_equal(out.numpy().transpose(1, 2, 0), arrays(pixels))
    batch = torch.stack([tensor, tensor.flip(2)]).float() / 255
    pipeline = torch.nn.Sequential(torch.nn.Identity(), module)
    assert torch.equal(pipeline(batch)[1], module(batch[1]))
    assert not list(module.parameters())
    made = adaptor.as_transform(COLOUR, output="dict", members=("degraded", "mask", "key"))(batch, key="k")
    assert made["degraded"].shape == (2, 3, 64, 80)
    assert (made["mask"].shape, made["mask"].dtype) == ((2, 1, 64, 80), torch.uint8)
    assert made["key"] == ["k/0", "k/1"]
    assert torch.equal(pickle.loads(pickle.dumps(module))(tensor), out)
    with pytest.raises(TypeError, match=r"tensors go through degrade\.streaming\.torch\.as_transform"):
        arrays(tensor)
