"""Training from the Hub in place: batches of `degrade.open_pairs("hf://…", read=…)`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from degrade.shards import open_pairs
from tests.hub.server.app import HubServer
from tests.hub.transfer.conftest import NAME

pytestmark = pytest.mark.slow
Script = Callable[..., list[Any]]
OPENED = f"pairs = degrade.open_pairs('hf://datasets/{NAME}', read={{'members': ['clean', 'key']}})\n"


def test_a_batch_asks_once_a_pair(hub: HubServer, finished: Path, script: Script) -> None:
    script(f"degrade.push({str(finished)!r}, {NAME!r})")
    [length] = script(f"{OPENED}show(len(pairs))")
    opening = len(hub.asked("download"))
    [keys, sums] = script(
        f"{OPENED}batch = pairs.__getitems__([5, 0, 3])\n"
        "show([one['key'] for one in batch])\nshow([int(one['clean'].sum()) for one in batch])"
    )
    stored = open_pairs(finished)
    assert keys == [stored[number].key for number in (5, 0, 3)]
    assert sums == [int(stored[number].clean.sum()) for number in (5, 0, 3)]
    assert length == len(stored)
    assert len(hub.asked("download")) == 2 * opening + 3


@pytest.mark.parametrize("workers", [0, 2])
def test_torch_over_the_hub(hub: HubServer, finished: Path, script: Script, workers: int) -> None:
    pytest.importorskip("torch")
    script(f"degrade.push({str(finished)!r}, {NAME!r})")
    [keys] = script(
        f"{OPENED}import torch.utils.data\nfirst = pairs[0]\n"
        f"loader = torch.utils.data.DataLoader(pairs, batch_size=4, num_workers={workers})\n"
        "show([key for batch in loader for key in batch['key']])"
    )
    assert keys == list(open_pairs(finished).keys)
