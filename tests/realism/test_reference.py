"""The reference that comes with the package, and how one is made."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from degrade.codecs import encode_jpeg
from degrade.realism import FeatureTable, RealismError, features_of
from degrade.realism.features.picture import VARIANTS
from degrade.realism.features.vectors import FEATURES
from degrade.realism.reference import Reference, shipped_reference
from degrade.realism.reference.making import hashed, make_reference, read_strata

Scenes = Callable[..., dict[str, np.ndarray]]
ROOT = Path(__file__).resolve().parents[2]


def test_the_shipped_one_has_numbers_and_no_names() -> None:
    found = shipped_reference()
    table = found.table
    assert len(table) >= 100
    assert table.values.shape == (len(table), len(FEATURES))
    assert set(table.variants) == set(VARIANTS)
    assert table.patches is not None
    assert np.isfinite(table.patches.values).all()
    assert all(re.fullmatch(r"[0-9a-f]{12}", name) for name in (*table.keys, *table.groups, *table.sources))
    assert len(set(table.keys)) == len(table)
    assert len(set(table.sources)) >= 8
    assert table.left_out == ()
    assert set(found.strata) == {"prints", "plates", "film", "colour", "damaged"}
    assert all(set(keys) <= set(table.keys) for keys in found.strata.values())
    assert "/" not in found.about
    assert found.lost > 0


def test_it_is_small() -> None:
    folder = ROOT / "degrade/realism/reference"
    assert sum(path.stat().st_size for path in folder.glob("old_photographs.*")) < 1 << 20


def test_a_stratum_can_be_taken() -> None:
    found = shipped_reference()
    film = found.of("film")
    assert film.keys == tuple(key for key in found.table.keys if key in found.strata["film"])
    with pytest.raises(RealismError, match=r"has no stratum 'glass'; choose one of prints \(48\), plates"):
        found.of("glass")


def test_one_is_made_by_its_script_and_kept(tmp_path: Path, scenes: Scenes) -> None:
    for number, (key, picture) in enumerate(scenes(3).items()):
        place = tmp_path / "real" / ("album" if number else "box")
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{key}.jpg").write_bytes(encode_jpeg(picture[:, :, None], 95))
    strata = tmp_path / "strata.yaml"
    strata.write_text("about: an album\n  of mine\nstrata: {album: ['album/*'], all: ['*']}\n")
    out = tmp_path / "mine.npz"
    command = [sys.executable, "-m", "degrade.realism.reference", "--real", tmp_path / "real", "--strata", strata]
    subprocess.run([*map(str, command), "--out", str(out)], cwd=ROOT, check=True, capture_output=True)
    kept, again = Reference.load(out), make_reference(tmp_path / "real", "mine", strata={"album": ["album/*"]})
    assert kept.table.values.tobytes() == again.table.values.tobytes()
    assert kept.table.keys == again.table.keys
    assert kept.strata["album"] == again.strata["album"] == tuple(hashed(f"album/p000{n}") for n in (1, 2))
    assert (kept.about, kept.lost, len(kept.of("all"))) == ("an album of mine", 0, 3)
    assert kept.table.patches is not None
    assert again.table.patches is not None
    assert np.abs(kept.table.patches.values - again.table.patches.values).max() < 0.05
    assert b"album/p" not in out.read_bytes() + out.with_suffix(".json").read_bytes()
    again.save(tmp_path / "twice.npz")
    again.save(tmp_path / "thrice.npz")
    assert (tmp_path / "twice.npz").read_bytes() == (tmp_path / "thrice.npz").read_bytes()


def test_mistakes_are_told(tmp_path: Path, scenes: Scenes) -> None:
    with pytest.raises(RealismError, match="no photograph is in the stratum film"):
        make_reference(scenes(1), "mine", strata={"film": ["film/*"]})
    for text in ("strata: 3", "strata: {a: b}", "[1", "- x"):
        (tmp_path / "strata.yaml").write_text(text)
        with pytest.raises(RealismError, match="give about: TEXT and strata"):
            read_strata(tmp_path / "strata.yaml")
    features_of(scenes(1), variants=()).save(tmp_path / "t.npz")
    assert Reference.load(tmp_path / "t.npz").strata == {}
    (tmp_path / "t.json").write_text(json.dumps({"about": ""}))
    with pytest.raises(RealismError, match=r"t.json tells nothing of t.npz; make both again"):
        Reference.load(tmp_path / "t.npz")


def test_a_table_keeps_its_patches_where_that_is_asked_for(tmp_path: Path, scenes: Scenes) -> None:
    table = features_of(scenes(2), variants=())
    table.save(tmp_path / "with.npz", patches=True)
    kept = FeatureTable.load(tmp_path / "with.npz").patches
    assert table.patches is not None
    assert kept is not None
    assert np.array_equal(kept.photo, table.patches.photo)
    assert np.abs(kept.content - table.patches.content).max() < 0.1
