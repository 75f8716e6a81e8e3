"""What can be compared: recipes, outputs, pictures; and what each mistake says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import degrade
from degrade.codecs import encode_jpeg, encode_png
from degrade.realism import RealismError, features_of
from degrade.realism.naive import naive_recipe
from degrade.realism.sets import SeenPairs, called, pictures_set, synthetic_set

Scenes = Callable[..., dict[str, np.ndarray]]
NOISY = {"recipe": 1, "name": "noisy", "frame": {"size": 64}, "output": {"copies": 2},
         "steps": ["grayscale", "target", {"gaussian_noise": {"sigma": 0.05}, "p": 0.5}]}  # fmt: skip


@pytest.fixture
def photographs(tmp_path: Path, scenes: Scenes) -> Path:
    folder = tmp_path / "photographs"
    for number, (key, picture) in enumerate(scenes(4).items()):
        place = folder / ("album" if number < 3 else "box")
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{key}.jpg").write_bytes(encode_jpeg(picture[:, :, None], 95))
    return folder


def test_a_recipe_takes_photographs_whole_and_more_copies_of_few(photographs: Path) -> None:
    made = synthetic_set(NOISY, photographs, 3)
    assert (made.kind, made.name, len(made.pictures)) == ("recipe", "noisy", 12)
    assert made.pictures[0].degraded.shape == (360, 500, 1)
    framed = synthetic_set(NOISY, photographs, 3, framed=True)
    assert framed.pictures[0].degraded.shape == (64, 64, 1)
    assert np.array_equal(made.pixels(made.pictures[1].key), made.pictures[1].degraded)
    assert made.masks() is not None


def test_pairs_remember_what_ran_on_them(photographs: Path) -> None:
    made = synthetic_set(NOISY, photographs, 4)
    assert isinstance(made.pictures, SeenPairs)
    for number in range(len(made.pictures)):
        pair = made.pictures[number]
        is_changed = bool((pair.degraded != pair.clean).any())
        assert ("gaussian_noise" in made.pictures.fired[pair.key]) == is_changed
    assert len({"gaussian_noise" in fired for fired in made.pictures.fired.values()}) == 2
    assert list(made.pictures.fired) == made.pictures.keys


def test_photographs_that_a_recipe_lays_on_plates_are_its_clean_pictures(photographs: Path, tmp_path: Path) -> None:
    assert not synthetic_set(NOISY, photographs, 4).laid
    recipe = NOISY | {"frame": None, "story": {"plate": {"choice": ["single", "pair"]}}}
    made = synthetic_set(recipe, photographs, 4)
    assert made.laid
    assert {one.clean.shape for one in made.photographs} == {(360, 500, 1)}
    naive = made.naive()
    assert naive is not None
    assert [one.degraded.shape for one in naive] == [one.clean.shape for one in made.photographs]
    plates = {pair.record["story"]["plate"]: pair.clean.shape for pair in made.pairs}
    assert set(plates) == {"single", "pair"}
    assert plates["single"] == (360, 500, 1) != plates["pair"]
    degrade.build(recipe, source=photographs, out=tmp_path / "out", workers=1)
    built = synthetic_set(tmp_path / "out", None, 8)
    assert not built.laid
    many = sum(pair.record["story"]["plate"] == "pair" for pair in built.pairs)
    assert built.notes[0].startswith(f"{many} of the pairs lie on plates of several exposures")


def test_an_output_is_compared_by_its_pairs(photographs: Path, tmp_path: Path) -> None:
    recipe = NOISY | {"frame": None, "output": {"members": ["clean", "degraded"], "splits": {"train": 1.0}}}
    degrade.build(recipe, source=photographs, out=tmp_path / "out", workers=1)
    made = synthetic_set(tmp_path / "out", None, 3)
    assert (made.kind, made.name, len(made.pictures), made.masks()) == ("output", "out", 3, None)
    naive = made.naive()
    assert naive is not None
    assert naive[0].key == made.pictures[0].key
    rough, clean = (
        np.diff(picture.astype(float), axis=1).std() for picture in (naive[0].degraded, made.pictures[0].clean)
    )
    assert rough > clean + 20


def test_an_output_without_clean_pictures_says_so(photographs: Path, tmp_path: Path) -> None:
    recipe = NOISY | {"frame": None, "output": {"members": ["degraded", "mask"], "splits": {"train": 1.0}}}
    degrade.build(recipe, source=photographs, out=tmp_path / "out", workers=1)
    with pytest.raises(RealismError, match="out has degraded, mask; build it with clean and degraded"):
        synthetic_set(tmp_path / "out", None, 3)


def test_a_folder_of_pictures_is_taken_by_hash_and_by_folder(photographs: Path) -> None:
    whole = pictures_set(photographs, 10)
    assert len(features_of(whole.pictures, variants=())) == 4
    assert len(pictures_set(photographs, 2).pictures.listing().photographs) == 2
    album = pictures_set(photographs, 10, frozenset({"album"}))
    table = features_of(album.pictures, variants=())
    assert set(table.sources) == {"album"}
    assert len(table) == 3
    assert album.pixels(table.keys[1]).shape == (360, 500, 1)
    assert album.naive() is None


def test_what_is_nothing_to_compare_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("no picture")
    with pytest.raises(RealismError, match="there is no picture in notes; name a folder of jpg"):
        synthetic_set(tmp_path / "notes", None, 10)
    with pytest.raises(RealismError, match="notes is no recipe, so it takes no source; leave --source away"):
        synthetic_set(tmp_path / "notes", tmp_path, 10)
    with pytest.raises(degrade.DegradeError, match="nowhere"):
        synthetic_set(tmp_path / "nowhere", None, 10)


def test_presets_are_recipes_too(photographs: Path) -> None:
    assert synthetic_set("animal_faces@CG+visible", photographs, 2).kind == "recipe"


def test_places_are_called_by_their_last_part(tmp_path: Path) -> None:
    assert called(tmp_path / "out") == "out"
    assert called(f"{tmp_path}/out/") == "out"
    assert called("hf://datasets/user/name") == "hf://datasets/user/name"
    assert called([1]) == "pictures given"


def test_naive_degradation_is_as_stated() -> None:
    flat = np.full((400, 400, 1), 128, np.uint8)
    made = naive_recipe()(flat, key="a").degraded.astype(float)
    assert np.median(np.abs(made - 128)) == pytest.approx(25.5 * 0.6745, rel=0.05)
    assert (made == 255).mean() > 0.002


def test_a_small_picture_is_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encode_png(np.zeros((100, 100, 1), np.uint8), False))
    with pytest.raises(RealismError, match="the one picture cannot be measured"):
        features_of(pictures_set(tmp_path, 10).pictures)
