from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

import degrade
from degrade.engine.distributions import Distribution
from degrade.errors import CuredError
from degrade.ops import degradations
from degrade.testing import (
    KINDS,
    LAYOUTS,
    Picture,
    corpora,
    declarations,
    distributions,
    images,
    keys,
    pictures,
    recipes,
)

in_folders = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=8)


@given(pictures())
def test_a_picture_prints_as_what_makes_it(picture: Picture) -> None:
    again = eval(repr(picture), {"Picture": Picture})
    assert again == picture
    assert np.array_equal(again.array, picture.array)
    assert picture.array.shape == picture.shape
    assert picture.array.dtype == picture.dtype
    if picture.dtype == "float32":
        assert 0 <= picture.array.min() <= picture.array.max() <= 1


@given(images())
def test_images_are_taken_by_an_op(image: Any) -> None:
    assert degrade.Fade(amount=0)(image).shape == image.shape


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_moves_no_pixel(layout: str) -> None:
    plain, laid = Picture((5, 7, 3)).array, Picture((5, 7, 3), layout=layout).array
    assert np.array_equal(plain, laid)
    differs = (laid.strides != plain.strides) or not laid.flags.writeable
    assert differs == (layout != "plain")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (9, 12, 1), (40, 31, 3)])
def test_every_kind_in_every_size(kind: str, shape: tuple[int, ...]) -> None:
    deep = Picture(shape, "float32", kind).array
    assert abs(Picture(shape, "uint16", kind).array / 65535 - deep).max() <= 0.5 / 65535 + 1e-6
    assert np.array_equal(deep, Picture(shape, "float32", kind).array)


def test_seeds_are_different_pictures() -> None:
    for kind in ("rubble", "hot", "natural"):
        assert len({Picture((20, 30), kind=kind, seed=seed).array.tobytes() for seed in range(8)}) == 8


def test_a_natural_picture_has_tones_and_edges_and_is_the_same_scene_at_another_size() -> None:
    small, large = (Picture((side, side), "float32", "natural", 4).array for side in (60, 120))
    halved = large.reshape(60, 2, 60, 2).mean(axis=(1, 3))
    assert np.corrcoef(small.ravel(), halved.ravel())[0, 1] > 0.95
    assert small.std() > 0.1
    steps = np.abs(np.diff(small, axis=1))
    assert np.quantile(steps, 0.5) < 0.05 < 0.1 < steps.max()  # smooth ground, hard edges


def test_pictures_shrink_to_a_pixel_and_to_the_smallest_of_its_kind() -> None:
    assert find(pictures(), lambda _: True) == Picture((1, 1), "uint8", "black")
    wide = find(pictures(), lambda p: p.shape[1] > 6 and p.dtype == "float32", settings=settings(max_examples=500))
    assert wide == Picture((1, 7), "float32", "black")


@given(pictures(("uint16",), (3,), (4, 6), ("natural",), ("backwards",)))
def test_what_is_drawn_can_be_told(picture: Picture) -> None:
    assert (picture.dtype, picture.kind, picture.layout) == ("uint16", "natural", "backwards")
    assert 4 <= min(picture.shape[:2]) <= max(picture.shape[:2]) <= 6
    assert picture.shape[2:] == (3,)


@pytest.mark.parametrize(
    ("given_", "cure"),
    [
        ({"shape": (2, 2), "kind": "cat"}, "there is no picture of the kind 'cat'; choose from black, gray"),
        ({"shape": (2, 0)}, "there is no picture of the shape (2, 0); give (H, W)"),
        ({"shape": (2, 2, 4)}, "there is no picture of the shape (2, 2, 4); give (H, W)"),
    ],
)
def test_a_picture_that_there_is_none_of(given_: dict[str, Any], cure: str) -> None:
    with pytest.raises(CuredError) as error:
        Picture(**given_)
    assert str(error.value).startswith(cure)


@given(keys())
def test_keys_are_addresses(key: str) -> None:
    assert degrade.Key(0, key).uniform() == degrade.Key(0, key).uniform()


@given(st.booleans().flatmap(lambda whole: st.tuples(st.just(whole), distributions(-3, 9, whole=whole))))
def test_distributions_give_values_of_their_support(drawn: tuple[bool, Distribution]) -> None:
    whole, distribution = drawn
    low, high = distribution.support
    for u in (0.001, 0.5, 0.999):
        value = distribution.at(u)
        assert low <= value <= high
        assert not whole or value == int(value)


def test_all_distributions_come() -> None:
    words: set[str] = set()

    @settings(max_examples=200, database=None)
    @given(st.one_of(distributions(0, 5), distributions(0, 5, whole=True)))
    def collect(distribution: Distribution) -> None:
        words.add(distribution.word)

    collect()
    assert words == {kind.word for kind in Distribution.__subclasses__()}


@given(st.data())
def test_a_field_takes_the_distributions_drawn_for_it(data: st.DataObject) -> None:
    op = data.draw(st.sampled_from(list(degradations().values())))
    for spec in op.specs.values():
        spec.distribution(data.draw(distributions(spec=spec)))


@given(st.data())
def test_declarations_are_of_their_op(data: st.DataObject) -> None:
    assert isinstance(data.draw(declarations(degrade.Folds)), degrade.Folds)


@given(recipes(ops=["fade", "gaussian_noise", "salt_and_pepper", "flip", "vignette"]), keys())
def test_recipes_run(recipe: degrade.Recipe, key: str) -> None:
    assert degrade.load_recipe(recipe.to_data()) == recipe
    image = Picture((64, 70, 3)).array
    assert np.array_equal(recipe(image, key=key).degraded, recipe(image, key=key).degraded)


@in_folders
@given(st.data())
def test_a_corpus_is_good_files_and_bad_ones(tmp_path: Path, data: st.DataObject) -> None:
    folder = data.draw(corpora(tmp_path))
    corpus = degrade.open_corpus(str(folder.path))
    if not folder.good + folder.bad:
        return
    listed = {photograph.source for photograph in corpus.listing().photographs}
    listed |= {reject.source for reject in corpus.listing().rejects}
    assert listed == {*folder.good, *folder.bad}


def test_strategies_need_the_extra(tmp_path: Path) -> None:
    (tmp_path / "hypothesis.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'hypothesis'\", name='hypothesis')"
    )
    code = (
        "import degrade.testing, degrade\nfrom degrade.errors import MissingExtra\n"
        "degrade.testing.Picture((1, 1))\n"
        "try:\n    degrade.testing.images\nexcept MissingExtra as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": f"{tmp_path}:{Path(degrade.__file__).parents[1]}", "PATH": ""},
    )  # fmt: skip
    assert done.stdout == 'degrade.testing.images needs Hypothesis; pip install "degrade[testing]"\n'


def test_the_kit_is_loaded_late() -> None:
    code = "import degrade, degrade.testing, sys; print('hypothesis' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(degrade.__file__).parents[1]
    )
    assert done.stdout == "False False\n"
