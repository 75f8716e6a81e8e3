"""Plates of several exposures are known by their form, and a fit lays as many as there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from degrade.codecs import encode_jpeg
from degrade.corpus import open_corpus
from degrade.engine.key import Key
from degrade.engine.plate import PAIR, PLATES, SEPARATIONS, SINGLE, laid
from degrade.realism.fitting.plates import plate_kind, plate_value, plates_of, reads_plates, with_plates
from degrade.realism.fitting.result import STORY, Value
from degrade.realism.fitting.writing import commented, comments_of
from degrade.recipes import Recipe, load_recipe

Scenes = Callable[..., dict[str, np.ndarray]]


def recipe(plate: Any) -> Recipe:
    return load_recipe({"recipe": 1, "name": "t", "story": {"plate": plate, "light": 0.0}, "steps": ["blur"]})


def on_plates(pictures: dict[str, np.ndarray], kind: str) -> dict[str, np.ndarray]:
    """In colours of their own, for the filters, laid and saved as one gray."""
    found = {}
    for name, gray in pictures.items():
        tinted = np.stack([gray, np.roll(gray, 1), 255 - (255 - gray) // 2], axis=2)
        plate = laid(kind, *gray.shape, Key(0, name))
        found[name] = cv2.cvtColor(plate.apply(tinted) if plate else tinted, cv2.COLOR_RGB2GRAY)
    return found


@pytest.mark.parametrize(("kind", "least"), [(SEPARATIONS, 30), (PAIR, 20), (SINGLE, 30)])
def test_plates_are_known_by_their_form(scenes: Scenes, kind: str, least: int) -> None:
    found = Counter(map(plate_kind, on_plates(scenes(30, noise=1.5), kind).values()))
    assert set(found) <= {kind, SINGLE}
    assert found[kind] >= least


@pytest.mark.parametrize("kind", [SEPARATIONS, PAIR])
def test_they_are_known_at_any_size_and_in_the_negative(scenes: Scenes, kind: str) -> None:
    (picture,) = on_plates(scenes(1, 3, noise=1.5), kind).values()
    height, width = picture.shape
    for size in ((width // 2, height // 2), (width * 3, height * 3)):
        assert plate_kind(cv2.resize(picture, size, interpolation=cv2.INTER_AREA)) == kind
    assert plate_kind(255 - picture) == kind


def test_a_strip_of_three_views_is_no_plate_of_one(scenes: Scenes) -> None:
    views = list(scenes(3, 40, size=(300, 330)).values())
    assert plate_kind(np.vstack(views)) == SINGLE
    assert plate_kind(np.hstack(views[:1] * 2)[:, :20]) == SINGLE


def test_files_that_cannot_be_read_are_left_out(scenes: Scenes, tmp_path: Path) -> None:
    for kind in (SEPARATIONS, PAIR):
        (picture,) = on_plates(scenes(1, 3, noise=1.5), kind).values()
        (tmp_path / f"{kind}.jpg").write_bytes(encode_jpeg(picture[:, :, None], 95))
    (tmp_path / "other.jpg").write_bytes(encode_jpeg(scenes(1)["p0000"][:, :, None], 95))
    (tmp_path / "broken.jpg").write_bytes((tmp_path / "pair.jpg").read_bytes()[:60])
    corpus = open_corpus(tmp_path)
    keys = [one.key for one in corpus.listing().photographs]
    assert plates_of(corpus, keys) == {SEPARATIONS: 1, PAIR: 1, SINGLE: 1}
    assert sum(plates_of(corpus, keys[:1]).values()) <= 1


def test_a_recipe_lays_as_many_and_says_so(tmp_path: Path) -> None:
    start = recipe({"choice": [*PLATES], "weights": [0.6, 0.2, 0.2]})
    counts = {SINGLE: 7, SEPARATIONS: 2}
    fitted = with_plates(start, counts)
    assert fitted.story is not None
    assert fitted.story.latents["plate"].to_data() == {"choice": [*PLATES], "weights": [0.778, 0.222, 0.0]}
    assert fitted.story.latents["light"].to_data() == 0.0
    value = plate_value(start, fitted, counts)
    assert isinstance(value, Value)
    assert (value.name, value.how, value.turned) == ("story.plate", "read", "counted: single 7, separations 2")
    text = commented(fitted, {}, comments_of([value]))
    assert "# story.plate read, counted: single 7, separations 2; before: " in text
    (tmp_path / "t.yaml").write_text(text)
    assert load_recipe(tmp_path / "t.yaml") == fitted
    assert value.steps[STORY][1] == fitted.story.latents["plate"].to_data()
    assert plate_value(start, start, counts) is None
    assert with_plates(start, {}) == start


def test_only_a_choice_among_plates_is_read() -> None:
    assert reads_plates(recipe({"choice": [*PLATES]}))
    assert not reads_plates(recipe({"choice": [*PLATES]}), {"story.plate"})
    assert not reads_plates(recipe(PAIR))
    assert not reads_plates(recipe(SINGLE))
    assert not reads_plates(load_recipe({"recipe": 1, "name": "t", "steps": ["blur"]}))
