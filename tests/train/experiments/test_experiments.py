"""Every experiment's plan and page, without training anything; and one that is trained, cut off and gone on with."""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("torch")

from degrade.cli import main
from degrade.engine.degradation import Degradation
from degrade.train import Settings
from degrade.train import experiments as package
from degrade.train.bootstrap import Interval
from degrade.train.errors import TrainError
from degrade.train.experiments import EXPERIMENTS, Size, experiments_table, run_experiment, usual_out
from degrade.train.experiments.measured import Measured, Result, Results
from degrade.train.experiments.page import Page, usual_table, write_page
from degrade.train.experiments.plan import Asked, Crops, Data, Training, settings
from degrade.train.experiments.real import PARTS, UPRIGHT
from degrade.train.losses import Loss
from degrade.train.models import create_model, options_of
from degrade.train.watching import Watcher

TINY = Size(16, 8, 8, 2)
PNG = b"\x89PNG"


def asked_of(name: str, full: bool = False, seeds: int | None = None) -> Asked:
    size = package._module(name).SIZES["full" if full else "usual"]
    return Asked(name, replace(size, seeds=seeds or size.seeds), full)


def told_of(training: Training, number: int) -> dict[str, Any]:
    return {
        "parameters": 1000 + number, "epochs": 3, "seconds": 60.0 + number, "images_per_second": 50.0,
        "precision": "float32", "notes": ["a note of the training"],
    }  # fmt: skip


def imagined(plan: list[Training], better: Callable[[Training], float], real: bool = False) -> Results:
    """Results in which a training's PSNR is 20 + `better` dB, and doing nothing has 18."""
    photos = ["a", "a", "b", "b"]
    found = []
    for number, training in enumerate(plan):
        value = 20 + better(training)
        psnr = np.array([value - 1, value, value, value + 1])
        figures = {"psnr": Interval(value, value - 1, value + 1), "ssim": Interval(0.5), "mse": Interval(0.01)}
        figures["chroma_ratio"] = Interval(0.4)
        measured = Measured(figures, {"psnr": Interval(value - 18)}, photos, psnr) if training.measured else None
        names = [f"{how}{part} {kind}" for how in ("", UPRIGHT) for part in PARTS for kind in ("psnr", "ssim")]
        damaged = dict.fromkeys(names, psnr) if real else None
        found.append(Result(training, told_of(training, number), measured, damaged))
    simple = {
        name: Measured({"psnr": Interval(18.0), "mse": Interval(0.02)}, {"psnr": Interval(0.0)})
        for name in ("identity", "median")
    }
    groups = dict.fromkeys(training.group for training in plan)
    before = None
    if real:
        before = {f"{part} {kind}": np.full(4, 18.0) for part in PARTS for kind in ("psnr", "ssim")}
        before |= {"source": ["x", "x", "y", "z"], "share": np.full(4, 0.1)}
    return Results(found, dict.fromkeys(groups, simple), before, "somewhere", 9, lambda _: PNG)


def test_each_is_listed_with_a_line() -> None:
    rows = experiments_table()
    assert [row["name"] for row in rows] == list(EXPERIMENTS)
    assert all(row["about"] and "\n" not in row["about"] for row in rows)
    assert {path.stem for path in Path(package.__file__).parent.glob("*.py")} >= set(EXPERIMENTS)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_plan_can_be_trained(name: str, full: bool) -> None:
    """Settings and options exist, each network can be made, and no two trainings are the same."""
    asked = asked_of(name, full)
    plan = package._module(name).plan(asked)
    digests = [training.digest("") for training in plan]
    assert len(set(digests)) == len(plan)
    for training in plan:
        assert training.group
        assert training.row
        options = dict(training.settings.get("options", {}))
        known = set(options_of(training.model))
        create_model(training.model, device="meta", **{key: options[key] for key in options if key in known})
        if not training.prior:
            Settings.of({"data": "pairs", "out": "run", "seed": training.seed, **training.settings})
    rows = {(training.group, training.row) for training in plan}
    sweep = [training for training in plan if training.group == "clean pictures"]
    assert len(plan) == (len(rows) - len(sweep)) * asked.size.seeds + len(sweep)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_loss_that_needs_masks_has_them(name: str, full: bool) -> None:
    for training in package._module(name).plan(asked_of(name, full)):
        if not training.prior and Loss(training.settings.get("loss", "l1")).needs_mask:
            assert "mask" in training.data.loaded().output.members, training.row


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_digest_is_of_what_is_learnt(name: str) -> None:
    module = package._module(name)
    asked = asked_of(name)
    one, other = module.plan(asked)[0], module.plan(replace(asked, size=replace(asked.size, train=999)))[0]
    assert one.digest("") == module.plan(asked)[0].digest("")
    assert one.digest("") != other.digest("")
    assert one.digest("") != one.digest("other photographs")
    assert one.digest("") != replace(one, seed=one.seed + 1).digest("")
    assert one.digest("") != replace(one, settings={**one.settings, "loss": "l1"}).digest("")


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_page_tells_everything(name: str, tmp_path: Path) -> None:
    module = package._module(name)
    asked = asked_of(name, seeds=2)
    asked = replace(asked, real=tmp_path / "pairs" if name == "transfer" else None)
    plan = module.plan(asked)
    results = imagined(plan, lambda training: -0.1 * len(training.row), real=name == "transfer")
    page: Page = module.report(results, asked)
    assert page.claims
    assert page.charts
    assert all(drawn.startswith(PNG) for _, drawn in page.charts.values())
    written = write_page(tmp_path / "out", page, asked, EXPERIMENTS[name], results, 12.0).read_text("utf-8")
    assert f"degrade experiment {name}" in written
    assert "torch" in written
    assert "A note of the training." in written
    assert str(tmp_path) not in written
    for row in {training.row for training in plan if training.measured}:
        assert f"| {row} |" in written or row in written
    for chart in page.charts:
        assert f"]({chart})" in written
        assert (tmp_path / "out" / chart).is_file()
    lines = [line for line in written.split("\n") if line.startswith("|")]
    assert all(line.endswith("|") for line in lines)


def test_what_fails_is_told_as_plainly() -> None:
    """Where the U-Net is the worst, the page says so."""
    module = package._module("models_64")
    asked = asked_of("models_64")
    plan = module.plan(asked)
    good = module.report(imagined(plan, lambda training: 5.0 * (training.row == "U-Net")), asked)
    bad = module.report(imagined(plan, lambda training: -5.0 * (training.row == "U-Net")), asked)
    unet = [claim for claim in good.claims if "the default U-Net" in claim.text]
    assert unet
    assert all(claim.holds for claim in unet)
    assert [claim.holds for claim in bad.claims if "the default U-Net" in claim.text] == [False] * len(unet)
    skips = next(claim for claim in good.claims if "skips are worth" in claim.text)
    assert not skips.holds
    assert "+0.00 dB" in skips.found


def test_a_stage_that_is_left_out() -> None:
    from degrade import load_recipe
    from degrade.train.experiments.transfer import OLD, recipes, without

    old = load_recipe(OLD).to_data()
    text = str(without(old, ("STAINS",)))
    assert "foxing" in str(old)
    assert "foxing" not in text
    assert "'label': 'stains'" not in text.replace("heavy_damage.stains", "stains")
    assert "scratches" in text
    for recipe in recipes(full=True).values():
        assert load_recipe(recipe).to_data()["steps"]


def test_damage_alone_leaves_the_target_its_age() -> None:
    from degrade import load_recipe
    from degrade.train.experiments.transfer import ALONE, OLD, recipes

    alone = load_recipe(recipes(full=False)[ALONE])
    before, behind = str(alone.to_data()["steps"]).split("'target'")
    assert "grain" in before
    assert "scan" in before
    assert "scratches" not in before
    assert "scratches" in behind
    assert "grain" not in behind
    assert {op for op in ("folds", "foxing", "tape", "surface_dust", "fade", "jpeg") if op in before} == {
        "fade",
        "jpeg",
    }
    assert _degradations(alone) == _degradations(load_recipe(OLD))


def test_the_damage_of_film_alone() -> None:
    from degrade import load_recipe
    from degrade.train.experiments.transfer import FILM, recipes

    before, behind = str(load_recipe(recipes(full=False)[FILM]).to_data()["steps"]).split("'target'")
    assert "grain" in before
    assert "dust_on_negative" in behind
    assert {"folds", "surface_dust", "grain"}.isdisjoint(behind.split("'"))


def _degradations(recipe: Any) -> list[str]:
    steps = (step for group in recipe.steps for step in group.flattened())
    return sorted(step.address for step in steps if isinstance(step, Degradation))


def test_seeds_stay_when_more_are_asked_for() -> None:
    three, five = asked_of("transfer", seeds=3).seeds(), asked_of("transfer", seeds=5).seeds()
    assert five[:3] == three
    assert len(set(five)) == 5
    assert asked_of("methods", seeds=3).seeds() != three


@pytest.mark.parametrize(
    ("name", "more", "told"),
    [
        ("model_64", {}, "models_64"),
        ("everything", {}, "choose one of models_64"),
        ("transfer", {}, "--real"),
        ("transfer", {"real": "nowhere"}, "there is no folder nowhere"),
        ("models_64", {"real": "nowhere"}, "leave --real out"),
    ],
)
def test_mistakes(name: str, more: dict[str, Any], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TrainError, match=told) as raised:
        run_experiment(name, **more)
    assert raised.value.exit_code == 2
    assert "\n" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_where_reports_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert usual_out("methods") == Path("reports/methods")
    monkeypatch.chdir(Path(package.__file__).parents[3])
    assert usual_out("methods") == Path("train/reports/methods")


def test_the_command_lists_experiments() -> None:
    done = CliRunner().invoke(main, ["experiment"])
    assert done.exit_code == 0, done.output
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(EXPERIMENTS)
    lines = [json.loads(line) for line in CliRunner().invoke(main, ["experiment", "--json"]).stdout.splitlines()]
    assert lines == experiments_table()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("model64",), "did you mean 'models_64'?"),
        (("transfer",), "name a folder of damaged and restored pictures by --real"),
        (("methods", "--seeds", "0"), "--seeds"),
        (("methods", "--source", "nowhere"), "nowhere"),
    ],
)
def test_mistakes_of_the_command_are_one_line(
    words: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["experiment", *words], prog_name="degrade")
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert told in line
    assert list(tmp_path.iterdir()) == []


def test_without_torch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(*_: Any, **__: Any) -> Any:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(package, "run_experiment", missing)
    done = CliRunner().invoke(main, ["experiment", "methods", "--out", str(tmp_path)], prog_name="degrade")
    assert done.exit_code == 2
    assert 'pip install "degrade[train]"' in done.stderr


def small_experiment() -> Any:
    """Two networks on pictures of 16 px."""
    crops = Crops(16, TINY.splits)
    recipe = {"recipe": 1, "name": "noise", "steps": ["target", {"gaussian_noise": {"sigma": 0.1}}]}

    def plan(asked: Asked) -> list[Training]:
        options = {"width": 4, "depth": 1, "blocks": 1, "bottom_blocks": 1}
        how = settings("unet", asked.size, mode="rgb", options=options)
        data = Data(recipe, crops)
        return [Training("plain", "noise", data, seed, how) for seed in asked.seeds()] + [
            Training("lower", "noise", data, seed, {**how, "learning_rate": 1e-4}) for seed in asked.seeds()
        ]

    def report(results: Results, asked: Asked) -> Page:
        assert results.grid is not None
        return Page([], [usual_table(results, "noise")], {"grid.jpg": ("pictures", results.grid("noise"))})

    return types.SimpleNamespace(SIZES={"usual": TINY}, plan=plan, report=report)


class CutOff(Watcher):
    """Somebody who loses patience after an epoch."""

    def epoch_done(self, row: dict[str, float], best: bool) -> None:
        raise KeyboardInterrupt


@pytest.mark.slow
def test_what_is_trained_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same call twice trains once; one that was cut off trains what is left, to the same report."""
    from degrade.train.experiments import laboratory

    monkeypatch.setattr(package, "_module", lambda _: small_experiment())
    trained: list[str] = []
    real_train = laboratory.train

    def counted(given: Any) -> Any:
        trained.append(given["out"])
        return real_train(given, watcher=CutOff() if len(trained) == 2 else None)

    monkeypatch.setattr(laboratory, "train", counted)
    call: dict[str, Any] = {"out": tmp_path, "seeds": 2, "device": "cpu"}
    with pytest.raises(KeyboardInterrupt):
        run_experiment("methods", **call)
    report = run_experiment("methods", **call)
    assert len(trained) == 5
    text = report.page.read_text("utf-8")
    for words in ("| plain |", "| *identity* |", "| *non local means* |", "between seeds", "(grid.jpg)"):
        assert words in text
    assert (tmp_path / "grid.jpg").read_bytes().startswith(b"\xff\xd8")
    assert (tmp_path / "runs" / ".gitignore").is_file()
    assert {len(path.read_text().splitlines()) for path in tmp_path.glob("runs/*/history.csv")} == {3}
    assert not list(tmp_path.glob("runs/*/last.safetensors"))
    again = run_experiment("methods", **call)
    assert len(trained) == 5
    without_time = [
        [line for line in each.split("\n") if "| time |" not in line] for each in (text, again.page.read_text())
    ]
    assert without_time[0] == without_time[1]


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if name != "transfer"])
def test_a_whole_run(name: str, tmp_path: Path) -> None:
    crops = 8 if name == "methods" else 64  # of 256 px there
    report = run_experiment(name, tmp_path, size=Size(crops, 4, 4, 1, iterations=2), device="cpu")
    assert report.page.is_file()
    assert report.holds or report.fails
