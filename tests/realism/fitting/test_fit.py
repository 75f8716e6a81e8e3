"""Recipes with known values, found again from the pictures that they made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from degrade.codecs import encode_jpeg, encode_png
from degrade.corpus import open_corpus
from degrade.ops.tone import PROCESSES, Tone
from degrade.realism import RealismError, features_of
from degrade.realism.fitting import Fitted, aligning, exploring, fit, fitter, judged
from degrade.realism.fitting.qualities import file_qualities, quality_reading, with_qualities
from degrade.realism.fitting.readings import readings
from degrade.realism.fitting.toning import LABEL, tones, toning, with_toning
from degrade.recipes import RecipeError, load_recipe

pytest.importorskip("sklearn")
Scenes = Callable[..., dict[str, np.ndarray]]


def recipe_of(strength: float, sigma_mm: float) -> dict[str, Any]:
    blur = {"sigma_mm": {"log_normal": {"median": sigma_mm, "sigma": 0.2}}, "field_growth": 0, "astigmatism": 0}
    grain = {"strength": {"log_normal": {"median": strength, "sigma": 0.2}}, "size_mm": 0.2}
    return {
        "recipe": 1, "name": "plain", "seed": 7,
        "steps": [{"grayscale": {}}, "target", {"lens_blur": blur}, {"grain": grain}, {"jpeg": {"quality": [96, 98]}}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, scenes: Scenes) -> Path:
    """`clean` with photographs, `real` with what a recipe of known values made of others, as JPEG of 60 to 78."""
    root = tmp_path_factory.mktemp("fit")
    for name in ("clean", "real"):
        (root / name).mkdir()
    for key, picture in scenes(12, 0, noise=0.4, blur=0.7, size=(372, 484)).items():
        (root / "clean" / f"{key}.png").write_bytes(encode_png(picture[:, :, None], True))
    recipe = load_recipe(recipe_of(0.04, 0.32))
    for number, (key, picture) in enumerate(scenes(20, 500, noise=0.4, blur=0.7, size=(372, 484)).items()):
        degraded = recipe(picture, key=key).degraded.reshape(*picture.shape, 1)
        (root / "real" / f"{key}.jpg").write_bytes(encode_jpeg(degraded, 60 + number))
    (root / "real" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    return root


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitter, "_PICTURES", (8, 12))
    monkeypatch.setattr(judged, "_SPLITS", 2)
    monkeypatch.setattr(judged, "_RESAMPLES", 40)


def run(folders: Path, here: Path, **how: Any) -> Fitted:
    start = here / "start.yaml"
    start.write_text(json.dumps(recipe_of(0.012, 0.1)))
    wanted = {"start": str(start), "source": str(folders / "clean"), "out": here / "out.yaml", "trials": 1, **how}
    return fit(folders / "real", **wanted)


@pytest.mark.slow
def test_known_values_are_found_again(folders: Path, tmp_path: Path, small: None) -> None:
    fitted = run(folders, tmp_path, trials=0, workers=1)
    assert fitted.kept
    assert fitted.left_out == 1
    steps = {step.address: step for step in load_recipe(fitted.out).steps}
    assert steps["grain"].strength.median == pytest.approx(0.04, rel=0.35)
    assert steps["lens_blur"].sigma_mm.median == pytest.approx(0.32, rel=0.4)
    assert 58 <= steps["jpeg"].quality.low < 68 < steps["jpeg"].quality.high <= 80
    assert fitted.held_out.after.cost < fitted.held_out.before.cost
    text = fitted.out.read_text()
    assert "# grain.strength estimated, × " in text
    assert "# jpeg.quality read: JPEG quality by quantisation tables" in text
    assert load_recipe(fitted.out) == fitted.recipe
    data = json.loads((fitted.folder / "fit.json").read_text())
    assert data == json.loads(json.dumps(fitted.to_data()))
    assert data["held_out"]["after"]["auc"]["low"] is not None
    assert "| held out |" in (fitted.folder / "fit.md").read_text()
    assert any("broken.jpg" in warning for warning in fitted.warnings)
    assert any("20 independent photographs show gross" in warning for warning in fitted.warnings)


@pytest.mark.slow
def test_killed_resumed_and_with_other_workers_it_ends_the_same(
    folders: Path, tmp_path: Path, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        pass

    dies: dict[str, tuple[str, int]] = {}
    monkeypatch.setattr(fitter, "_PICTURES", (4, 4))
    monkeypatch.setattr(exploring, "TIMES", 3)
    monkeypatch.setattr(aligning, "ROUNDS", 1)

    def dying(what: str, done: int, _total: int | None) -> None:
        if (what, done) == dies["at"]:
            raise Killed

    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    whole = run(folders, tmp_path, out=tmp_path / "one" / "out.yaml", workers=1, rounds=1)
    for what, done in (("reweighting", 2), ("trying each", 3)):
        dies["at"] = what, done
        with pytest.raises(Killed):
            run(folders, tmp_path, out=tmp_path / "two" / "out.yaml", workers=3, rounds=1, progress=dying)
    assert not (tmp_path / "two" / "out.yaml").exists()
    again = run(folders, tmp_path, out=tmp_path / "two" / "out.yaml", workers=3, rounds=1)
    assert again.out.read_text() == whole.out.read_text()
    for name in ("fit.json", "fit.md"):
        first, second = ((one.folder / name).read_text() for one in (whole, again))
        assert second == first


@pytest.mark.long
def test_what_is_worse_on_the_held_out_half_is_not_kept(
    folders: Path, tmp_path: Path, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitter, "aligned", lambda _knobs, trials: ({"grain.strength": -2.0}, trials("x", {})))
    start = tmp_path / "true.yaml"
    start.write_text(json.dumps(recipe_of(0.04, 0.32)))
    fitted = run(folders, tmp_path, start=str(start), trials=0)
    assert not fitted.kept
    assert "worse than the start on the held-out photographs" in fitted.words
    assert load_recipe(fitted.out).steps == load_recipe(start).steps
    assert "is worse than the start" in " ".join(fitted.out.read_text().replace("\n#", "").split())


@pytest.mark.slow
def test_plates_of_several_exposures_are_counted(folders: Path, tmp_path: Path, small: None) -> None:
    start = tmp_path / "plates.yaml"
    start.write_text(json.dumps(recipe_of(0.02, 0.2) | {"story": {"plate": {"choice": ["single", "pair"]}}}))
    fitted = run(folders, tmp_path, start=str(start), trials=0)
    (counted,) = (value for value in fitted.values if value.name == "story.plate")
    assert (counted.how, counted.turned) == ("read", "counted: single 10")
    told = load_recipe(fitted.out).story
    assert told is not None
    assert told.latents["plate"].weights == (1.0, 0.0)
    assert "# story.plate read, counted: single 10" in fitted.out.read_text()
    held = run(folders, tmp_path, start=str(start), trials=0, hold=["story.plate"], out=tmp_path / "held.yaml")
    assert not any(value.name == "story.plate" for value in held.values)


def test_qualities_are_read_from_tables(folders: Path) -> None:
    corpus = open_corpus(folders / "real")
    keys = [photograph.key for photograph in corpus.listing().photographs if photograph.key != "broken"]
    assert sorted(file_qualities(corpus, keys)) == [60.0 + n for n in range(20)]
    assert file_qualities(open_corpus(folders / "clean"), ["p0000"]) == pytest.approx([np.nan], nan_ok=True)
    reading = quality_reading([60.0, 70.0, 80.0, np.nan])
    assert reading is not None
    assert (reading.median, reading.low, reading.high, reading.count) == (70.0, 65.0, 75.0, 3)
    assert quality_reading([60.0, 70.0, 80.0, *[np.nan] * 4]) is None
    fitted = with_qualities(load_recipe("old_photos"), [50.0, 60.0, 70.0])
    assert {s.quality.to_data()["integers"][0] for one in fitted.steps for s in one.flattened() if "jpeg" in s.address
            and hasattr(s, "quality")} == {52}  # fmt: skip


@pytest.mark.parametrize(("noise", "blur"), [(2.0, 0.8), (6.0, 2.0)])
def test_readings_are_what_was_put_in(scenes: Scenes, noise: float, blur: float) -> None:
    found = {one.name: one for one in readings(features_of(scenes(5, 40, noise=noise, blur=blur, size=(380, 490))))}
    assert found["noise_native"].median == pytest.approx(noise, rel=0.45)
    assert found["noise_native"].low <= found["noise_native"].median <= found["noise_native"].high
    assert found["noise"].count == 5
    width = np.sqrt(2 * np.pi * (blur**2 + 0.8**2)) * 384 / 471
    assert found["edge_width"].median == pytest.approx(width, rel=0.35)


@pytest.mark.parametrize("process", [name for name in PROCESSES if name not in ("neutral", "selenium")])
def test_toning_is_found_again(scenes: Scenes, process: str) -> None:
    tone = Tone(process=process, strength=0.8, variation=0.0)
    toned = {key: tone(cv2.merge([picture] * 3), key=key) for key, picture in scenes(3, size=(370, 484)).items()}
    found = toning(features_of(toned, variants=()))
    if found.share < 1:  # a gold-toned or platinum print is hardly coloured
        assert process in ("gold", "platinum", "split")
        return
    assert found.processes == {process: 1.0}
    assert found.strength is not None
    assert found.strength.median == pytest.approx(0.8, abs=0.21)


def test_gray_photographs_are_not_toned(scenes: Scenes) -> None:
    found = toning(features_of(scenes(3, size=(370, 484)), variants=()))
    assert (found.share, found.strength, found.processes, found.coloured) == (0.0, None, {}, 0)
    assert not tones(found, load_recipe("old_photos"))


def test_a_mixture_is_toned_in_each_of_its_recipes(scenes: Scenes) -> None:
    tone = Tone(process="sepia", strength=0.8, variation=0.0)
    pictures = scenes(4, size=(370, 484))
    some = {key: tone(cv2.merge([p] * 3), key=key) if key < "p0003" else p for key, p in pictures.items()}
    found = toning(features_of(some, variants=()))
    recipe = load_recipe("old_photos")
    assert tones(found, recipe)
    toned = with_toning(recipe, found)
    added = [s for one in toned.steps for s in one.flattened() if s.address.endswith(f".{LABEL}")]
    assert len(added) == 8
    assert {step.p for step in added} == {0.75}
    assert toned.channels == (1, 3)
    chain = with_toning(load_recipe(recipe_of(0.01, 0.1)), found)
    assert [step.address for step in chain.steps] == ["grayscale", "target", "lens_blur", "grain", LABEL, "jpeg"]
    again = with_toning(chain, found)
    assert again == chain


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"out": "fitted.txt"}, "no name of a recipe; call it .*fitted.yaml"),
        ({"out": "no/where/fitted.yaml"}, "no folder no/where; make it"),
        ({"trials": -1}, "trials is -1"),
        ({"hold": ["grain", "mud"]}, "no step or field of the start is called mud; hold some of .*lens_blur"),
        ({"hold": ["grian.p"]}, "called grian.p; did you mean .grain.p.?"),
        ({"rounds": -1}, "rounds is -1"),
        ({"trials": 3, "minutes": 2.0}, "both trials and minutes"),
        ({"workers": 0}, "workers is 0"),
    ],
)
def test_mistakes(folders: Path, tmp_path: Path, how: dict[str, Any], words: str) -> None:
    with pytest.raises(RealismError, match=words):
        run(folders, tmp_path, **how)


def test_an_output_that_is_there_is_left_alone(folders: Path, tmp_path: Path) -> None:
    (tmp_path / "out.yaml").write_text("mine")
    with pytest.raises(RealismError, match=r"out\.yaml is there already; give another"):
        run(folders, tmp_path)
    assert (tmp_path / "out.yaml").read_text() == "mine"


def test_no_such_start(folders: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no shipped recipe"):
        run(folders, tmp_path, start="old_fotos")


def test_too_few_photographs(folders: Path, tmp_path: Path) -> None:
    some = tmp_path / "some"
    some.mkdir()
    with pytest.raises(RealismError, match="there is no picture"):
        fit(some, start="old_photos", out=tmp_path / "o.yaml")
    for path in sorted((folders / "real").iterdir())[:6]:
        (some / path.name).write_bytes(path.read_bytes())
    with pytest.raises(RealismError, match=r"5 independent photographs \(1 more files.*give at least 8"):
        fit(some, start="old_photos", out=tmp_path / "o.yaml")


def test_too_few_clean_photographs(folders: Path, tmp_path: Path) -> None:
    with pytest.raises(RealismError, match="has 1 clean photographs of at least 480"):
        run(folders, tmp_path, source=str(folders / "clean" / "p0000.png"))
