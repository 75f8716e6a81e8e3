"""Why sets differ: figures in words, recipes less a step, patches to look at; each against what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import degrade
from degrade.codecs import encode_jpeg
from degrade.engine.fields import Kind
from degrade.engine.key import Key
from degrade.realism import features_of
from degrade.realism.explaining import advice, fields_of, without
from degrade.realism.patches import most_separable, patch_of
from degrade.realism.remedies import REMEDIES, remedies
from degrade.realism.scalars import SCALARS, Gap
from degrade.train.bootstrap import Interval

Scenes = Callable[..., dict[str, np.ndarray]]


def gap(name: str, synthetic: float, real: float, ratio: float | None, z: float) -> Gap:
    scalar = next(one for one in SCALARS if one.name == name)
    return Gap(name, scalar.words, scalar.unit, synthetic, real, real / 2, real * 2, Interval(z), ratio, 1.0, 0.0, 0.0)


def recipe(*steps: object) -> degrade.Recipe:
    return degrade.load_recipe({"recipe": 1, "name": "n", "steps": ["grayscale", "target", *steps]})


# --- figures in words -------------------------------------------------------------------------------------------------


def test_every_remedy_names_a_figure_and_a_number_of_an_op() -> None:
    assert set(REMEDIES) == {scalar.name for scalar in SCALARS}
    ops = degrade.degradations()
    for stated in REMEDIES.values():
        assert stated
        for remedy in stated:
            op, _, field = remedy[1:].partition(".")
            assert remedy[0] in "+-"
            assert ops[op].specs[field].kind in (Kind.REAL, Kind.COUNT), remedy


def test_the_step_that_the_recipe_has_is_named() -> None:
    strong = gap("noise", 6.3, 3.0, 2.1, 1.4)
    (told,) = advice([strong], recipe({"grain": {}}))
    assert told.words == "flat-patch noise is 2.1 times too strong (6.3 against 3 codes); lower `grain.strength`"
    assert (told.op, told.field, told.raise_it) == ("grain", "strength", False)
    (weak,) = advice([gap("noise", 1.5, 3.0, 0.5, -1.4)], recipe({"shot_noise": {}}))
    assert weak.words.endswith("is 2.0 times too weak (1.5 against 3 codes); lower `shot_noise.photons`")
    (nothing,) = advice([strong], recipe("flip"))
    assert nothing.words.endswith("no step of the recipe governs it by itself")
    assert nothing.op is None
    (alone,) = advice([strong], None)
    assert alone.words.endswith("(6.3 against 3 codes)")


def test_what_is_nil_is_not_lowered() -> None:
    soft = gap("edge_width", 3.0, 2.0, 1.5, 1.0)
    (told,) = advice([soft], recipe({"blur": {"sigma_px": 0, "sigma_mm": 0.2}}))
    assert (told.op, told.field, told.raise_it) == ("blur", "sigma_mm", False)
    assert fields_of(recipe({"blur": {"sigma_px": 0}}))["blur", "sigma_px"] is False
    yellow = gap("highlight_b", 2.0, 9.0, None, -1.0)
    (raised,) = advice([yellow], recipe({"fade": {"yellowing": 0}}))
    assert (raised.field, raised.raise_it) == ("yellowing", True)


def test_only_the_worst_are_told_and_none_that_is_near() -> None:
    found = [gap("black", 20 - n, 5, None, 3 - n / 2) for n in range(8)]
    assert len(advice(found, None)) == 5
    assert advice([gap("black", 6, 5, None, 0.4)], None) == ()
    assert advice([gap("black", 20, 5, None, 3)], None)[0].words == (
        "lightness of the blacks is 15 L* too high (20 against 5 L*)"
    )


def _figure(table: object, name: str) -> float:
    scalar = next(one for one in SCALARS if one.name == name)
    return float(np.nanmedian(table.column(scalar.feature)))  # type: ignore[attr-defined]


TRIED = {
    ("noise", "grain.strength"): (0.01, 0.08), ("noise", "gaussian_noise.sigma"): (0.01, 0.1),
    ("edge_width", "lens_blur.sigma_mm"): (0.02, 0.4), ("noise_lag1", "grain.size_mm"): (0.1, 0.6),
    ("light_specks", "surface_dust.count"): (20, 800), ("black", "scan.veil"): (0, 0.3),
    ("white", "fade.dmin"): (0.02, 0.3), ("contrast", "fade.amount"): (0, 0.8),
    ("blockiness", "jpeg.quality"): (20, 95), ("halo", "scan.sharpening"): (0, 2),
    ("median_tone", "print_response.exposure"): (-0.3, 0.3), ("light_rim", "edge_wear.width_mm"): (0.1, 3),
}  # fmt: skip


@pytest.mark.slow
def test_remedies_move_figures_the_way_they_say(scenes: Scenes) -> None:
    pictures = scenes(4, noise=0.5)
    for (name, stated), values in TRIED.items():
        op, _, field = stated.partition(".")
        measured = []
        for value in values:
            step = degrade.degradations()[op](**{field: value})
            made = {key: step(picture, key=key) for key, picture in pictures.items()}
            measured.append(_figure(features_of(made, variants=()), name))
        (remedy,) = [one for one in remedies(name, measured[1] > measured[0]) if str(one).endswith(f"`{stated}`")]
        assert not remedy.raise_it, (name, stated, measured)


# --- a recipe less one step -------------------------------------------------------------------------------------------


def test_a_recipe_less_an_op_draws_all_else_as_before(scenes: Scenes) -> None:
    whole = degrade.load_recipe("old_photos")
    less = without(whole, "scratches")
    assert not any(getattr(step, "name", "") == "scratches" for top in less.steps for step in top.flattened())
    changed = 0
    for key, picture in scenes(6).items():
        before, after = (made(picture, key=key).record["steps"] for made in (whole, less))
        assert [step for step in before if step["op"] != "scratches"] == after
        changed += any(step["op"] == "scratches" and step["fired"] for step in before)
    assert changed


def test_a_picture_on_which_the_op_did_not_run_stays_as_it_is(scenes: Scenes) -> None:
    whole = degrade.load_recipe("old_photos")
    less = without(whole, "surface_dust")
    same = []
    for key, picture in scenes(5).items():
        before, after = (made(picture, key=key) for made in (whole, less))
        ran = any(step["op"] == "surface_dust" and step["fired"] for step in before.record["steps"])
        same.append(np.array_equal(before.degraded, after.degraded))
        assert same[-1] or ran
    assert any(same)


def test_groups_that_lose_all_their_steps_go_and_weights_follow() -> None:
    choice = {"one_of": [{"blur": {}}, {"grain": {}}, {"jpeg": {}}], "weights": [1, 0, 2]}
    made = recipe(choice, {"fade": {}})
    less = without(made, "blur")
    group = less.steps[2]
    assert group.weights == (0, 2)  # type: ignore[attr-defined]
    assert group.address == made.steps[2].address
    assert len(without(less, "jpeg").steps) == len(less.steps) - 1  # the step that is left never runs
    assert len(without(made, "fade").steps) == len(made.steps) - 1


@pytest.mark.slow
def test_the_step_that_gives_a_recipe_away_is_found(tmp_path: Path, scenes: Scenes) -> None:
    pytest.importorskip("sklearn")
    from degrade.realism.explaining import step_effects
    from degrade.realism.sets import synthetic_set

    for key, picture in scenes(16, 100, noise=3.0).items():
        (tmp_path / f"{key}.png").write_bytes(encode_jpeg(picture[:, :, None], 98))
    steps = ["grayscale", "target", {"gaussian_noise": {"sigma": 0.1}}, {"fade": {"amount": 0.1}, "p": 0.3},
             {"flip": {"horizontal": True, "vertical": False}}, {"foxing": {}, "p": 0}]  # fmt: skip
    made = synthetic_set({"recipe": 1, "name": "n", "steps": steps}, tmp_path, 16)
    assert made.recipe is not None
    table, real = features_of(made.pictures, variants=()), features_of(scenes(16), variants=())
    effects = step_effects(made.pairs, made.recipe, tmp_path, 16, table, real, resamples=50)
    by_op = {effect.op: effect for effect in effects}
    assert effects[-2].op == "gaussian_noise" or effects[0].op == "foxing"
    noise = by_op["gaussian_noise"]
    assert noise.pictures == len(table)
    assert noise.gain is not None
    assert noise.gain.high is not None
    assert noise.gain.high < -0.1  # it takes pictures away from real ones
    assert by_op["fade"].pictures < len(table) / 2
    assert by_op["foxing"].gain is None


# --- patches ----------------------------------------------------------------------------------------------------------


def test_the_patch_that_gives_a_set_away_is_found(scenes: Scenes) -> None:
    pytest.importorskip("sklearn")
    spoilt = dict(scenes(8, 100))
    generator = np.random.Generator(np.random.Philox(key=1))
    for key in list(spoilt)[:3]:
        picture = spoilt[key].copy()
        picture[:, 250:] = np.clip(picture[:, 250:] + generator.normal(0, 30, (360, 250)), 0, 255)
        spoilt[key] = picture
    table, real = features_of(spoilt, variants=()), features_of(scenes(8), variants=())
    ours, theirs = most_separable(table, real, 3, Key(1))
    assert {key for key, _ in ours} == set(list(spoilt)[:3])
    assert len({key for key, _ in theirs}) == 3
    shown = [patch_of(spoilt[key], number) for key, number in ours]
    assert all(patch.shape == (96, 96, 1) for patch in shown)
    assert all(np.diff(patch.astype(float), axis=1).std() > 15 for patch in shown)
    assert most_separable(replace(table, patches=None), real, 3, Key(1)) == ([], [])
