"""The report: each figure stands on the page, it repeats itself, and bad input is told in one line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from degrade.codecs import encode_jpeg, encode_png

pytest.importorskip("sklearn")
from click.testing import CliRunner

from degrade.cli import main
from degrade.realism import RealismError, Report, features_of, realism_of
from degrade.realism.page import page
from degrade.realism.tables import gaps, headlines, near, tables

Scenes = Callable[..., dict[str, np.ndarray]]
QUICK: dict[str, Any] = {"permutations": 19, "resamples": 40, "splits": 3}
SPOTS = {"surface_dust": {"count": 60, "diameter_mm": 1.5}}
NOISY = {"recipe": 1, "name": "noisy", "steps": ["grayscale", "target", SPOTS, {"gaussian_noise": {"sigma": 0.08}}]}


def write(folder: Path, pictures: dict[str, np.ndarray]) -> Path:
    folder.mkdir(parents=True)
    for key, picture in pictures.items():
        (folder / f"{key}.jpg").write_bytes(encode_jpeg(picture[:, :, None], 95))
    return folder


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory, scenes: Scenes) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("sets")
    return write(root / "photographs", scenes(6, 100)), write(root / "old" / "album", scenes(10)).parent


@pytest.fixture(scope="module")
def masks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("masks")
    for number in range(4):
        mask = np.zeros((300, 300), np.uint8)
        mask[number::9, ::9] = 255
        (folder / f"{number}.png").write_bytes(encode_png(cv2.dilate(mask, np.ones((3, 3)))[:, :, None], False))
    return folder


@pytest.fixture(scope="module")
def found(places: tuple[Path, Path], masks: Path) -> Report:
    return realism_of(NOISY, places[1], source=places[0], photos=6, masks=masks, **QUICK)


def test_the_known_order_comes_out(found: Report) -> None:
    told = found.comparison
    assert told.clean is not None
    assert told.naive is not None
    assert told.clean.mmd.value < told.synthetic.mmd.value < told.naive.mmd.value
    assert told.synthetic.auc.value > told.clean.auc.value
    assert found.advice[0].op == "gaussian_noise"
    assert found.advice[0].raise_it is False


def test_what_plates_alone_do_is_told_where_a_recipe_lays_them(found: Report, places: tuple[Path, Path]) -> None:
    assert found.comparison.laid is None
    assert found.comparison.gain_over_laid is None
    told = realism_of(NOISY | {"story": {"plate": "separations"}}, places[1], source=places[0], photos=6, **QUICK)
    known = told.comparison
    assert known.laid is not None
    assert known.clean is not None
    assert found.comparison.clean is not None
    assert known.clean.gaps == found.comparison.clean.gaps
    assert known.laid.gaps != known.clean.gaps
    assert known.gain_over_laid is not None
    assert known.gain_over_laid.value == pytest.approx(known.laid.auc.value - known.synthetic.auc.value)
    assert "clean, on plates" in {row[0] for row in near(told).rows}
    assert any("of which damage" in line for line in headlines(told))


def test_every_figure_stands_on_the_page(found: Report) -> None:
    text = unescape(page(found))
    data = found.to_data()

    def figures(value: Any) -> list[str]:
        if isinstance(value, dict | list):
            return [one for part in (value.values() if isinstance(value, dict) else value) for one in figures(part)]
        return [json.dumps(value)] if isinstance(value, int | float) and not isinstance(value, bool) else []

    numbers = figures(data)
    assert len(numbers) > 300
    assert all(number in text for number in numbers)
    for table in (*tables(found), gaps(found)):
        assert table.title in text
        assert all(cell in text for row in table.rows for cell in row)
    assert all(line[1:] in text for line in headlines(found))
    assert all(line in text for line in found.comparison.warnings)


def test_the_page_stands_alone_and_shows_patches(found: Report) -> None:
    text = page(found)
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", text)
    assert "http:" not in text
    assert "https:" not in text
    assert text.count("<img") == len(found.patches[0]) + len(found.patches[1]) > 8
    assert "<svg" in text


@pytest.mark.slow
def test_it_repeats_itself_whatever_the_workers(found: Report, places: tuple[Path, Path], masks: Path) -> None:
    again = realism_of(NOISY, places[1], source=places[0], photos=6, masks=masks, workers=1, **QUICK)
    assert again.to_json() == found.to_json()
    assert page(again) == page(found)
    assert str(places[0].parent) not in page(found)


def test_it_is_written_into_a_folder(found: Report, tmp_path: Path) -> None:
    html, data = found.write(tmp_path / "a" / "b")
    assert html.read_text("utf-8") == page(found)
    assert json.loads(data.read_text("utf-8")) == json.loads(json.dumps(found.to_data()))


@pytest.mark.slow
def test_without_a_folder_the_shipped_reference_is_used(places: tuple[Path, Path]) -> None:
    told = realism_of(places[0], clean=places[0], photos=6, stratum="film", **QUICK)
    assert (told.kind, told.real) == ("pictures", "old_photographs/film")
    assert told.comparison.real == 8
    assert told.patches[0]
    assert told.patches[1] == ()
    assert "known by their numbers alone" in page(told)
    assert "glass" in told.about
    assert told.comparison.naive is not None
    assert all("governs" not in one.words for one in told.advice)
    rows = {row[0]: row for row in near(told).rows}
    assert set(rows) == {"real halves (floor)", "photographs", "clean pictures", "naive degradation"}


def test_a_set_beside_itself_is_at_the_floor(places: tuple[Path, Path]) -> None:
    told = realism_of(places[1], places[1], **QUICK).comparison
    assert told.synthetic.auc.value < 0.75
    assert told.verdict == "too_few"
    assert told.synthetic.within == 1


def test_masks_are_compared_where_both_sides_have_some(found: Report) -> None:
    assert {gap.name for gap in found.comparison.masks} >= {"coverage", "diameter"}
    assert any(table.title == "Damage masks" for table in tables(found))


@pytest.mark.parametrize(
    ("what", "options", "said"),
    [
        ("photographs", {"explain": True}, "photographs is no recipe, so no step can be left out"),
        ("photographs", {"stratum": "film", "real": "old"}, "old has no subfolder 'film'; choose one of album"),
        ("photographs", {"stratum": "attic"}, "old_photographs has no stratum 'attic'"),
        ("photographs", {"photos": 0}, "photos is 0; give a whole number from 1"),
        ("photographs", {"photos": 3}, "the synthetic set has 3 independent photographs; give at least 5"),
    ],
)
def test_mistakes_are_told(places: tuple[Path, Path], what: str, options: dict[str, Any], said: str) -> None:
    given = {"photographs": places[0], "old": places[1]}
    options = {**options, **({"real": given[options["real"]]} if "real" in options else {})}
    with pytest.raises(RealismError, match=said):
        realism_of(given[what], **options, **QUICK)


# --- the command ------------------------------------------------------------------------------------------------------


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["realism", *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.long
def test_the_command_prints_tables_and_writes_the_page(places: tuple[Path, Path], tmp_path: Path) -> None:
    sets = ("--synthetic", places[0], "--real", places[1], "--photos", 6)
    code, out, err = run(*sets, "--out", tmp_path / "page")
    assert code == 0, err
    assert "6 against 10 photographs; it takes 20 on each side" in out
    assert "the synthetic set is smaller than the real one (6 against 10)" in out
    code, out, _ = run(*sets, "--json")
    assert json.loads(out) == json.loads((tmp_path / "page" / "report.json").read_text("utf-8"))


def test_the_command_says_what_the_report_says(found: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def measured(synthetic: str, real: str | None, **options: Any) -> Report:
        asked.update(options, synthetic=synthetic, real=real)
        return found

    monkeypatch.setattr("degrade.realism.report.realism_of", measured)
    code, out, err = run("--synthetic", "noisy", "--source", "p", "--explain", "--seed", 3, "--out", tmp_path / "page")
    assert code == 0, err
    assert (asked["synthetic"], asked["real"], asked["source"], asked["explain"], asked["seed"]) == (
        "noisy", None, "p", True, 3
    )  # fmt: skip
    for line in (*headlines(found), *(one.words for one in found.advice), *found.comparison.warnings):
        assert line in out
    assert all(table.title in out for table in tables(found))
    assert (tmp_path / "page" / "report.html").read_text("utf-8") == page(found)
    code, out, _ = run("--synthetic", "noisy", "--json")
    assert json.loads(out) == json.loads(found.to_json())


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "error: there is no picture in few; name a folder of jpg, png, webp, tiff or bmp files\n"),
        (3, "error: the real set has 3 independent photographs; give at least 5, better 50 or more\n"),
    ],
)
def test_too_little_is_one_line(
    places: tuple[Path, Path], tmp_path: Path, scenes: Scenes, count: int, said: str
) -> None:
    few = write(tmp_path / "few", scenes(count))
    code, out, err = run("--synthetic", places[0], "--real", few, "--photos", 6)
    assert (code, out) == (2, "")
    assert err == said


def test_a_file_is_no_folder_for_the_page(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("")
    code, _, err = run("--synthetic", tmp_path, "--out", tmp_path / "page")
    assert code == 1
    assert "is a file; name a folder, which is made where there is none" in err


def test_scans_with_a_colour_profile_are_compared(tmp_path: Path, scenes: Scenes, places: tuple[Path, Path]) -> None:
    from PIL import Image, ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (tmp_path / "scans").mkdir()
    for number, (key, picture) in enumerate(scenes(6, 50).items()):
        colour = Image.fromarray(np.repeat(picture[:, :, None], 3, axis=2))
        (colour.convert("CMYK") if number == 0 else colour).save(
            tmp_path / "scans" / f"{key}.tif", **({} if number == 0 else {"icc_profile": profile})
        )
    (tmp_path / "scans" / "torn.tif").write_bytes(b"II*\0 no picture")
    told = realism_of(places[0], tmp_path / "scans", photos=6, **QUICK)
    assert told.comparison.real == 6
    assert told.comparison.left_out["real"] == 1
    assert any("1 real pictures were left out" in warning for warning in told.comparison.warnings)


@pytest.mark.slow
def test_large_scans_take_bounded_memory(scenes: Scenes) -> None:
    """Beside the scan itself a worker needs at most eight bytes for each of its pixels."""
    import tracemalloc

    scan = np.repeat(cv2.resize(scenes(1)["p0000"], (5472, 3648))[:, :, None], 3, axis=2)
    features_of([scan[:600, :600].copy()], variants=())
    tracemalloc.start()
    features_of([scan], variants=())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * scan.shape[0] * scan.shape[1]
