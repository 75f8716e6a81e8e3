"""The textures of this package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from degrade.engine.damage import DamageClass
from degrade.engine.key import Key
from degrade.resources import shipped_names
from degrade.textures.shipped import GENERATORS, Generator, Shipped, declaration

NAMES = shipped_names("textures")
every_texture = pytest.mark.parametrize("name", NAMES)


def generator(name: str) -> Generator:
    declared = declaration(name)
    made: Generator = GENERATORS[declared.generator](**declared.parameters)
    return made


def test_the_three_are_there() -> None:
    assert set(NAMES) == {"dust", "paper", "scratches"}


@every_texture
def test_each_says_what_it_is_and_under_which_licence(name: str) -> None:
    declared = declaration(name)
    assert declared.texture == 1
    assert declared.about
    assert "generated here" in declared.licence
    assert declared.generator in GENERATORS
    assert declared.sheets >= 6
    assert declared.size_px % 24 == 0
    assert (declared.shows is None) == declared.tones
    assert declared.shows is None or declared.shows.upper() in DamageClass.__members__
    assert all(0 <= value <= 1 for value in declared.colour)


@every_texture
def test_a_sheet_depends_on_its_key_alone(name: str) -> None:
    made = generator(name)
    first, again, other = (made.render(240, 6.0, key) for key in (Key(1).at("a"), Key(1).at("a"), Key(1).at("b")))
    assert first.shape == (240, 240)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@every_texture
def test_a_sheet_goes_on_at_its_opposite_side(name: str) -> None:
    """No jump at the seam: neighbours across it differ as neighbours anywhere do."""
    sheets = [generator(name).render(240, 6.0, Key(3).at(i)).astype(int) for i in range(6)]
    across = np.mean(
        [np.abs(sheet[0] - sheet[-1]).mean() + np.abs(sheet[:, 0] - sheet[:, -1]).mean() for sheet in sheets]
    )
    within = np.mean([np.abs(np.diff(sheet, axis=axis)).mean(axis=1 - axis) for sheet in sheets for axis in (0, 1)], 0)
    assert across / 2 <= 1.5 * within.max()


def test_sheets_are_kept_on_disk_and_found_again(own_cache: Path) -> None:
    first = Shipped("scratches")
    sheet = first.sheet(first.names[0])
    files = list((own_cache / "textures").rglob("*.npy"))
    assert [file.stem for file in files] == [first.names[0]]
    assert files[0].stat().st_size < 5 << 20
    stamp = files[0].stat().st_mtime_ns
    again = Shipped("scratches").sheet(first.names[0])
    assert np.array_equal(sheet.levels[0][1], again.levels[0][1])
    assert files[0].stat().st_mtime_ns == stamp


def test_the_folder_in_the_cache_follows_the_parameters(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Shipped("dust").digest
    changed = declaration("dust")
    changed.parameters["clustering"] = 0.5
    monkeypatch.setattr("degrade.textures.shipped.declaration", lambda _: changed)
    assert Shipped("dust").digest != before
