"""A recipe that takes over the steps of shipped ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from degrade.recipes import Recipe, RecipeError, dump, load_recipe
from degrade.recipes.grammar import read
from degrade.recipes.text import parse_document

IMAGE = np.tile(np.arange(96, dtype=np.uint8)[None, :, None] * 2, (96, 1, 3))


def recipe(*steps: Any) -> Recipe:
    return load_recipe({"recipe": 1, "name": "t", "steps": list(steps)})


def test_the_steps_behind_the_target_stand_under_labels_of_their_own() -> None:
    made = recipe("target", {"include": "aged_photo"})
    labels = [step["label"] for step in made(IMAGE, key="a").record["steps"]]
    own = [step["label"] for step in load_recipe("aged_photo")(IMAGE, key="a").record["steps"]]
    assert labels == ["target", *(f"aged_photo.{label}" for label in own[own.index("target") + 1 :])]


def test_one_of_several_recipes_is_run() -> None:
    made = recipe({"one_of": [{"include": "aged_photo"}, {"include": "aged_gray"}], "weights": [1, 3]})
    ran = []
    for key in range(60):
        steps = made(IMAGE, key=str(key)).record["steps"]
        ran.append({step["label"].partition(".")[0] for step in steps if step["fired"]})
    assert all(len(one) == 1 for one in ran)
    share = sum(one == {"aged_gray"} for one in ran) / len(ran)
    assert 0.55 < share < 0.92


def test_presets_and_what_stands_beside_it() -> None:
    made = recipe({"include": "animal_faces@C", "p": 0.5, "label": "faces"})
    assert made.steps[0].p == 0.5
    assert made.steps[0].address == "faces"
    assert all(step.address.startswith("faces.") for step in made.steps[0].steps)  # type: ignore[attr-defined]


def test_its_dump_says_all_steps_and_makes_the_same_pairs() -> None:
    made = recipe("target", {"include": "aged_photo"})
    text = dump(made)
    assert "include" not in text
    again = read(parse_document(text.encode(), "t.yaml"), "t").recipe
    assert again.fingerprint == made.fingerprint


@pytest.mark.parametrize(
    ("step", "mistake"),
    [
        ({"include": "aged_foto"}, "steps[0].include: there is no file 'aged_foto' and no shipped recipe of that name"),
        ({"include": 3}, "steps[0].include: expected the name of a shipped recipe, not 3"),
        ({"include": "aged_photo", "p": 2}, "steps[0].p: expected a probability in [0, 1], not 2"),
    ],
)
def test_mistakes_are_told_where_they_stand(step: Any, mistake: str) -> None:
    with pytest.raises(RecipeError) as error:
        recipe(step)
    [problem] = error.value.problems
    assert str(problem).startswith(mistake)


def test_the_same_recipe_twice_wants_labels() -> None:
    with pytest.raises(RecipeError, match="label"):
        recipe({"include": "aged_gray"}, {"include": "aged_gray"})
    recipe({"include": "aged_gray"}, {"include": "aged_gray", "label": "again"})
