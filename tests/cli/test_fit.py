from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import Result

from degrade.realism import fitting
from degrade.realism.fitting.judged import Figures
from degrade.realism.fitting.knobs import space
from degrade.realism.fitting.readings import Reading
from degrade.realism.fitting.report import report
from degrade.realism.fitting.result import Fitted, Half, Value
from degrade.realism.fitting.toning import Toning
from degrade.realism.fitting.values import steps_of
from degrade.realism.fitting.writing import written
from degrade.recipes import load_recipe
from degrade.train.bootstrap import Interval

Run = Callable[..., Result]


def fitted(kept: bool = True) -> Fitted:
    figures = Figures(9, 24, Interval(0.8, 0.7, 0.9), Interval(1.5), 0.5, {"noise": 0.25, "black": -2.0}, 0.2, 5.0, 2.0)
    half = Half(figures, figures, figures, 0.5, 0.1)
    reading = Reading("noise", "flat-patch noise", "codes", 3.0, 2.0, 4.0, 9)
    values = (
        Value("grain.strength", "estimated", "× 2", reading, 1.5, {"grain": ({"uniform": [0.01, 0.05]}, 0.06)}),
        Value("grain.p", "searched", "odds × 3", None, None, {"grain": (0.5, 0.75)}),
    )
    recipe = load_recipe({"recipe": 1, "name": "x", "steps": ["target", {"grain": {"strength": 0.06}, "p": 0.75}]})
    presets = {"noise": {"all": {}, "none": {"without": ["grain"]}}}
    return Fitted(
        recipe, kept, "Words.", "start", presets, values, (reading,), Toning({}, None, 0.0, 9, 0), half, half,
        18, 1, 24, 5, ("few photographs",), 0, Path("mine.yaml"), Path("mine"),
    )  # fmt: skip


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the library is asked for, instead of fitting."""
    found: dict[str, Any] = {}

    def fit(**how: Any) -> Fitted:
        how.pop("progress")("estimating", 1, 3)
        found.update(how)
        return fitted()

    monkeypatch.setattr(fitting, "fit", fit, raising=False)
    return found


def test_values_on_stdout_words_on_stderr(run: Run, asked: dict[str, Any]) -> None:
    result = run("fit", "--real", "album", "--out", "mine.yaml", "--minutes", "3", "--seed", "4", "--hold", "kind")
    assert result.exit_code == 0, result.output
    assert asked == {
        "real": "album", "start": "old_photos", "source": "sample", "out": "mine.yaml", "minutes": 3.0, "trials": None,
        "rounds": 0, "hold": ("kind",), "seed": 4, "workers": None,
    }  # fmt: skip
    assert "flat-patch noise 3 codes (2 to 4, 9 photographs)" in result.stdout
    assert "AUC 0.800 [0.700, 0.900]" in result.stdout
    assert result.stderr.splitlines() == [
        "estimating…", "warning: few photographs", "Words.",
        "the recipe is mine.yaml, its figures are in mine/fit.md",
    ]  # fmt: skip


def test_json(run: Run, asked: dict[str, Any]) -> None:
    lines = run("fit", "--real", "album", "--json").stdout.splitlines()
    assert json.loads(lines[-1]) == {"event": "done", **json.loads(json.dumps(fitted().to_data()))}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--real"),
        (("--real", "none"), "none"),
        (("--real", ".", "--start", "old_fotos"), "did you mean 'old_photos'"),
        (("--real", ".", "--out", "mine.txt"), "call it mine.yaml"),
        (("--real", ".", "--out", "there.yaml"), "there.yaml is there already; give another --out"),
        (("--real", ".", "--trials", "1", "--minutes", "1"), "give one of them"),
    ],
)
def test_mistakes_are_one_line(run: Run, here: Path, arguments: tuple[str, ...], words: str) -> None:
    (here / "there.yaml").write_text("mine")
    result = run("fit", *arguments)
    assert result.exit_code in (1, 2)
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_a_fit_as_yaml(here: Path) -> None:
    text = written(fitted())
    assert "# grain.strength estimated, × 2: flat-patch noise 3 codes (2 to 4, 9 photographs); 1.5 with the" in text
    assert "# grain.p searched, odds × 3; before: 0.5" in text
    assert "grain.p" not in written(fitted(kept=False))
    (here / "mine.yaml").write_text(text)
    assert load_recipe(here / "mine.yaml") == fitted().recipe
    assert [step.address for step in load_recipe("mine.yaml@none").steps] == ["target"]


def test_a_fit_as_tables() -> None:
    text = report(fitted())
    assert "| clean | 9 | 24 | 0.800 [0.700, 0.900] | 1.500 | 50% | – |" in text
    assert "| lightness of the blacks | -2.00 | -2.00 |" in text


@pytest.fixture
def script(script_of: Callable[[str], ModuleType]) -> ModuleType:
    return script_of("benchmarks/fit_old_photos.py")


def test_the_shipped_recipe_is_fitted_again_by_a_script(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], here: Path
) -> None:
    assert script.main(["--real", "none", "--clean", "sample", "--out", "x.yaml"]) == 2
    assert capsys.readouterr().err.startswith("error: ")

    def fit(real: str, *, start: str, hold: Sequence[str], **_how: Any) -> Fitted:
        recipe = load_recipe(start)
        labels = {one.address for step in recipe.steps for one in step.flattened()}
        return fitted(real == "album" and set(hold) <= labels | {knob.turns for knob in space(recipe)})

    monkeypatch.setattr(script, "fit", fit)
    assert script.main(["--real", "album", "--clean", "sample", "--out", "x.yaml"]) == 0
    assert "| held out |" in capsys.readouterr().out


def test_the_shipped_recipe_has_values_of_its_own_but_no_steps(script: ModuleType) -> None:
    start, shipped = (steps_of(load_recipe(name)) for name in (script.START, "old_photos"))
    assert list(start) == list(shipped)
    held = {one for name in script.HELD if name in start for step in start[name].flattened() for one in [step.address]}
    assert all(start[address] == shipped[address] for address in held)
    assert start["kind"].weights == pytest.approx(shipped["kind"].weights)
