from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from degrade.codecs import decode_png

Run = Callable[..., Result]
Error = Callable[..., str]


def test_preview_draws_a_sheet(run: Run, here: Path, recipe: str, photos: Path) -> None:
    result = run("preview", recipe, "--source", "photos", "--count", "2")
    assert result.exit_code == 0, result.stderr
    assert "the contact sheet is tiny_preview.png" in result.stderr
    assert result.stdout == ""
    first = (here / "tiny_preview.png").read_bytes()
    assert decode_png(first).shape[2] == 3
    assert run("preview", recipe, "--source", "photos", "--count", "2", "--out", "-").stdout_bytes == first
    steps = run("preview", recipe, "--source", "photos", "--count", "2", "--steps", "--out", "-").stdout_bytes
    assert decode_png(steps).shape[0] > decode_png(first).shape[0]


def test_preview_of_one_pair(run: Run, error: Error, recipe: str, photos: Path) -> None:
    own = [run("preview", recipe, "--source", "photos", "--key", key, "--out", "-") for key in ("p1", "p1/c1")]
    assert own[0].stdout_bytes != own[1].stdout_bytes
    assert "no copy 2" in error("preview", recipe, "--source", "photos", "--key", "p1/c2", code=2)
    assert "one of the keys is p" in error("preview", recipe, "--source", "photos", "--key", "zzz", code=2)


def test_preview_skips_what_is_no_photograph_and_says_so(run: Run, recipe: str, photos: Path) -> None:
    result = run("preview", recipe, "--source", "photos", "--count", "9")
    assert result.exit_code == 0
    assert "skipped text.png: " in result.stderr


def test_what_preview_refuses(error: Error, here: Path, recipe: str, photos: Path) -> None:
    (here / "empty").mkdir()
    assert "no photographs" in error("preview", recipe, "--source", "empty", code=2)
    assert "there is no source" in error("preview", recipe, "--source", "nowhere", code=2)
    assert "call it x.png" in error("preview", recipe, "--out", "x.jpg", code=2)
    assert "no folder" in error("preview", recipe, "--out", "no/x.png", code=1)
    assert "--count" in error("preview", recipe, "--count", "0", code=2)
    assert "name others by --source" in error("preview", recipe, "--source", "photos/text.png", code=1)
    assert "give a RECIPE" in error("preview", code=2)


# --- the page ---------------------------------------------------------------------------------------------------------


def test_a_page_is_written_instead_of_the_sheet_or_beside_it(run: Run, here: Path, recipe: str, photos: Path) -> None:
    result = run("preview", recipe, "--source", "photos", "--html", "a.html")
    assert result.exit_code == 0, result.stderr
    assert result.stderr.splitlines()[-1] == "the page is a.html"
    assert not list(here.glob("*.png"))
    assert run("preview", recipe, "--source", "photos", "--html", "b.html", "--out", "b.png").exit_code == 0
    assert decode_png((here / "b.png").read_bytes()).size
    assert (here / "a.html").read_bytes() == (here / "b.html").read_bytes()


def test_no_place_of_the_machine_is_on_the_page(run: Run, here: Path, recipe: str, photos: Path) -> None:
    text = (here / recipe).read_text()
    (here / recipe).write_text(text.replace("seed: 7", f"seed: 7\nsource: {photos}"))
    assert run("preview", recipe, "--html", "a.html", "--count", "1").exit_code == 0
    written = (here / "a.html").read_text("utf-8")
    assert str(here) not in written
    assert "salt_and_pepper: {amount: " in written


def test_what_a_page_is_refused_for(error: Error, here: Path, recipe: str) -> None:
    assert "call it x.html" in error("preview", recipe, "--html", "x.txt", code=2)
    assert "no folder" in error("preview", recipe, "--html", "no/x.html", code=1)
    assert sorted(path.name for path in here.iterdir()) == [recipe]


# --- the sweep --------------------------------------------------------------------------------------------------------


def test_a_sweep_is_a_sheet_and_a_page(run: Run, here: Path, photos: Path) -> None:
    result = run("preview", "--strength-sweep", "fade", "--source", "photos", "--key", "p1")
    assert result.exit_code == 0, result.stderr
    assert "the contact sheet is fade_amount_sweep.png" in result.stderr
    named = run("preview", "--strength-sweep", "fade.dmin", "--source", "photos", "--key", "p1", "--out", "-")
    assert named.stdout_bytes != (here / "fade_amount_sweep.png").read_bytes()
    assert run("preview", "--strength-sweep", "fade", "--source", "photos", "--html", "s.html").exit_code == 0
    written = (here / "s.html").read_text("utf-8")
    assert "<title>fade.amount</title>" in written
    assert written.count('<section class="pair"') == 6


def test_a_sweep_skips_what_is_no_photograph(run: Run, error: Error, photos: Path) -> None:
    for photo in photos.glob("*.jpg"):
        photo.write_bytes(b"")
    told = error("preview", "--strength-sweep", "fade", "--source", "photos", code=1)
    assert "name others by --source" in told


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--strength-sweep", "scartches"], "there is no op 'scartches': did you mean 'scratches'?"),
        (["--strength-sweep", "folds.sevrity"], "folds.sevrity: there is no such field: did you mean 'severity'?"),
        (["--strength-sweep", "folds.kind"], "folds.kind: no number that varies by default; these do: count, severity"),
        (["--strength-sweep", "grayscale"], "preview a recipe with this op instead"),
        (["--strength-sweep", "fade", "--steps"], "leave out --steps"),
        (["--strength-sweep", "fade", "--count", "2"], "leave out --count"),
        (["--strength-sweep", "fade", "--source", "photos", "--key", "p7"], "one of the keys is p"),
        (["tiny.yaml", "--strength-sweep", "fade"], "not both"),
    ],
)
def test_what_a_sweep_refuses(error: Error, photos: Path, recipe: str, args: list[str], told: str) -> None:
    assert told in error("preview", *args, code=2)
