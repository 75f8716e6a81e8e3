from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import degrade
from degrade.train import Evaluation, TrainError, evaluate, train
from degrade.train.examples import open_data
from degrade.train.regions import WIDTHS
from degrade.train.report import report
from degrade.train.settings import Settings
from degrade.train.tables import tables

torch = pytest.importorskip("torch")
Picture = npt.NDArray[np.float32]
METHODS = {"identity", "affine", "median", "non_local_means"}


def nothing(picture: Picture) -> Picture:
    return picture


@pytest.fixture(scope="module")
def found(trained: Path, pairs: Path) -> Evaluation:
    return evaluate(trained, pairs, split="val", shown=2, resamples=200, device="cpu")


def test_a_checkpoint_stands_beside_the_baselines(found: Evaluation) -> None:
    assert set(found.figures) == {"unet", *METHODS}
    assert (found.pairs, found.photos, found.skipped, found.mode, found.split) == (8, 8, 0, "rgb", "val")
    assert found.data == "out"
    assert found.notes == []
    for name in (
        "mse",
        "psnr",
        "psnr_of_mean_mse",
        "ssim",
        "inside",
        "ring",
        "outside",
        "inside_pooled",
        "chroma_ratio",
    ):
        for method, figures in found.figures.items():
            figure = figures[name]
            assert figure.low is not None, (name, method)
            assert figure.high is not None
            assert figure.low <= figure.value <= figure.high, (name, method)
    assert found.figures["identity"]["inside"].value < found.figures["identity"]["outside"].value


def test_the_figures_are_those_of_the_rows(found: Evaluation) -> None:
    assert len(found.rows) == 8
    assert np.mean([row["psnr"] for row in found.rows]) == pytest.approx(found.figures["unet"]["psnr"].value)
    mean = np.mean([row["identity_mse"] for row in found.rows])
    assert mean == pytest.approx(found.figures["identity"]["mse"].value)
    assert -10 * np.log10(mean) == pytest.approx(found.figures["identity"]["psnr_of_mean_mse"].value)
    assert {row["key"] for row in found.rows} == {row["photo"] for row in found.rows}


def test_shares_add_up(found: Evaluation, pairs: Path) -> None:
    assert sum(found.shares["zone"].values()) == pytest.approx(1)
    assert sum(found.shares["width"].values()) == pytest.approx(found.shares["zone"]["inside"])
    covered = [(pair.mask > 0).mean() for pair in degrade.open_pairs(pairs, "val")]
    assert found.shares["zone"]["inside"] == pytest.approx(np.mean(covered))


def test_doing_nothing_gains_nothing(pairs: Path) -> None:
    found = evaluate(nothing, pairs, split="val", compare=False, resamples=50)
    assert set(found.figures) == {"nothing", "identity"}
    assert found.figures["nothing"] == found.figures["identity"]
    assert set(found.gains) == {"nothing"}
    assert all(gain == (0, 0, 0) for gain in found.gains["nothing"].values())
    assert found.mode == "rgb"


def test_it_is_the_same_again(found: Evaluation, trained: Path, pairs: Path) -> None:
    again = evaluate(trained, pairs, split="val", shown=0, resamples=200, device="cpu")
    assert again.to_data() == found.to_data()


def test_an_oracle_is_exact(pairs: Path) -> None:
    stored = degrade.open_pairs(pairs, "val")
    clean = {pair.degraded.tobytes(): pair.clean for pair in stored}

    def oracle(picture: Picture) -> Picture:
        return clean[np.rint(picture * 255).astype(np.uint8).tobytes()].astype(np.float32) / 255

    found = evaluate(oracle, pairs, split="val", compare=False, resamples=50)
    assert found.figures["oracle"]["psnr"].value == 100
    assert found.figures["oracle"]["ssim"].value == pytest.approx(1)
    assert found.figures["oracle"]["chroma_ratio"].value == pytest.approx(1)
    assert found.gains["oracle"]["psnr"].value > 50


def test_pairs_on_the_fly_and_networks_without_a_checkpoint(photographs: Path, recipe: dict[str, Any]) -> None:
    members = ("clean", "degraded", "mask", "classes")
    made = degrade.Pairs(degrade.load_recipe(recipe), str(photographs), split="val", members=members)
    network = degrade.train.create_model("unet", size="tiny", mode="gray")  # type: ignore[attr-defined]
    found = evaluate(network, made, split="val", shown=0, resamples=50, device="cpu", limit=3)
    assert (found.pairs, found.mode, found.method) == (3, "gray", "unet")
    assert "affine" not in found.figures
    assert "left out" in found.notes[0]
    assert "chroma_ratio" not in found.figures["unet"]
    assert found.figures["unet"]["class.dropout"].value > 0
    assert [table.rows[0][0] for table in tables(found)][3:] == ["dropout"]


def test_pairs_without_masks(gray_pairs: Path) -> None:
    found = evaluate(nothing, gray_pairs, split="val", shown=1, resamples=50)
    assert found.mode == "gray"
    assert found.shares == {}
    assert set(found.figures["nothing"]) == {"mse", "psnr", "psnr_of_mean_mse", "ssim"}
    assert "mask" not in re.sub(r"<style>.*</style>", "", report(found), flags=re.DOTALL)


def test_lab_is_measured_in_colour(pairs: Path) -> None:
    network = degrade.train.create_model("unet", size="tiny", mode="lab")  # type: ignore[attr-defined]
    found = evaluate(network, pairs, split="val", shown=0, resamples=50, device="cpu", compare=False)
    assert found.mode == "lab"
    assert found.figures["identity"]["chroma_ratio"].value > 0


def test_copies_of_a_photograph_stay_together(photographs: Path, recipe: dict[str, Any], tmp_path: Path) -> None:
    output = {"splits": {"test": 1.0}, "copies": 3, "image": "png"}
    degrade.build(
        {**recipe, "output": output}, source=photographs, out=tmp_path / "out", engine="threads", workers=1, limit=5
    )
    found = evaluate(nothing, tmp_path / "out", compare=True, shown=0, resamples=50)
    assert (found.pairs, found.photos) == (15, 5)
    assert "affine" not in found.figures
    assert "left out" in found.notes[0]


def test_the_worst_and_the_best_are_shown(found: Evaluation) -> None:
    ranked = sorted(row["psnr"] for row in found.rows)
    worst = [shown.psnr for shown in found.shown if shown.rank == "worst"]
    best = [shown.psnr for shown in found.shown if shown.rank == "best"]
    assert worst == ranked[:2]
    assert best == ranked[:-3:-1]


def test_the_page_stands_alone_and_has_everything(found: Evaluation) -> None:
    page = report(found)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", re.sub(r"base64,[\w+/=]+", "", page))
    assert page.count('<section class="pair"') == 4
    for alt in ("input", "output", "target", "mask"):
        assert page.count(f'alt="{alt}"') == 4
    for table in tables(found):
        assert table.title in page
        for row in table.rows:
            assert all(cell in page for cell in row[1:])
    assert page == report(found)


def test_the_tables_have_every_method_and_part(found: Evaluation) -> None:
    whole, zones, widths = tables(found)
    assert [row[0] for row in whole.rows] == ["unet", "identity", "affine", "median", "non local means"]
    assert [row[0] for row in zones.rows] == ["inside", "ring", "outside"]
    assert [row[0] for row in widths.rows] == [width for width in WIDTHS if width in found.shares["width"]]
    assert all(len(row) == len(table.heads) for table in tables(found) for row in table.rows)


def test_the_data_is_ready_for_json(found: Evaluation) -> None:
    again = json.loads(json.dumps(found.to_data(), allow_nan=False))
    assert again["figures"]["unet"]["psnr"]["value"] == found.figures["unet"]["psnr"].value


def test_words_cannot_become_markup(pairs: Path) -> None:
    found = evaluate(nothing, pairs, split="val", name="<b>x</b>", compare=False, shown=1, resamples=10)
    assert "<b>x</b>" not in report(found)


@pytest.mark.parametrize(
    ("model", "options", "told"),
    [
        (nothing, {}, "no pairs to evaluate on; name an output"),
        (lambda picture: picture[1:], {"data": "pairs", "split": "val"}, "must give"),
        (lambda picture: picture * np.nan, {"data": "pairs", "split": "val"}, "numbers that are none"),
    ],
)
def test_what_cannot_be_evaluated(model: Any, options: dict[str, Any], told: str, pairs: Path) -> None:
    with pytest.raises(TrainError, match=told):
        evaluate(model, **{name: pairs if value == "pairs" else value for name, value in options.items()})


def test_a_mode_that_is_not_the_models(trained: Path, pairs: Path) -> None:
    with pytest.raises(TrainError, match="works in rgb, not in gray"):
        evaluate(trained, pairs, split="val", mode="gray")


def test_without_a_split_of_tests_it_takes_what_chose_the_epoch(trained: Path, pairs: Path) -> None:
    found = evaluate(trained, pairs, shown=0, resamples=50, device="cpu", limit=2)
    assert found.split == "val"
    assert any("no split test: the split val" in note for note in found.notes)


def test_without_any_split_it_takes_what_was_held_back(
    settings: Callable[..., dict[str, Any]], photographs: Path, recipe: dict[str, Any], tmp_path: Path
) -> None:
    output = {"image": "png", "splits": {"train": 1.0}}
    out = tmp_path / "out"
    degrade.build(degrade.load_recipe(recipe | {"output": output}), photographs, out, engine="threads", workers=1)
    how = {"model": "unet", "options": {"size": "tiny"}, "data": str(out), "holdout": 0.3}
    train(settings(epochs=1, **how))
    found = evaluate(tmp_path / "run", shown=0, resamples=50, device="cpu")
    data = open_data(Settings.of(settings(**how)), needs_mask=False)
    judged = {data.validation[0, place]["key"] for place in range(len(data.validation))}
    assert {row["key"] for row in found.rows} == judged
    assert any("held back of train" in note for note in found.notes)
    assert "affine" in found.figures


def test_a_split_that_is_not_there(pairs: Path) -> None:
    for model, how in ((nothing, {}), (nothing, {"split": "other"})):
        with pytest.raises(degrade.DegradeError, match=f"no split '{how.get('split', 'test')}'"):
            evaluate(model, pairs, **how)
