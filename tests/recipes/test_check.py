"""Warnings: what can run, but is unlikely to be meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.codecs import encode_png
from degrade.engine.degradation import Degradation
from degrade.ops.blur import Blur
from degrade.ops.grain import Grain
from degrade.ops.rotate import Rotate
from degrade.ops.scratches import Scratches
from degrade.ops.texture import Texture
from degrade.recipes import Recipe, load_recipe
from degrade.recipes.check import check, is_structural


def warnings(*steps: Any, **more: Any) -> list[str]:
    """The warnings about a recipe with these steps, one line each; no masks unless asked for."""
    data = {"recipe": 1, "output": {"members": ["clean", "degraded"]}, "steps": list(steps), **more}
    return [str(problem) for problem in check(load_recipe(data))]


# --- against the life of a photograph ---------------------------------------------------------------------------------


def test_a_life_in_its_order() -> None:
    assert warnings("grayscale", "target", "blur", "grain", "fade", "folds", "texture", "levels", "jpeg") == []


def test_a_life_against_its_order() -> None:
    assert warnings("fade", "grain", "folds", "blur") == [
        "steps[1]: grain (negative) follows fade (ageing): a photograph lives the other way round; move it before fade",
        "steps[3]: blur (lens) follows folds (wear): a photograph lives the other way round; move it before folds",
    ]


def test_a_step_that_never_runs_disturbs_no_order() -> None:
    assert warnings("fade", {"grain": {}, "p": 0}) == ["steps[1].p: grain never runs: its p is 0; take the step away"]


def test_jpeg_in_the_midst() -> None:
    assert warnings("jpeg", {"levels": {}}) == [
        (
            "steps[1]: levels (capture) follows jpeg (file): its file is opened again, and what follows is not in it; "
            "put jpeg last"
        )
    ]
    assert warnings("jpeg", {"jpeg": {}, "label": "again"}) == []


def test_steps_of_different_stories_do_not_follow_each_other() -> None:
    def told(first: Any, second: Any, *storage: str) -> list[str]:
        steps = [{"folds": {}, "when": {"storage": first}}, {"grain": {}, "when": {"storage": second}}]
        story = {"storage": {"choice": [*storage]}}
        return [str(one) for one in check(load_recipe({"recipe": 1, "name": "t", "story": story, "steps": steps}))]

    assert told("wallet", "album", "wallet", "album") == []
    (one,) = told(["wallet", "box"], ["album", "box"], "wallet", "album", "box")
    assert one.startswith("steps[1]: grain (negative) follows folds (wear)")


def test_choices_are_alternatives_and_sequences_are_not() -> None:
    assert warnings({"one_of": ["folds", "grain"]}) == []
    assert warnings({"one_of": ["folds", "grain"]}, "fade") == [
        "steps[1]: fade (ageing) follows folds (wear): a photograph lives the other way round; move it before folds"
    ]
    assert warnings({"sequence": ["folds", "grain"]}) == [
        (
            "steps[0].sequence[1]: grain (negative) follows folds (wear): a photograph lives the other way round; "
            "move it before folds"
        )
    ]


def test_a_shuffle_of_several_stages() -> None:
    assert warnings({"shuffle": ["gaussian_noise", "grain"]}) == []
    assert warnings({"shuffle": ["grain", "folds", "blur"]}) == [
        (
            "steps[0]: shuffle mixes stages of a photograph's life: lens, negative, wear; "
            "leave it if the order is unknown on purpose"
        )
    ]


# --- pixels, files, masks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", ["rotate", "flip"])
def test_pixels_moved_in_one_picture_alone(op: str) -> None:
    assert warnings(op) == []
    assert warnings({op: {"both": False}}) == [
        (
            f"steps[0].{op}.both: {op} moves the degraded picture and not the clean one: no restoration can undo it; "
            "take `both: false` away"
        )
    ]
    assert len(warnings({op: {"both": {"choice": [True, False]}}})) == 1


def test_a_last_jpeg_whose_file_is_thrown_away() -> None:
    members = ["clean", "degraded"]
    assert warnings("jpeg", output={"members": members, "image": "png"}) == [
        (
            "output.image: jpeg is the last step, but image is png: its file is decoded and stored larger; "
            "write `image: jpg`, and its file is stored as it is"
        )
    ]
    assert warnings("jpeg", output={"members": members, "image": "jpg"}) == []


def test_damage_before_the_target() -> None:
    message = "stands before target: its damage is in the clean picture too, and in no mask; move it after target"
    assert warnings("grain", "folds", "target", "texture") == [f"steps[1]: folds {message}"]
    assert warnings({"one_of": ["scratches", "folds"]}, "target") == [
        f"steps[0].one_of[0]: scratches {message}",
        f"steps[0].one_of[1]: folds {message}",
    ]


def test_masks_that_stay_empty() -> None:
    members = {"members": ["clean", "degraded", "mask", "loss"]}
    empty = [
        "output.members: mask and loss will always be empty: no step draws damage; write `members: [clean, degraded]`"
    ]
    assert warnings("grain", output=members) == empty
    assert warnings({"texture": {"source": "paper"}}, output=members) == empty
    assert empty[0] in warnings("folds", "target", "jpeg", output=members)
    assert warnings("folds", output=members) == []


def test_no_degradation_at_all() -> None:
    nothing = "steps: there is no degradation: both pictures will be the same; add a step"
    assert warnings() == [nothing]
    assert warnings("target") == [nothing]
    assert nothing in warnings({"grain": {}, "p": 0})


# --- steps that never run ---------------------------------------------------------------------------------------------


def test_steps_and_groups_that_never_run() -> None:
    assert warnings(
        "grain",
        {"one_of": ["blur", {"grain": {}, "label": "x"}], "weights": [0, 1], "p": 0},
        {"some_of": ["fade"], "n": 0},
        {"repeat": ["folds"], "times": 0},
        {"some_of": ["scratches", "coarse_dropout"], "n": 3},
    )[1:] == [
        "steps[1].p: one_of never runs: its p is 0; take the step away",
        "steps[1].weights[0]: blur is never chosen: its weight is 0; take the step away",
        "steps[2].n: some_of never runs a step: n is 0; take the group away",
        "steps[3].times: repeat never runs a step: times is 0; take the group away",
        "steps[4].n: some_of always takes all of its 2 steps: n is larger; write `sequence`, or a smaller n",
    ]


# --- textures ---------------------------------------------------------------------------------------------------------


def test_textures_that_are_not_there() -> None:
    [unknown] = warnings({"texture": {"source": "dusst"}})
    assert unknown.startswith("steps[0].texture.source: 'dusst': did you mean 'dust'?")
    [nowhere] = warnings({"texture": {"source": {"choice": ["dust", "./no/such/folder"]}}})
    assert nowhere.startswith("steps[0].texture.source: './no/such/folder': ")


def test_too_few_textures_to_divide(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(encode_png(np.full((64, 64), 9, np.uint8), filtered=True))
    assert warnings({"texture": {"source": str(tmp_path)}}) == [
        (
            f"steps[0].texture.source: {tmp_path} has 2 of the 3 textures that a division needs: "
            "train, val and test share them; add some"
        )
    ]


@pytest.mark.parametrize(
    ("op", "structural"),
    [
        (Grain(), False),
        (Blur(), False),
        (Rotate(), False),
        (Scratches(), True),
        (Texture(source="dust"), True),
        (Texture(source="paper"), False),
        (Texture(source="dust", shows="nothing"), False),
        (Texture(source="paper", shows="dirt"), True),
        (Texture(source="./no/such/folder"), True),
    ],
)
def test_what_draws_damage(op: Degradation, structural: bool) -> None:
    assert is_structural(op) == structural


@given(st.data())
def test_every_recipe_can_be_checked(recipes: st.SearchStrategy[Recipe], data: st.DataObject) -> None:
    recipe = data.draw(recipes)
    assert all(problem.message for problem in check(recipe))


def test_steps_that_almost_never_show() -> None:
    told = "does something to {} % of the photographs; raise its p, or take it away"
    assert warnings({"grain": {}, "p": 0.004}) == [f"steps[0]: grain {told.format('0.4')}"]
    rare = {"sequence": [{"one_of": ["grain", "blur"], "p": 0.05}], "p": 0.05}
    assert warnings(rare) == [
        f"steps[0].sequence[0].one_of[{place}]: {name} {told.format('0.25')}"
        for place, name in enumerate(("grain", "blur"))
    ]
    [never] = warnings({"scratches": {"count": {"poisson": 0.0001}}})
    assert never.startswith("steps[0]: scratches does something to 0 %")
    assert "raise its p or its count" in never
    assert warnings({"scratches": {"count": {"poisson": 0.1}}, "p": 0.1}) == []


def test_ranges_that_saturate() -> None:
    [told] = warnings({"fade": {"amount": {"log_normal": {"median": 0.5, "sigma": 1}}}})
    assert told.startswith("steps[0].fade.amount: fade.amount is 1, its bound, for 2")
    assert told.endswith("% of the photographs; narrow the distribution")
    assert warnings({"fade": {"amount": {"log_normal": {"median": 0.1, "sigma": 0.4}}}}) == []
