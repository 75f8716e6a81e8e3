"""What is found in a folder with every defect."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import degrade
from degrade.codecs import encode_jpeg, encode_png
from degrade.corpus import CorpusError, assign_splits, open_corpus
from degrade.screening import FINDINGS, Screening, ScreeningError
from degrade.shards.errors import WriteError

Scene = Callable[..., np.ndarray]


def described(found: Screening) -> dict[str, list[str]]:
    """source -> its findings, each with the fact that matters most."""
    facts = ("reason", "of", "quality", "format", "height")
    described: dict[str, list[str]] = {}
    for finding in found.findings:
        fact = next((str(getattr(finding, name)) for name in facts if hasattr(finding, name)), "")
        described.setdefault(finding.source, []).append(f"{finding.kind} {fact}".strip())
    return described


def test_every_defect_is_found_and_nothing_else(album: Path, in_the_album: dict[str, list[str]]) -> None:
    found = degrade.screen(album, min_sharpness=0.1)
    assert described(found) == in_the_album
    assert found.ignored == {"hidden": 1, "not_a_picture": 1}
    assert found.photographs == 19
    assert list(found.counts) == [kind for kind in FINDINGS if kind in found.counts]
    assert sum(found.counts.values()) == len(found.findings)
    assert not found.ok


def test_sharpness_is_measured_on_request_alone(album: Path) -> None:
    assert "blurred" not in degrade.screen(album).counts


def test_what_a_build_would_reject_is_unusable_for_the_same_reason(album: Path, tmp_path: Path) -> None:
    recipe = {"recipe": 1, "name": "tiny", "steps": ["grayscale"], "frame": {"size": 64, "min_side": 1}}
    report = degrade.build(recipe, album, tmp_path / "out", workers=1)
    lines = (tmp_path / "out" / "rejects.jsonl").read_text().splitlines()
    rejects = {(line["source"], line["reason"], line["detail"]) for line in map(json.loads, lines)}
    found = degrade.screen(album, workers=1)
    unusable = {(f.source, f.reason, f.detail) for f in found.findings if f.kind == "unusable"}
    assert unusable == rejects
    assert report.rejected == found.counts["unusable"]


def test_the_same_report_whoever_looks(album: Path) -> None:
    alone = list(degrade.screen(album, workers=1, min_sharpness=0.1).events())
    assert list(degrade.screen(album, workers=3, min_sharpness=0.1).events()) == alone


def test_every_suffix_of_jpeg_2000_and_avif_is_right(tmp_path: Path, scene: Scene, saved: Callable[..., bytes]) -> None:
    for number, suffix in enumerate(("jp2", "j2k", "j2c", "jpf", "JPX")):
        (tmp_path / f"{number}.{suffix}").write_bytes(saved(scene(number), "JPEG2000"))
    (tmp_path / "5.avif").write_bytes(saved(scene(5), "AVIF"))
    (tmp_path / "6.jp2").write_bytes(saved(scene(6), "AVIF"))
    (tmp_path / "7.avif").write_bytes(saved(scene(7), "JPEG2000"))
    (tmp_path / "8.jp2").write_bytes(saved(scene(8), "JPEG2000", "CMYK"))
    expected = {"6.jp2": ["misnamed avif"], "7.avif": ["misnamed jp2"], "8.jp2": ["cmyk"]}
    assert described(degrade.screen(tmp_path, workers=1)) == expected


def test_findings_stand_in_byte_order(album: Path) -> None:
    sources = [finding.source.encode() for finding in degrade.screen(album).findings]
    assert sources == sorted(sources)


def test_the_first_in_byte_order_is_kept(tmp_path: Path, scene: Scene) -> None:
    for name in ("b.jpg", "a/z.jpg", "B.jpg", "ä.jpg", "a.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(encode_jpeg(scene(1), 90))
    found = degrade.screen(tmp_path)
    assert described(found) == {name: ["duplicate B.jpg"] for name in ("a.jpg", "a/z.jpg", "b.jpg", "ä.jpg")}


def test_pixels_in_another_file_are_near_duplicates(tmp_path: Path, scene: Scene) -> None:
    (tmp_path / "a.png").write_bytes(encode_png(scene(1), filtered=True))
    (tmp_path / "b.png").write_bytes(encode_png(scene(1), filtered=False))
    (finding,) = degrade.screen(tmp_path).findings
    assert (finding.kind, finding.to_data()["of"], finding.to_data()["distance"]) == ("near_duplicate", "a.png", 0)


def test_flat_pictures_resemble_nothing(tmp_path: Path) -> None:
    for code in (0, 3, 90, 255):
        picture = np.full((80, 90, 3), code, np.uint8)
        picture[:, :, 0] = 255 - code
        (tmp_path / f"{code}.png").write_bytes(encode_png(picture, filtered=True))
    assert degrade.screen(tmp_path).findings == ()


def test_limits_are_arguments(tmp_path: Path, scene: Scene) -> None:
    (tmp_path / "a.jpg").write_bytes(encode_jpeg(scene(1, 100, 120), 70))
    assert degrade.screen(tmp_path).findings == ()
    assert described(degrade.screen(tmp_path, min_side=101)) == {"a.jpg": ["too_small 100"]}
    assert described(degrade.screen(tmp_path, min_quality=71)) == {"a.jpg": ["compressed 70"]}


def test_notes_are_no_defects(tmp_path: Path, scene: Scene) -> None:
    (tmp_path / "a.png").write_bytes(encode_png(scene(1).astype(np.uint16) * 257, filtered=True))
    found = degrade.screen(tmp_path)
    assert found.counts == {"deep": 1}
    assert found.ok


def test_the_sample_photographs() -> None:
    found = degrade.screen()
    assert found.corpus == "sample"
    assert found.counts == {"compressed": 1}  # moon.png was a JPEG once


def test_any_kind_of_source_is_screened(tmp_path: Path, scene: Scene) -> None:
    (tmp_path / "photos").mkdir()
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        for name, quality in (("a.jpg", 90), ("b.jpg", 90), ("c.jpg", 80)):
            (tmp_path / "photos" / name).write_bytes(encode_jpeg(scene(1), quality))
            archive.writestr(name, encode_jpeg(scene(1), quality))
        archive.writestr("d.jpg", b"")
    (tmp_path / "sources.yaml").write_text("- {path: photos, name: one}\n- {path: more.zip, name: two}\n")
    of_archive = described(degrade.screen(tmp_path / "more.zip"))
    assert of_archive == {"b.jpg": ["duplicate a.jpg"], "c.jpg": ["near_duplicate a.jpg"], "d.jpg": ["unusable empty"]}
    assert described(degrade.screen(tmp_path / "sources.yaml")) == {
        "one/b.jpg": ["duplicate one/a.jpg"],
        "one/c.jpg": ["near_duplicate one/a.jpg"],
        "two/a.jpg": ["duplicate one/a.jpg"],
        "two/b.jpg": ["duplicate one/a.jpg"],
        "two/c.jpg": ["duplicate one/c.jpg"],
        "two/d.jpg": ["unusable empty"],
    }


def test_nothing_there_is_nothing_found(tmp_path: Path) -> None:
    assert degrade.screen(tmp_path) == Screening(tmp_path.name, 0, {}, ())
    assert degrade.screen(tmp_path, splits={"train": 0.5, "test": 0.5}).findings == ()


# --- splits -----------------------------------------------------------------------------------------------------------

SPLITS = {"train": 0.5, "val": 0.25, "test": 0.25}


@pytest.fixture
def twins(tmp_path: Path, scene: Scene) -> Path:
    """Twelve pictures, each there three times: as it is, the same bytes, and compressed more."""
    root = tmp_path / "twins"
    root.mkdir()
    for number in range(12):
        for name, quality in (("a", 90), ("b", 90), ("c", 75)):
            (root / f"{name}{number}.jpg").write_bytes(encode_jpeg(scene(number), quality))
    return root


def test_duplicates_in_two_splits_are_leaks(twins: Path) -> None:
    splits = {p.source: s for p, s in _splits_of(twins)}
    found = degrade.screen(twins, splits=SPLITS)
    data = [finding.to_data() for finding in found.findings]
    assert len(data) == 24
    for one in data:
        assert (one["split"], one["of_split"]) == (splits[one["source"]], splits[one["of"]])
        assert one["leak"] == (one["split"] != one["of_split"])
    assert 0 < len(found.leaks) < 24
    assert [finding.source for finding in found.leaks] == [one["source"] for one in data if one["leak"]]
    assert all("leak" in finding.words and splits[finding.source] in finding.words for finding in found.leaks)


def _splits_of(root: Path) -> list[tuple[Any, str]]:
    photographs = open_corpus(root).listing().photographs
    splits = assign_splits(photographs, SPLITS)
    return [(photograph, splits[photograph.key]) for photograph in photographs]


def test_a_near_duplicate_names_one_in_another_split_first(tmp_path: Path, scene: Scene) -> None:
    for number in range(12):
        (tmp_path / f"{number:02d}.jpg").write_bytes(encode_jpeg(scene(1), 70 + number))
    splits = {p.source: s for p, s in _splits_of(tmp_path)}
    found = {finding.source: finding.to_data() for finding in degrade.screen(tmp_path, splits=SPLITS).findings}
    names = sorted(splits)
    assert list(found) == names[1:]
    for place, name in enumerate(names[1:], 1):
        others = [before for before in names[:place] if splits[before] != splits[name]]
        assert found[name]["leak"] == bool(others)
        assert found[name]["of"] in (others or names[:place])


def test_a_recipe_gives_splits_and_the_least_side(twins: Path) -> None:
    recipe = {"recipe": 1, "name": "r", "steps": ["grayscale"], "output": {"splits": SPLITS}}
    assert degrade.screen(twins, recipe=recipe).leaks == degrade.screen(twins, splits=SPLITS).leaks != ()
    large = recipe | {"frame": {"size": 64, "min_side": 300}}
    assert degrade.screen(twins, recipe=large).counts["too_small"] == 36
    assert degrade.screen(twins, recipe=large, min_side=10).counts.get("too_small") is None


def test_without_splits_nothing_leaks(twins: Path) -> None:
    found = degrade.screen(twins)
    assert len(found.findings) == 24
    assert found.leaks == ()


def test_splits_that_the_source_imposes(tmp_path: Path, scene: Scene) -> None:
    for name, quality in (("test/a.jpg", 90), ("train/a.jpg", 90), ("train/b.jpg", 80), ("c.jpg", 70)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(encode_jpeg(scene(1), quality))
    source = {"path": str(tmp_path), "split_by": {"folder": 1}}
    data = {finding.source: finding.to_data() for finding in degrade.screen(source).findings}
    assert {name: (one["of"], one["leak"]) for name, one in data.items()} == {
        "test/a.jpg": ("c.jpg", False),
        "train/a.jpg": ("test/a.jpg", True),
        "train/b.jpg": ("test/a.jpg", True),
    }


def test_what_numbers_by_class_leave_over_leaks_nowhere(tmp_path: Path, scene: Scene) -> None:
    for number in range(9):
        (tmp_path / "cat").mkdir(exist_ok=True)
        (tmp_path / "cat" / f"{number}.jpg").write_bytes(encode_jpeg(scene(1), 70 + 2 * number))
    source = {"path": str(tmp_path), "class_by": {"folder": 1}}
    found = degrade.screen(source, splits={"train": {"cat": 2}, "test": {"cat": 2}})
    assert len(found.findings) == 8
    assert 0 < len(found.leaks) <= 3
    assert {one.to_data()["split"] for one in found.leaks} <= {"train", "test"}


# --- the report -------------------------------------------------------------------------------------------------------


def test_the_report_holds_everything(album: Path, tmp_path: Path) -> None:
    path = tmp_path / "reports" / "album.jsonl"
    found = degrade.screen(album, report=path)
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert lines == [json.loads(json.dumps(event)) for event in found.events()]
    assert [line["finding"] for line in lines[:-1]] == [finding.kind for finding in found.findings]
    assert lines[-1]["event"] == "done"
    assert lines[-1]["photographs"] == 19
    assert str(tmp_path) not in path.read_text("utf-8")


def test_a_report_that_cannot_be_written(album: Path) -> None:
    with pytest.raises(WriteError, match="cannot write"):
        degrade.screen(album, report=album / "good.jpg" / "report.jsonl")


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
def test_names_that_are_no_text(tmp_path: Path, scene: Scene) -> None:
    for name in (b"\xff.jpg", b"new\nline.jpg"):
        (tmp_path / os.fsdecode(name)).write_bytes(encode_jpeg(scene(1), 90))
    found = degrade.screen(tmp_path)
    assert described(found) == {"new\nline.jpg": ["duplicate \\xff.jpg"]}


# --- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"move": ["nonsense"]}, "unusable, duplicate"),
        ({"move": []}, "choose from"),
        ({"near": 16}, "0 to 15"),
        ({"near": True}, "0 to 15"),
        ({"min_quality": 101}, "0 to 100"),
        ({"min_side": -1}, "whole number from 0"),
        ({"min_sharpness": float("nan")}, "number from 0"),
        ({"max_blockiness": -1.0}, "number from 0"),
        ({"workers": 0}, "whole number from 1"),
    ],
)
def test_mistakes_in_arguments(album: Path, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ScreeningError, match=words) as caught:
        degrade.screen(album, **arguments)
    assert caught.value.exit_code == 2


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CorpusError):
        degrade.screen(tmp_path / "nowhere")
    (tmp_path / "a.jpg").write_bytes(b"")
    with pytest.raises(CorpusError, match="sum to"):
        degrade.screen(tmp_path, splits={"train": 0.5})
