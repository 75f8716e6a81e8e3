"""A recipe as a stage of other pipelines: what comes out is as what went in, the damage hangs on its pixels."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

import degrade
from degrade.streaming import StreamError
from degrade.streaming.transform import pixel_key

Array = npt.NDArray[Any]
RECIPE = {
    "recipe": 1, "name": "small", "steps": ["grayscale", "target", {"grain": {"strength": 0.1}}, "scratches"],
    "output": {"splits": {"train": 1.0}},
}  # fmt: skip
COLOUR = {"recipe": 1, "name": "colour", "steps": [{"gaussian_noise": {"sigma": 0.1}}]}


def picture(*shape: int, dtype: Any = np.uint8) -> Array:
    values = np.random.default_rng(0).random(shape or (70, 90, 3))
    return values.astype(dtype) if dtype == np.float32 else (values * np.iinfo(dtype).max).astype(dtype)


# --- what comes out ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("shape", [(70, 90), (70, 90, 1), (70, 90, 3)], ids=str)
@pytest.mark.parametrize("recipe", [RECIPE, COLOUR], ids=["gray", "colour"])
def test_an_image_out_is_as_the_image_in(recipe: Any, shape: tuple[int, ...], dtype: Any) -> None:
    image = picture(*shape, dtype=dtype)
    before = image.copy()
    out = degrade.as_transform(recipe)(image)
    assert (out.shape, out.dtype) == (image.shape, image.dtype)
    assert np.array_equal(image, before)
    assert not np.array_equal(out, image)
    pair = degrade.load_recipe(recipe)(image, key=pixel_key(image))
    whole = out.reshape(70, 90, -1)
    assert np.array_equal(whole, np.broadcast_to(pair.degraded[:, :, : whole.shape[2]], whole.shape))


def test_a_dict_has_the_members_of_the_pair() -> None:
    image = picture()
    members = ("clean", "degraded", "mask", "loss", "classes", "key", "record")
    made = degrade.as_transform(RECIPE, output="dict", members=members)(image, key="a/b")
    pair = degrade.load_recipe(RECIPE)(image, key="a/b")
    assert tuple(made) == members
    assert made["clean"].shape == made["degraded"].shape == (70, 90, 1)
    assert made["mask"].shape == (70, 90)
    for name in members[:5]:
        assert np.array_equal(made[name], getattr(pair, name))
    assert made["key"] == "a/b"
    assert made["record"] == pair.record
    flat = degrade.as_transform(RECIPE, output="dict")(image[:, :, 0])
    assert flat["clean"].shape == flat["mask"].shape == (70, 90)


@pytest.mark.parametrize("mode", ["RGB", "L", "I;16"])
def test_a_pil_image_gives_pil_images(mode: str) -> None:
    pixels = picture(70, 90, 3) if mode == "RGB" else picture(70, 90, dtype=np.uint8 if mode == "L" else np.uint16)
    image = Image.fromarray(pixels)
    assert image.mode == mode
    transform = degrade.as_transform(RECIPE)
    out = transform(image)
    assert (out.mode, out.size) == (mode, (90, 70))
    assert np.array_equal(np.asarray(out), transform(pixels))
    made = degrade.as_transform(RECIPE, output="dict")(image)
    assert {member.mode for name, member in made.items() if name != "mask"} == {"I;16" if mode == "I;16" else "L"}
    assert made["mask"].mode == "L"


def test_further_targets_and_frames() -> None:
    steps = ["grayscale", {"target": "gray"}, "target", "grain"]
    recipe = {"recipe": 1, "name": "r", "frame": {"size": 64}, "steps": steps}
    made = degrade.as_transform(recipe, output="dict", members=("degraded", "clean.gray"))(picture(100, 90, 3))
    assert made["degraded"].shape == made["clean.gray"].shape == (64, 64, 1)
    assert degrade.as_transform(recipe)(picture(100, 90, 3)).shape == (64, 64, 3)


def test_an_op_alone_takes_pictures_of_any_size() -> None:
    image = picture(5, 7, 3)
    out = degrade.as_transform(degrade.GaussianNoise(sigma=0.2))(image)
    assert np.array_equal(out, degrade.GaussianNoise(sigma=0.2)(image, key=pixel_key(image)))
    other = degrade.as_transform(degrade.GaussianNoise(sigma=0.2), epoch=1)(image)
    assert not np.array_equal(out, other)


# --- keys -------------------------------------------------------------------------------------------------------------


def test_the_key_is_the_hash_of_pixels_shape_and_dtype() -> None:
    image = picture()
    assert pixel_key(np.arange(12, dtype=np.uint8).reshape(2, 2, 3)) == "aeb086b0152797318012cea05aceb145"
    assert pixel_key(np.arange(12, dtype=np.uint16).reshape(2, 2, 3)) == "18747c9883777dec25a47cdd3d66f86e"
    assert pixel_key(image) == pixel_key(image.copy()) == pixel_key(np.asfortranarray(image))
    wide = picture(dtype=np.uint16)
    assert pixel_key(wide) == pixel_key(wide.astype(">u2"))
    changed = image.copy()
    changed[3, 4, 1] ^= 1
    keys = [image, changed, image.reshape(90, 70, 3), image.astype(np.uint16), image[:, :, 0]]
    assert len({pixel_key(each) for each in keys}) == len(keys)


def test_keys_epochs_and_copies_change_the_damage() -> None:
    image = picture()
    outs = [
        degrade.as_transform(RECIPE)(image),
        degrade.as_transform(RECIPE)(image, key="a"),
        degrade.as_transform(RECIPE, epoch=1)(image),
        degrade.as_transform(RECIPE, copy=1, epoch=0)(image, key="a"),
    ]
    assert len({out.tobytes() for out in outs}) == len(outs)
    fixed = degrade.as_transform(RECIPE, key="a")
    assert np.array_equal(fixed(image), outs[1])
    assert np.array_equal(fixed(image, key="b"), degrade.as_transform(RECIPE)(image, key="b"))
    moving = degrade.as_transform(RECIPE)
    moving.epoch = 1
    assert np.array_equal(moving(image), outs[2])
    fixed = degrade.as_transform(RECIPE, split="val")
    assert np.array_equal(degrade.as_transform(RECIPE, split="val", epoch=3)(image), fixed(image))


def degraded_there(transform: Any) -> bytes:
    """In another process."""
    return transform(picture()).tobytes()


@pytest.mark.slow
def test_another_process_gives_the_same() -> None:
    transform = degrade.as_transform(RECIPE)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as there:
        assert there.submit(degraded_there, transform).result() == transform(picture()).tobytes()


def test_it_survives_pickle() -> None:
    transform = degrade.as_transform(RECIPE, output="dict", members=("degraded",), key="k", epoch=2)
    thawed = pickle.loads(pickle.dumps(transform))
    assert np.array_equal(thawed(picture())["degraded"], transform(picture())["degraded"])


# --- mistakes ---------------------------------------------------------------------------------------------------------


def test_mistakes_say_their_cure() -> None:
    with pytest.raises(StreamError, match="choose image or dict"):
        degrade.as_transform(RECIPE, output="images")  # type: ignore[arg-type]
    with pytest.raises(StreamError, match=r"no 'masks'; choose of clean, degraded, mask"):
        degrade.as_transform(RECIPE, output="dict", members=("masks",))
    with pytest.raises(StreamError, match=r"clean\.gray"):
        degrade.as_transform(RECIPE, output="dict", members=("clean.gray",))
    transform = degrade.as_transform(RECIPE)
    with pytest.raises(TypeError, match=r'convert\("RGB"\)'):
        transform(Image.new("RGBA", (80, 80)))
    with pytest.raises(TypeError, match="array or a PIL image, not list"):
        transform([[1]])
    with pytest.raises(TypeError, match="float64"):
        transform(np.zeros((80, 80)))
    with pytest.raises(degrade.DegradeError, match="at least 64"):
        transform(picture(8, 8, 3))
    with pytest.raises(TypeError, match="16 bits"):
        degrade.as_transform(degrade.Yellowing(), output="dict")(Image.fromarray(picture(70, 90, dtype=np.uint16)))


# --- in others' pipelines ---------------------------------------------------------------------------------------------


def test_a_stage_of_albumentations() -> None:
    import albumentations

    transform = degrade.as_transform(RECIPE)
    image = picture()
    pipeline = albumentations.Compose([
        albumentations.HorizontalFlip(p=1), albumentations.Lambda(image=transform.stage, name="degrade", p=1),
    ])  # fmt: skip
    flipped = np.ascontiguousarray(image[:, ::-1])
    assert np.array_equal(pipeline(image=image)["image"], transform(flipped))
