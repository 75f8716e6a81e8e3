"""Harvested damage over photographs, from a tiny bank of drawn cut-outs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import degrade
from degrade.engine.damage import DamageClass
from degrade.engine.degradation import ParameterError
from degrade.engine.kernels import cutouts as kernels
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace
from degrade.ops.harvested import Harvested
from degrade.recipes import load_recipe
from degrade.recipes.check import check
from degrade.textures import bank
from degrade.textures.bank_files import index_of, write_bank
from degrade.textures.cutouts import Rate
from degrade.textures.errors import TextureError
from degrade.textures.source import SHARES

DUST, SCRATCH = DamageClass.DUST, DamageClass.SCRATCH
IMAGE = np.full((200, 300, 3), 0.5, np.float32)
PX_PER_MM = float(np.hypot(200, 300)) / 180


def tiny(
    folder: Path,
    *,
    scans: int = 6,
    each: int = 20,
    mean: float = 20.0,
    dark: bool = False,
    tint: tuple[float, float, float] = (1, 1, 1),
    clustering: float = 0.5,
) -> str:
    """A bank of squares of 5 px, and of two lines a scan, as fine as `IMAGE`."""
    rows: list[list[Any]] = []
    alphas = []
    for scan in range(scans):
        for number in range(each + 2):
            name, shape = ("dust", (5, 5)) if number < each else ("scratch", (3, 31))
            alphas.append(np.pad(np.full(shape, 255, np.uint8), 1))
            rows.append([scan, name, *alphas[-1].shape, PX_PER_MM, dark, 0.5, list(tint), 1.0, 1.0])
    index = index_of(
        rows=rows, scans=[{"group": scan} for scan in range(scans)], groups=[f"album {i}" for i in range(scans)],
        rates={DUST: Rate(mean, 5.0), SCRATCH: Rate(2.0, 5.0)}, area_mm2=149.77 * 99.85, clustering=clustering,
        licence="drawn", about={},
    )  # fmt: skip
    write_bank(folder, index, alphas, {})
    return str(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny(tmp_path_factory.mktemp("banks") / "tiny")


def op(folder: str, **fields: Any) -> Harvested:
    return Harvested(**{"bank": folder, "rate": 1, "strength": 1} | fields)


# --- what is laid -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("polarity", "sign"), [("own", 1), ("light", 1), ("dark", -1)])
def test_it_lightens_or_darkens_within_its_mask_alone(folder: str, polarity: str, sign: int) -> None:
    pair = op(folder, polarity=polarity).pair(IMAGE, key="a")
    change = pair.degraded - IMAGE
    assert (np.sign(change[change != 0]) == sign).all()
    assert (change[pair.mask == 0] == 0).all()
    assert set(np.unique(pair.classes)) <= {0, DUST, SCRATCH}
    full = pair.mask == 255
    assert full.any()
    assert np.abs(change[full]).min() == pytest.approx(0.25, abs=0.01)
    assert np.median(pair.loss[full]) == 128


def test_colours_take_their_own_shares(tmp_path: Path) -> None:
    brown = tiny(tmp_path / "brown", dark=True, tint=(0.5, 1, 2), mean=4)
    change = 0.5 - op(brown).pair(IMAGE, key="c").degraded
    deepest = change.reshape(-1, 3).max(axis=0)
    assert deepest[0] == pytest.approx(0.125, abs=0.07)
    assert deepest[2] == pytest.approx(0.5, abs=1e-3)
    gray = op(brown).pair(IMAGE[:, :, :1], key="c").degraded
    assert gray.min() < 0.3


def test_one_class_may_be_asked_for(folder: str) -> None:
    scratches = op(folder, classes="scratch", rate=3)
    seen = {int(code) for key in "abcd" for code in np.unique(scratches.pair(IMAGE, key=key).classes)}
    assert seen == {0, SCRATCH}
    assert scratches.damage_of(scratches.draw(Key())) is SCRATCH
    assert op(folder).damage_of(op(folder).draw(Key())) is DUST


def test_sizes_are_true_on_every_format(folder: str) -> None:
    def marked(format: str, **fields: Any) -> float:
        pairs = [op(folder, classes="dust", **fields).pair(IMAGE, key=key, format=format) for key in "abcdefgh"]
        areas = [one["area"] for pair in pairs for one in _instances((pair.mask >= 128) * pair.mask)]
        return float(np.median(areas))

    assert marked("print_10x15") == pytest.approx(25, rel=0.3)
    assert marked("print_10x15", scale=2) == pytest.approx(100, rel=0.3)
    # On a carte de visite a pixel is 0.58 times as long.
    assert marked("carte_de_visite") == pytest.approx(25 / (105 / 180) ** 2, rel=0.3)


def _instances(mask: Any) -> list[dict[str, Any]]:
    from degrade.engine.instances import found

    blank = np.zeros_like(mask)
    return found({"one": (mask, blank, blank)})


def test_counts_are_those_of_the_bank(folder: str) -> None:
    numbers = [len(_instances(op(folder, classes="dust").pair(IMAGE, key=str(key)).mask)) for key in range(60)]
    # Some lie on each other or beyond the edge, and no more than a split's own can be taken.
    assert 14 < np.mean(numbers) < 21
    assert np.var(numbers) > 1.5 * np.mean(numbers)
    assert op(folder, rate=0).pair(IMAGE, key="a").mask.max() == 0
    assert op(folder, strength=0).pair(IMAGE, key="a").mask.max() == 0


def test_what_may_not_turn_lies_as_it_did(folder: str) -> None:
    pair = op(folder, classes="scratch", rate=4, rotate=False).pair(IMAGE, key="b")
    boxes = [one["bbox"] for one in _instances(pair.mask)]
    assert boxes
    assert all(tall <= 8 for _, _, _, tall in boxes)


# --- which ones -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 7, 40])
def test_no_cutout_is_chosen_twice(count: int) -> None:
    pools = []
    for seed in range(50):
        pool = np.arange(40, dtype=np.int32)
        kernels.choose(pool, count, *Key(seed).pair())
        assert sorted(pool) == list(range(40))
        pools.append(pool[:count])
    if 0 < count < 40:
        assert len(np.unique(np.concatenate(pools))) > 25


@pytest.mark.parametrize("scans", [1, 2, 3, 6])
def test_no_cutout_is_in_two_splits(tmp_path: Path, scans: int) -> None:
    found = bank.cutouts(tiny(tmp_path / "bank", scans=scans))
    for damage in (DUST, SCRATCH):
        pools = [set(found.pool(split, damage).tolist()) for split in SHARES]
        assert sum(map(len, pools)) == len(set().union(*pools))
        assert len(set().union(*pools)) == np.count_nonzero(found.cutouts.classes == damage)
        assert pools[0]
    assert set(found.pool("valid", DUST)) == set(found.pool("val", DUST))
    assert set(found.pool("another", DUST)) == set(found.pool("test", DUST))


def test_a_photo_takes_the_cutouts_of_its_split(tmp_path: Path) -> None:
    # Each scan's cut-outs have an opacity of their own, by which they are known on the picture.
    path = Path(tiny(tmp_path / "bank", clustering=0))
    index = json.loads((path / "bank.json").read_text())
    for row in index["cutouts"]:
        row[6] = (row[0] + 1) / 10
    (path / "bank.json").write_text(json.dumps(index))
    found = bank.cutouts(str(path))
    for split in SHARES:
        with borrowed_workspace() as workspace:
            photo = Photo(IMAGE[:, :, :1], workspace)
            photo.split = split
            op(str(path), classes="dust").run(photo, Key(3))
            full = photo.mask == 255
            scans = set(np.rint((photo.pixels[:, :, 0][full] - 0.5) / 0.5 * 10).astype(int) - 1)
        own = set(found.cutouts.groups[found.pool(split, DUST)].tolist())
        assert scans
        assert scans <= own | {-1}


def test_things_gather_as_the_bank_says(tmp_path: Path) -> None:
    def fano(clustering: float) -> float:
        path = tiny(tmp_path / str(clustering), scans=1, each=900, mean=400, clustering=clustering)
        masks = [op(path, classes="dust", rate=0.4).pair(IMAGE, key=str(key)).mask for key in range(12)]
        cells = [(mask > 0).reshape(4, 50, 4, 75).mean(axis=(1, 3)) for mask in masks]
        return float(np.mean([np.var(cell) / np.mean(cell) for cell in cells]))

    assert fano(1.2) > 1.5 * fano(0)


# --- banks that are not there, damaged, or moved ----------------------------------------------------------------------


def test_a_missing_or_damaged_bank_is_one_line(tmp_path: Path) -> None:
    path = Path(tiny(tmp_path / "bank"))
    cases = {
        "no such bank": lambda: shutil.rmtree(path),
        "no bank.json in it": lambda: (path / "bank.json").unlink(),
        "no JSON": lambda: (path / "bank.json").write_text("{"),
        "of version 9": lambda: _change(path, bank=9),
        "no 'rates'": lambda: _change(path, rates=None),
        "holds": lambda: np.save(path / "cutouts.npy", np.zeros(7, np.uint8)),
        "cutouts.npy cannot be read": lambda: (path / "cutouts.npy").write_bytes(b"nothing"),
        "opacity": lambda: _change(path, cutouts=_with(path, 6, 2.0)),
        "no scan": lambda: _change(path, cutouts=_with(path, 0, -1)),
        "px_per_mm": lambda: _change(path, cutouts=_with(path, 4, 0.0)),
    }
    for number, (what, damage) in enumerate(cases.items()):
        shutil.rmtree(path, ignore_errors=True)
        tiny(path)
        damage()
        with pytest.raises(TextureError, match=what) as raised:
            op(str(path)).prepare()
        assert "\n" not in str(raised.value), number
        assert "harvest" in str(raised.value)


def _change(path: Path, **values: Any) -> None:
    index = json.loads((path / "bank.json").read_text()) | values
    (path / "bank.json").write_text(json.dumps({name: value for name, value in index.items() if value is not None}))


def _with(path: Path, column: int, value: Any) -> list[Any]:
    rows: list[Any] = json.loads((path / "bank.json").read_text())["cutouts"]
    rows[0][column] = value
    return rows


def test_the_contents_are_part_of_what_it_says_of_itself(tmp_path: Path) -> None:
    path = tiny(tmp_path / "bank")
    first = op(path).contents()
    assert list(first) == [path]
    public = op(path).without_places()
    assert public.to_data()["harvested"]["bank"] == f"bank#{first[path]}"
    assert np.array_equal(public(IMAGE, key="a"), op(path)(IMAGE, key="a"))
    tiny(tmp_path / "bank", dark=True)
    assert op(path).contents() != first
    assert Harvested().contents() == {}


def test_a_moved_bank_is_known_by_its_contents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tiny(tmp_path / "there" / "bank", mean=21)
    name = f"bank#{op(path).contents()[path]}"
    monkeypatch.chdir(tmp_path / "there")
    assert len(bank.cutouts(name).cutouts) == 6 * 22
    tiny(tmp_path / "there" / "bank", each=3)
    with pytest.raises(TextureError, match="has other contents"):
        bank.prepare_cutouts(name)


def test_a_bank_needs_a_name_and_the_checker_looks_for_it(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="expected a folder or sample"):
        Harvested(bank="")
    recipe = {"recipe": 1, "name": "one", "steps": ["target", {"harvested": {"bank": "./nowhere", "rate": 1}}]}
    assert any("nowhere" in remark.message for remark in check(load_recipe(recipe)))
    asked = {"bank": tiny(tmp_path / "bank"), "classes": "stain"}
    lacking = load_recipe(recipe | {"steps": ["target", {"harvested": asked}]})
    assert any("no stain" in remark.message for remark in check(lacking))


def test_a_build_of_it_is_the_same_with_any_number_of_workers(tmp_path: Path) -> None:
    path = tiny(tmp_path / "bank")
    steps = ["target", {"harvested": {"bank": path, "rate": 1}}]
    recipe = {"recipe": 1, "name": "one", "frame": {"size": 64}, "steps": steps}
    for workers in (1, 2):
        degrade.build(load_recipe(recipe), source="sample", out=tmp_path / f"out{workers}", limit=4, workers=workers)
    one, two = (sorted((tmp_path / f"out{n}").rglob("*.tar")) for n in (1, 2))
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in two]
    manifest = (tmp_path / "out1" / "manifest.json").read_text()
    assert str(tmp_path / "bank") not in manifest
    assert '"drawn"' in manifest
