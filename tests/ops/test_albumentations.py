"""A transform of albumentations as a step: seeded by address, moving both pictures, taking nothing but plain values."""

from __future__ import annotations

import json
import sys
import tarfile
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import degrade
from degrade.engine.declaration import ParameterError
from degrade.engine.key import Key
from degrade.engine.pair import luma
from degrade.engine.photo import Photo
from degrade.engine.workspace import Workspace
from degrade.errors import MissingExtra
from degrade.ops import albumentations as bridge
from degrade.recipes import RecipeError, load_recipe
from degrade.recipes.check import check
from degrade.recipes.replaying import replay_record

Array = npt.NDArray[Any]
SPATIAL: dict[str, dict[str, Any]] = {"Affine": {"rotate": [10, 20]}}


def picture(height: int = 64, width: int = 80, channels: int = 3) -> Array:
    return np.random.default_rng(0).random((height, width, channels), np.float32)


def recipe_of(step: dict[str, Any], **more: Any) -> degrade.Recipe:
    return load_recipe({"recipe": 1, "name": "bridged", "steps": ["scratches", step], **more})


@pytest.fixture
def unknown_library() -> Any:
    """What was found out of the library is looked for again, within and after."""
    bridge._library.cache_clear()
    yield
    bridge._library.cache_clear()


# --- every transform --------------------------------------------------------------------------------------------------


def test_every_name_is_a_transform_of_the_library() -> None:
    import albumentations

    for name in (*bridge.PIXEL, *bridge.SPATIAL):
        assert issubclass(getattr(albumentations, name), albumentations.BasicTransform)
    assert not set(bridge.PIXEL) & set(bridge.SPATIAL)
    unsafe = {"Lambda", "FDA", "HistogramMatching", "PixelDistributionAdaptation", "TextImage", "OverlayElements"}
    assert not unsafe & {*bridge.PIXEL, *bridge.SPATIAL}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", [*bridge.PIXEL, *bridge.SPATIAL])
def test_every_transform_works_on_gray_and_colour(name: str, channels: int) -> None:
    op = degrade.Albumentations(transform=name, arguments=SPATIAL.get(name, {}))
    op.prepare()
    outs = [op(picture(channels=channels), key=key) for key in "abab"]
    assert outs[0].shape == (64, 80, channels)
    assert np.array_equal(outs[0], outs[2])
    assert np.array_equal(outs[1], outs[3])


def test_arguments_reach_the_transform() -> None:
    weak, strong = (
        degrade.Albumentations(transform="GaussNoise", arguments={"std_range": [sigma, sigma]})(picture() * 0 + 0.5)
        for sigma in (0.01, 0.1)
    )
    assert weak.std() == pytest.approx(0.01, rel=0.1)
    assert strong.std() == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", bridge.PIXEL)
def test_it_gives_what_the_library_gives(name: str, channels: int) -> None:
    import albumentations

    image, key = picture(channels=channels), Key(3, "photo", 0)
    transform = getattr(albumentations, name)(p=1)
    transform.set_random_seed(key.words()[0])
    seen = np.repeat(image, 3, axis=2) if channels == 1 and name in bridge.IN_COLOUR else image
    expected = np.clip(np.nan_to_num(np.float32(transform(image=seen.copy())["image"]).reshape(seen.shape)), 0, 1)
    photo = Photo(image, Workspace())
    degrade.Albumentations(transform=name).apply(photo, {"transform": name, "arguments": {}, "both": True}, key)
    assert np.array_equal(photo.pixels, luma(expected)[:, :, None] if seen is not image else expected)


def test_no_generator_of_the_process_is_read_or_left_otherwise() -> None:
    import random

    op = degrade.Albumentations(transform="ElasticTransform")
    outs = []
    for seed in (1, 2):
        np.random.seed(seed)  # noqa: NPY002 - that is what is tested
        random.seed(seed)
        before = random.getstate(), np.random.get_state()[1].tobytes()  # noqa: NPY002
        outs.append(op(picture(), key="a"))
        assert (random.getstate(), np.random.get_state()[1].tobytes()) == before  # noqa: NPY002
    assert np.array_equal(*outs)


def test_the_seed_is_the_address() -> None:
    step = {"albumentations": {"transform": "GaussNoise"}, "label": "noise"}
    alone, behind = recipe_of(step), recipe_of({"sequence": [step, "flip"]})
    other = recipe_of({**step, "label": "other noise"})
    pictures = [recipe(picture(), key="a").record["steps"] for recipe in (alone, other)]
    assert pictures[0][1]["label"] != pictures[1][1]["label"]
    first, same, third = (recipe(picture(), key="a").degraded for recipe in (alone, behind, other))
    assert np.array_equal(first, same[:, ::-1])
    assert not np.array_equal(first, third)


# --- what moves -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", bridge.SPATIAL)
def test_masks_and_the_clean_picture_move_with_the_pixels(name: str) -> None:
    """A gray picture whose only content is its damage: where that is, the mask must be, and the clean one moves."""
    image = np.zeros((96, 128), np.float32)
    image[30:60, 40:90] = 0.5
    dropout = degrade.CoarseDropout(holes=2, size_px=20, variation=0, fill="value", value=(1, 1, 1))
    moved = degrade.Albumentations(transform=name, arguments=SPATIAL.get(name, {}))
    pair = degrade.Sequence([dropout, moved]).pair(image, key="k")
    bright, masked = pair.degraded[:, :, 0] > 0.75, pair.mask > 127
    assert masked.any()
    assert (bright & masked).sum() / (bright | masked).sum() > 0.85
    assert np.array_equal(pair.mask > 0, pair.classes > 0)
    unmasked = pair.mask == 0
    assert np.abs(pair.degraded - pair.clean)[unmasked].max() < 0.5  # edges alone differ, by interpolation
    still = degrade.Sequence([dropout, degrade.Albumentations(transform=name, both=False)]).pair(image, key="k")
    assert np.array_equal(still.clean[:, :, 0], image)


def test_only_what_moves_pixels_says_so() -> None:
    noise, turn = degrade.Albumentations(), degrade.Albumentations(transform="Rotate")
    assert (noise.moves_pixels, turn.moves_pixels) == (False, True)
    either = degrade.Albumentations(transform=degrade.Choice(["Rotate", "GaussNoise"]))
    assert either.moves_pixels
    assert load_recipe({"recipe": 1, "steps": [{"albumentations": {"transform": "Rotate"}}]}).moves_clean


# --- recipes ----------------------------------------------------------------------------------------------------------


def test_a_record_replays_it() -> None:
    recipe = recipe_of({"albumentations": {"transform": "ISONoise", "arguments": {"intensity": [0.2, 0.4]}}})
    pair = recipe(picture(), key="a/b", copy=1)
    again = replay_record(picture(), json.loads(json.dumps(pair.record)))
    assert np.array_equal(pair.degraded, again.degraded)


def test_whoever_changes_a_record_changes_no_recipe() -> None:
    recipe = recipe_of({"albumentations": {"transform": "GaussNoise", "arguments": {"std_range": [0.2, 0.2]}}})
    before, record = recipe.fingerprint, recipe(picture(), key="a").record
    record["steps"][1]["drawn"]["arguments"]["std_range"][0] = 0.9
    assert recipe(picture(), key="a").record["steps"][1]["drawn"]["arguments"] == {"std_range": [0.2, 0.2]}
    assert recipe.fingerprint == before


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"transform": "GaussNoize"}, "did you mean 'GaussNoise'"),
        ({"transform": "Lambda"}, "expected one of"),
        ({"transform": "TextImage", "arguments": {"font_path": "/etc/passwd"}}, "expected one of"),
        ({"transform": "builtins.eval"}, "expected one of"),
        ({"arguments": [1, 2]}, "expected a mapping of names to plain values"),
        ({"arguments": {"p": 0.3}}, "p stands beside the step"),
        ({"transform": "Equalize", "arguments": {"mask": [0, 1]}}, "mask can't be among the arguments"),
        ({"arguments": {"std_range": [0.1, 1e9]}}, "expected numbers in"),
        ({"transform": "MotionBlur", "arguments": {"blur_limit": [3, 50001]}}, r"blur_limit in \[-1000, 1000\]"),
        ({"transform": "ThinPlateSpline", "arguments": {"num_control_points": 900}}, "num_control_points in"),
        ({"transform": "ZoomBlur", "arguments": {"step_factor": [1e-9, 1e-9]}}, "step_factor in"),
        ({"arguments": {"std_range": [0.1] * 100}}, "expected a mapping"),
        ({"arguments": {1: 2}}, "a key of a mapping must be a name"),
        ({"arguments": {"noise_params": {"ranges": [[1, 2e9]]}}}, "expected numbers in"),
    ],
)  # fmt: skip
def test_a_recipe_is_untrusted(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        recipe_of({"albumentations": fields})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"transform": "GaussNoise", "arguments": {"sigma": 3}}, "GaussNoise: takes std_range, .* not sigma"),
        ({"transform": "GaussNoise", "arguments": {"std_range": [3, 1]}}, "GaussNoise: .*std_range"),
        ({"transform": "Affine", "arguments": {"rotate": 45, "fit_output": True}}, "must keep the size"),
    ],
)
def test_wrong_arguments_are_told_before_a_build(fields: dict[str, Any], said: str) -> None:
    recipe = recipe_of({"albumentations": fields})
    with pytest.raises(ParameterError, match=said):
        recipe.prepare()
    (problem,) = [problem for problem in check(recipe) if "arguments" in problem.path]
    assert "albumentations." in problem.message


def test_it_may_stand_at_any_time_of_a_photographs_life() -> None:
    shuffled = {"shuffle": ["folds", {"albumentations": {}, "label": "b"}]}
    steps = ["grayscale", "target", "albumentations", "grain", shuffled]
    assert not check(load_recipe({"recipe": 1, "steps": steps}))


# --- without the library ----------------------------------------------------------------------------------------------


def version_without(name: str, **instead: str) -> Any:
    real = metadata.version

    def version(asked: str) -> str:
        if asked in instead:
            return instead[asked]
        if asked == name:
            raise metadata.PackageNotFoundError(asked)
        return real(asked)

    return version


@pytest.mark.parametrize(
    ("missing", "instead", "said"),
    [
        ("albumentations", {}, "needs the library albumentations"),
        ("", {"albumentations": "2.0.9"}, "needs version 2.0.8 of the library, not 2.0.9"),
        ("", {"albumentationsx": "2.1.0"}, "licence"),
    ],
)
def test_a_missing_or_other_library_is_told_with_its_cure(
    unknown_library: None, monkeypatch: pytest.MonkeyPatch, missing: str, instead: dict[str, str], said: str
) -> None:
    monkeypatch.setattr(metadata, "version", version_without(missing, **instead))
    recipe = recipe_of({"albumentations": {"transform": "GaussNoise"}})
    for run in (recipe.prepare, lambda: recipe(picture(), key="a")):
        with pytest.raises(MissingExtra, match=said) as caught:
            run()
        assert 'pip install "degrade[albumentations]"' in str(caught.value)
    (problem,) = check(recipe)
    assert said.split()[0] in problem.message


def test_declarations_schema_and_listing_do_not_import_it(tmp_path: Path) -> None:
    import subprocess

    code = (
        "import sys; sys.modules['albumentations'] = None\n"
        "import degrade; from degrade.cli import main; from degrade.recipes import recipe_schema, load_recipe\n"
        "degrade.Albumentations(transform='Blur'); recipe_schema()\n"
        "load_recipe({'recipe': 1, 'steps': [{'albumentations': {'transform': 'Blur'}}]})\n"
        "main(['ops', 'albumentations'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(degrade.__file__).parents[1], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "needs the extra albumentations" in done.stdout


def test_a_build_says_what_is_wrong_before_it_begins(
    unknown_library: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(metadata, "version", version_without("albumentations"))
    recipe = recipe_of({"albumentations": {}})
    with pytest.raises(MissingExtra):
        degrade.build(recipe, source="sample", out=tmp_path / "out", workers=1)


# --- builds -----------------------------------------------------------------------------------------------------------


def members(out: Path) -> dict[str, bytes]:
    """The files in all shards of an output."""
    found = {}
    for shard in (out / "data").iterdir():
        with tarfile.open(shard) as archive:
            for one in archive:
                file = archive.extractfile(one)
                assert file is not None
                found[one.name] = file.read()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["processes", "threads"])
def test_workers_do_not_matter(tmp_path: Path, engine: str) -> None:
    steps = {"shuffle": [{"albumentations": {"transform": name}, "label": name} for name in ("GaussNoise", "ISONoise")]}
    recipe = recipe_of(steps, frame={"size": 96}, output={"copies": 2, "image": "png", "pairs_per_shard": 3})
    outs = [tmp_path / str(workers) for workers in (1, 2)]
    for workers, out in enumerate(outs, 1):
        assert degrade.build(recipe, source="sample", out=out, workers=workers, engine=engine).rejects == {}
    alone, together = map(members, outs)
    assert [name for name in alone if together.get(name) != alone[name]] == []
    shards = [{path.name: path.read_bytes() for path in (out / "data").iterdir()} for out in outs]
    assert shards[0] == shards[1]
    assert len(shards[0]) > 2
    stored = degrade.open_pairs(outs[1])[0]
    assert np.array_equal(degrade.replay(outs[1], stored.key, source="sample").degraded, stored.degraded)


def test_nothing_of_it_is_warmed() -> None:
    from degrade.cli.ops import _variants

    assert not any(op.extra for op in _variants())
