"""Which pictures of which domain come together."""

from __future__ import annotations

import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import degrade  # noqa: E402
from degrade.train import TrainError  # noqa: E402
from degrade.train.domains import CLEAN, PAIRED, REAL, domains_of  # noqa: E402
from degrade.train.examples import open_data  # noqa: E402
from degrade.train.settings import Settings  # noqa: E402
from degrade.train.unpaired import Unpaired  # noqa: E402


def opened(data: Path, real: float | None = 0.5, **more: Any) -> Unpaired:
    found = open_data(Settings.of({"data": str(data), **more}), False, True, real).train
    assert isinstance(found, Unpaired)
    return found


def drawn(examples: Unpaired, count: int, seed: int = 1) -> list[Any]:
    return examples.addresses(count, 3, torch.Generator().manual_seed(seed))


def test_stored_and_made_pairs_tell_their_domains_alike(
    three_domains: Path, sources: list[dict[str, Any]], domains_recipe: dict[str, Any]
) -> None:
    stored = degrade.open_pairs(three_domains, "train")
    made = degrade.Pairs(degrade.load_recipe(domains_recipe), sources, split="train")
    assert list(stored.keys) == list(made.keys)
    assert list(stored.domains) == list(made.domains) == [pair.row["domain"] for pair in stored]
    codes = domains_of(stored)
    assert set(codes.tolist()) == {PAIRED, REAL, CLEAN}
    assert codes.tolist() == domains_of(made).tolist()


def test_sides_have_the_domains_that_they_may(three_domains: Path) -> None:
    examples = opened(three_domains)
    for _, one, other in drawn(examples, 500):
        assert examples.domains[one] in (PAIRED, REAL)
        assert examples.domains[other] in (PAIRED, CLEAN)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 1.0])
def test_the_share_of_real_photographs(three_domains: Path, share: float) -> None:
    examples = opened(three_domains, share)
    real = [examples.domains[one] == REAL for _, one, _ in drawn(examples, 4000)]
    assert np.mean(real) == pytest.approx(share, abs=0.03)


def test_without_a_share_all_come_alike_each_once_a_round(three_domains: Path) -> None:
    examples = opened(three_domains, None)
    side = examples.side(PAIRED, REAL)
    counted = Counter(one for _, one, _ in drawn(examples, 3 * len(side)))
    assert counted == dict.fromkeys(side.tolist(), 3)


def test_pictures_do_not_belong_together(three_domains: Path) -> None:
    examples = opened(three_domains, None)
    assert sum(one == other for _, one, other in drawn(examples, 1000)) < 200
    assert drawn(examples, 100) == drawn(examples, 100)
    assert drawn(examples, 100) != drawn(examples, 100, seed=2)


def test_an_item_is_the_degraded_side_of_one_and_the_clean_side_of_another(three_domains: Path) -> None:
    examples = opened(three_domains)
    one, other = int(examples.side(REAL)[0]), int(examples.side(PAIRED)[0])
    item = examples[0, one, other]
    assert isinstance(item, dict)
    pairs = degrade.open_pairs(three_domains, "train")
    ours, theirs = (degrade.as_arrays(pairs[number], dtype="float32") for number in (one, other))
    assert np.array_equal(item["degraded"], ours["degraded"])
    assert np.array_equal(item["clean"], theirs["clean"])
    assert (item["key"], item["real"]) == (pairs[one].key, True)
    again = pickle.loads(pickle.dumps(examples))[0, one, other]
    assert np.array_equal(again["degraded"], item["degraded"])


def test_paired_training_and_judging_leave_out_what_has_no_target(three_domains: Path) -> None:
    data = open_data(Settings.of({"data": str(three_domains)}), False)
    for examples in (data.train, data.validation):
        rows = [examples.pairs[int(number)].row for number in examples.numbers]
        assert {row["domain"] for row in rows} == {"synthetic"}
    alone = data.facts["domains"]["real"] + data.facts["domains"]["clean"]
    assert data.notes == [f"left out {alone} pictures of the domains real and clean: they have no target to learn from"]


def test_a_side_without_pictures(sources: list[dict[str, Any]], tmp_path: Path, domains_recipe: dict[str, Any]) -> None:
    only = [sources[0]]
    degrade.build(degrade.load_recipe(domains_recipe), source=only, out=tmp_path / "out", engine="threads", workers=1)
    with pytest.raises(TrainError, match=r"no pairs with a target to be judged by"):
        opened(tmp_path / "out")
    with pytest.raises(TrainError, match=r"no clean pictures to learn from; give it pairs, or .* domain clean"):
        Unpaired(
            degrade.open_pairs(tmp_path / "out"), np.arange(2), ("clean",), True, domains=np.full(2, REAL, np.uint8)
        )


def test_there_may_be_no_real_photographs(one_domain: Path) -> None:
    data = open_data(Settings.of({"data": str(one_domain)}), False, True, 0.5)
    assert data.notes == ["there are no pictures of the domain real: all degraded ones are synthetic"]
    assert isinstance(data.train, Unpaired)
    assert {int(data.train.domains[one]) for _, one, _ in drawn(data.train, 50)} == {PAIRED}
