"""Crops of photographs, and folders of real pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import degrade
from degrade.codecs import decode_png, encode_png
from degrade.train.errors import TrainError
from degrade.train.experiments.crops import Photographs
from degrade.train.experiments.plan import Crops
from degrade.train.experiments.real import RealPairs


def picture(number: int, side: int = 40, channels: int = 3) -> np.ndarray:
    down, across = np.mgrid[0:side, 0:side]
    planes = [(down * (number + 1 + c * 3) + across * 5) % 256 for c in range(channels)]
    return np.stack(planes, axis=2).astype(np.uint8)


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number in range(8):
        (folder / f"p{number}.png").write_bytes(
            encode_png(picture(number, channels=1 if number == 3 else 3), filtered=True)
        )
    (folder / "broken.png").write_bytes(b"no picture")
    (folder / "small.png").write_bytes(encode_png(picture(9, 10), filtered=True))
    return folder


def test_crops_of_a_photograph_are_in_one_split(photographs: Path, tmp_path: Path) -> None:
    crops = Crops(16, {"train": 20, "val": 3, "test": 5})
    source = Photographs([str(photographs)]).cut(crops, tmp_path / "crops")
    found = {split: sorted((tmp_path / "crops" / split).rglob("*.png")) for split in crops.splits}
    assert {split: len(paths) for split, paths in found.items()} == crops.splits
    homes = {split: {path.parent.name for path in paths} for split, paths in found.items()}
    assert not homes["train"] & homes["val"] | homes["train"] & homes["test"] | homes["val"] & homes["test"]
    assert len(set().union(*homes.values())) == 7  # without the gray, the broken and the small one
    for path in found["train"]:
        assert decode_png(path.read_bytes()).shape == (16, 16, 3)
    listing = degrade.open_corpus(source).listing()
    assert {each.split for each in listing.photographs} == set(crops.splits)
    assert len({each.group for each in listing.photographs}) == 7


def test_crops_are_the_same_again(photographs: Path, tmp_path: Path) -> None:
    crops = Crops(16, {"train": 6, "val": 2, "test": 2}, coloured=False)
    both = []
    for name in ("one", "other"):
        Photographs([str(photographs)]).cut(crops, tmp_path / name)
        both.append({path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.png")})
    assert both[0] == both[1]
    assert len(set(both[0].values())) == 10


def test_too_few_photographs(photographs: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainError, match=r"0 of 10 photographs can be used, in colour; name more by --source"):
        Photographs([str(photographs)]).cut(Crops(64, {"train": 1, "val": 1, "test": 1}), tmp_path / "crops")


def written(path: Path, array: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_png(array, filtered=True))


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """A film of two frames with masks, beside a scan in two folders."""
    folder = tmp_path / "real"
    for number in (10, 11):
        clean = picture(number, 32)
        damaged, mask, valid = clean.copy(), np.zeros((32, 32, 1), np.uint8), np.full((32, 32, 1), 255, np.uint8)
        damaged[4:8, 4:8], mask[4:8, 4:8] = 255 - damaged[4:8, 4:8], 255
        damaged[28:], valid[28:] = 0, 0
        for word, array in (("damaged", damaged), ("ref", clean), ("defect", mask), ("valid", valid)):
            written(folder / "film" / f"reel_{number}_{word}.png", array)
    written(folder / "damaged" / "scan.png", picture(1, 24, 1))
    written(folder / "restored" / "scan.png", picture(1, 24, 1))
    written(folder / "alone_damaged.png", picture(1, 24, 1))
    return folder


def test_real_pairs_are_found_in_both_ways(real: Path) -> None:
    pairs = RealPairs(real)
    assert [pair.name for pair in pairs.pairs] == ["./scan", "film/reel_10", "film/reel_11"]
    assert pairs.sources == ["./scan", "film/reel", "film/reel"]


def test_real_pairs_are_judged_where_they_are_valid(real: Path) -> None:
    found = RealPairs(real).untouched()
    assert found["whole psnr"][0] == 100
    assert np.isnan(found["inside psnr"][0])
    assert found["inside psnr"][1] < found["whole psnr"][1] < 40
    assert found["ring psnr"][1] == found["outside psnr"][1] == 100  # what is not valid is not judged
    assert found["share"][1] == pytest.approx(16 / (28 * 32))
    assert found["inside ssim"][1] < found["outside ssim"][1] <= 1


def test_the_worst_part_of_a_real_pair(real: Path) -> None:
    pairs = RealPairs(real, 8)
    worst = [pairs._read(pair, "gray") for pair in pairs.pairs]
    assert [each.damaged.shape for each in worst] == [(8, 8, 1)] * 3
    assert worst[1].mask is not None
    assert (worst[1].mask > 0).sum() == 16
    assert pairs.digest != RealPairs(real).digest
    whole = RealPairs(real, 1000)
    assert whole._read(whole.pairs[1], "rgb").damaged.shape == (32, 32, 3)


def test_what_is_wrong_with_real_pairs(real: Path, tmp_path: Path) -> None:
    written(real / "film" / "reel_10_ref.png", picture(1, 31))
    with pytest.raises(TrainError, match=r"film/reel_10 does not match.*make both of one size"):
        RealPairs(real).untouched()
    (real / "film" / "reel_10_ref.png").write_bytes(b"no picture")
    with pytest.raises(TrainError, match=r"reel_10_ref.png cannot be read"):
        RealPairs(real).untouched()
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainError, match=r"has no real pairs; it must hold NAME_damaged.png"):
        RealPairs(tmp_path / "empty")
