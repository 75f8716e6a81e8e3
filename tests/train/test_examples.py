from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import degrade  # noqa: E402
from degrade.codecs import encode_png  # noqa: E402
from degrade.train import SettingsError, TrainError  # noqa: E402
from degrade.train.batches import Batches, Order  # noqa: E402
from degrade.train.distributed import Ranks  # noqa: E402
from degrade.train.examples import open_data  # noqa: E402
from degrade.train.settings import Settings  # noqa: E402
from tests.train.conftest import RECIPE, write_photographs  # noqa: E402

CPU = torch.device("cpu")
Make = Callable[..., dict[str, Any]]


def keys(order: Order, epoch: int, start: int = 0) -> list[list[int]]:
    order.epoch, order.start = epoch, start
    return [[place for _, place in batch] for batch in order]


# --- order ------------------------------------------------------------------------------------------------------------


def test_an_epoch_has_each_pair_once_at_most_and_another_order() -> None:
    order = Order(23, 4, Ranks(0, 1, CPU), seed=1, shuffle=True)
    first, second = keys(order, 0), keys(order, 1)
    assert [len(batch) for batch in first] == [4] * 5 == [4] * len(order)
    assert len(set(sum(first, []))) == 20  # noqa: RUF017 - short lists
    assert first != second
    assert keys(order, 0) == first
    assert keys(order, 0, start=3) == first[3:]
    assert keys(Order(23, 4, Ranks(0, 1, CPU), seed=2, shuffle=True), 0) != first


def test_ranks_share_the_batches_of_one_process() -> None:
    whole = keys(Order(50, 8, Ranks(0, 1, CPU), seed=1, shuffle=True), 3)
    shares = [keys(Order(50, 4, Ranks(rank, 2, CPU), seed=1, shuffle=True), 3) for rank in (0, 1)]
    assert [sorted(a + b) for a, b in zip(*shares, strict=True)] == [sorted(batch) for batch in whole]


def test_what_judges_is_complete_and_in_order() -> None:
    for world in (1, 3):
        shares = [keys(Order(23, 4, Ranks(rank, world, CPU), seed=1, shuffle=False), 9) for rank in range(world)]
        assert sorted(place for share in shares for batch in share for place in batch) == list(range(23))
    assert keys(Order(5, 2, Ranks(0, 1, CPU), seed=1, shuffle=False), 0) == [[0, 1], [2, 3], [4]]


def test_fewer_pairs_than_a_batch_are_one_batch() -> None:
    assert [sorted(batch) for batch in keys(Order(3, 16, Ranks(0, 1, CPU), seed=1, shuffle=True), 0)] == [[0, 1, 2]]


# --- pairs ------------------------------------------------------------------------------------------------------------


def test_pairs_are_those_of_the_build(settings: Make, pairs: Path) -> None:
    data = open_data(Settings.of(settings()), needs_mask=True)
    stored = degrade.open_pairs(pairs, split="train")
    for number in (0, 7, 23):
        item = data.train[0, number]
        read = degrade.as_arrays(stored[number], dtype="float32")
        assert item["key"] == stored[number].key
        for name in ("clean", "degraded", "mask"):
            assert np.array_equal(item[name], read[name])
    assert (data.channels, data.side, len(data.train), len(data.validation)) == (3, (16, 16), 24, 8)


def test_crops_and_mirrors_hang_on_epoch_and_key_alone(settings: Make) -> None:
    data = open_data(Settings.of(settings(crop=8, flip=True)), needs_mask=True)
    whole = open_data(Settings.of(settings()), needs_mask=True)
    seen = set()
    for epoch in range(8):
        item, uncut = data.train[epoch, 5], whole.train[0, 5]
        again = open_data(Settings.of(settings(crop=8, flip=True)), needs_mask=True).train[epoch, 5]
        assert all(np.array_equal(item[name], again[name]) for name in ("clean", "degraded", "mask"))
        seen.add(place_of(item, uncut))
    assert len({(top, left) for top, left, _ in seen}) > 3
    assert {mirrored for *_, mirrored in seen} == {True, False}


def place_of(item: dict[str, Any], uncut: dict[str, Any]) -> tuple[int, int, bool]:
    """Where the crop lies; all members are cut alike."""
    found = [
        (top, left, mirrored)
        for mirrored in (False, True)
        for top in range(9)
        for left in range(9)
        if all(
            np.array_equal(item[name][:, :: -1 if mirrored else 1], uncut[name][top : top + 8, left : left + 8])
            for name in ("clean", "degraded", "mask")
        )
    ]
    assert len(found) == 1
    return found[0]


def test_what_judges_is_never_varied(settings: Make) -> None:
    data = open_data(Settings.of(settings(crop=8, flip=True)), needs_mask=False)
    whole = open_data(Settings.of(settings()), needs_mask=False)
    for epoch in (0, 3):
        assert np.array_equal(data.validation[epoch, 2]["clean"], whole.validation[0, 2]["clean"][4:12, 4:12])


def test_a_crop_larger_than_the_pictures(settings: Make) -> None:
    with pytest.raises(TrainError, match="16 × 16 px, fewer than the crop 24; choose a smaller crop"):
        open_data(Settings.of(settings(crop=24)), needs_mask=False)


@pytest.mark.parametrize(("sides", "expected"), [((72, 96), 72), ((150, 160), 128)])
def test_pictures_of_different_sizes_are_cut_to_squares_that_fit(
    tmp_path: Path, settings: Make, sides: tuple[int, int], expected: int
) -> None:
    for number, side in enumerate(sides * 5):
        picture = np.full((side, side + 8, 3), 20 * number + 20, np.uint8)
        (tmp_path / f"{number}.png").write_bytes(encode_png(picture, filtered=True))
    recipe = {name: part for name, part in RECIPE.items() if name not in ("frame", "output")}
    degrade.build(degrade.load_recipe(recipe), source=tmp_path, out=tmp_path / "out", engine="threads", workers=1)
    data = open_data(Settings.of(settings(data=str(tmp_path / "out"), holdout=0.5)), needs_mask=False)
    assert data.side == (expected, expected)
    assert any(f"{expected} px" in note for note in data.notes)
    whole = open_data(Settings.of(settings(data=str(tmp_path / "out"), holdout=0.5, size=32)), needs_mask=False)
    assert whole.side == (32, 32)
    assert not whole.notes
    if expected == 128:
        made = settings(data=None, recipe=recipe, source=str(tmp_path), holdout=0.5)
        assert open_data(Settings.of(made), needs_mask=False).side == (128, 128)


@pytest.mark.parametrize(("side", "expected"), [(256, 256), (264, 128)])
def test_large_pictures_are_cut_to_squares(tmp_path: Path, settings: Make, side: int, expected: int) -> None:
    write_photographs(tmp_path, 12)
    recipe = RECIPE | {"frame": {"size": side, "min_side": 8}, "output": {"splits": {"train": 8, "val": 4}}}
    made = settings(data=None, recipe=recipe, source=str(tmp_path))
    assert open_data(Settings.of(made), needs_mask=False).side == (expected, expected)
    assert open_data(Settings.of(made | {"size": side}), needs_mask=False).side == (side, side)


def test_a_limit_is_nested(settings: Make) -> None:
    def learnt(limit: int) -> set[str]:
        data = open_data(Settings.of(settings(limit=limit)), needs_mask=False)
        assert len(data.train) == limit
        assert len(data.validation) == 8
        return {data.train[0, place]["key"] for place in range(limit)}

    assert learnt(5) < learnt(12) < learnt(20)


def test_photographs_are_held_back_where_there_is_no_validation_split(
    settings: Make, photographs: Path, recipe: dict[str, Any], tmp_path: Path
) -> None:
    """Whole photographs, with all their copies."""
    alone = recipe | {"output": {"copies": 3, "image": "png"}}
    degrade.build(degrade.load_recipe(alone), source=photographs, out=tmp_path / "o", engine="threads", workers=1)
    stored = Settings.of(settings(data=str(tmp_path / "o"), holdout=0.25))
    made = Settings.of(settings(data=None, recipe=alone, source=str(photographs), holdout=0.25))
    for chosen in (stored, made):
        data = open_data(chosen, needs_mask=False)
        learnt, judged = (
            {part[0, place]["key"].split("/")[0] for place in range(len(part))}
            for part in (data.train, data.validation)
        )
        assert not learnt & judged
        assert len(learnt | judged) == 32
        assert len(data.train) == 3 * len(learnt)
        assert 1 <= len(judged) <= 16
        assert "0.25 of the photographs" in data.facts["held_back"]


def test_no_such_split(settings: Make) -> None:
    with pytest.raises(degrade.DegradeError, match="no split 'learn'"):
        open_data(Settings.of(settings(train_split="learn")), needs_mask=False)


def test_a_smaller_degraded_picture_is_enlarged(
    settings: Make, photographs: Path, recipe: dict[str, Any], tmp_path: Path
) -> None:
    small = recipe | {"output": recipe["output"] | {"scale": 2}}
    degrade.build(degrade.load_recipe(small), source=photographs, out=tmp_path / "o", engine="threads", workers=1)
    item = open_data(Settings.of(settings(data=str(tmp_path / "o"))), needs_mask=False).train[0, 0]
    assert item["degraded"].shape == item["clean"].shape == (16, 16, 3)


def test_the_cache_gives_the_same_and_keeps_to_its_size(settings: Make) -> None:
    kept = open_data(Settings.of(settings(cache_mb=1)), needs_mask=False).train
    free = open_data(Settings.of(settings(cache_mb=0)), needs_mask=False).train
    kept.cache_bytes = 4000
    for _ in range(2):
        for place in range(len(kept)):
            assert np.array_equal(kept[0, place]["degraded"], free[0, place]["degraded"])
    assert 0 < len(kept._kept) < 5
    assert not free._kept


def test_damage_on_the_fly_is_new_in_each_epoch(settings: Make, photographs: Path, recipe: dict[str, Any]) -> None:
    chosen = Settings.of(settings(data=None, recipe=recipe, source=str(photographs)))
    data = open_data(chosen, needs_mask=False)
    ranks = Ranks(0, 1, CPU)
    learnt = Batches(data.train, 24, "rgb", ranks, shuffle=False, workers=0)
    judged = Batches(data.validation, 8, "rgb", ranks, shuffle=False, workers=0)
    first, second = (next(learnt.epoch(epoch)) for epoch in (0, 1))
    assert first.keys == second.keys
    assert torch.equal(first.clean, second.clean)
    assert not torch.equal(first.degraded, second.degraded)
    assert torch.equal(next(judged.epoch(0)).degraded, next(judged.epoch(1)).degraded)


@pytest.mark.parametrize(("mode", "channels"), [("gray", (1, 1)), ("rgb", (3, 3)), ("lab", (1, 2))])
def test_batches_by_mode(settings: Make, mode: str, channels: tuple[int, int]) -> None:
    data = open_data(Settings.of(settings()), needs_mask=False)
    batch = next(Batches(data.train, 4, mode, Ranks(0, 1, CPU), shuffle=True, workers=0).epoch(0))
    assert batch.degraded.shape == (4, channels[0], 16, 16)
    assert batch.clean.shape == (4, channels[1], 16, 16)
    assert batch.mask is not None
    assert batch.mask.shape == (4, 1, 16, 16)
    assert batch.degraded.dtype == torch.float32


def test_mistakes_of_settings_reach_the_caller() -> None:
    with pytest.raises(SettingsError, match="either `data`"):
        Settings.of({})
