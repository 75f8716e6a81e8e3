from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from degrade.train import Restorer, TrainError, create_model
from degrade.train.self_ensemble import ORIENTATIONS, agreed, oriented, upright

torch = pytest.importorskip("torch")
nn: Any = torch.nn


def picture(height: int = 48, width: int = 32, channels: int = 1) -> np.ndarray:
    return np.random.default_rng(3).random((height, width, channels), dtype=np.float32)


def network(mode: str = "gray") -> Any:
    made = create_model("unet", size="tiny", mode=mode, seed=2)
    with torch.no_grad():
        made.head.weight.mul_(10)
    return made


class Down(nn.Module):  # type: ignore[misc]
    """Adds what is brighter above a pixel than it is: it knows up from down."""

    multiple, in_channels = 1, 1

    def forward(self, given: Any) -> Any:
        above = nn.functional.pad(given, (0, 0, 1, 0), mode="replicate")[:, :, :-1]
        return given + (above - given).clamp(min=0)


def test_orientations_are_all_and_turn_back() -> None:
    given = picture(5, 3, 2)
    turned = list(oriented(given))
    assert len({each.tobytes() + bytes(each.shape) for each in turned}) == ORIENTATIONS
    assert turned[0].tobytes() == given.tobytes()
    assert (upright(turned) == given).all()


@pytest.mark.parametrize("way", ["mean", "agreed"])
@pytest.mark.parametrize("mode", ["gray", "rgb"])
def test_a_turned_picture_is_restored_the_same_but_turned(way: Any, mode: str) -> None:
    restorer = Restorer(network(mode), mode, device="cpu", self_ensemble=way)
    given = picture(channels=1 if mode == "gray" else 3)
    expected = oriented(restorer(given))
    for turned, restored in zip(oriented(given), expected, strict=True):
        assert restorer(turned) == pytest.approx(restored, abs=1e-5)
    assert np.abs(restorer(given) - Restorer(network(mode), mode, device="cpu")(given)).max() > 1e-3


def test_only_what_most_orientations_change_is_changed() -> None:
    given = picture()
    plain, mean, some = (Restorer(Down(), "gray", device="cpu", self_ensemble=way)(given) for way in WAYS)
    assert np.abs(plain - given).max() > 0.1
    assert np.abs(mean - given).max() > 0.1
    everywhere = np.stack([np.roll(given, 1, 0), np.roll(given, -1, 0), np.roll(given, 1, 1), np.roll(given, -1, 1)])
    inside = np.s_[1:-1, 1:-1]
    brighter = np.sort(np.maximum(everywhere - given, 0), axis=0)[1]  # each neighbour is above in two orientations
    assert some[inside] == pytest.approx((given + brighter)[inside], abs=1e-6)


WAYS: tuple[Any, ...] = ("off", "mean", "agreed")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ([0.3] * 6 + [-0.9] * 2, 0.3),
        ([0.3] * 5 + [0.0] * 3, 0.0),
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], 0.3),
        ([-0.1, -0.2, -0.3, -0.4, -0.5, -0.6, 0.7, 0.8], -0.1),
        ([0.2] * 4 + [-0.2] * 4, 0.0),
    ],
)
def test_what_six_agree_upon(changes: list[float], found: float) -> None:
    given = np.full((2, 2, 1), 0.5, np.float32)
    restored = np.stack([given + np.float32(change) for change in changes])
    for order in (restored, restored[::-1]):
        assert agreed(given, order) == pytest.approx(given + found, abs=1e-6)


@pytest.mark.parametrize("way", ["mean", "agreed"])
def test_what_a_network_leaves_alone_stays(way: Any) -> None:
    given = picture(70, 50)
    restorer = Restorer(nn.Identity(), "gray", device="cpu", self_ensemble=way, tile_px=64, overlap_px=16)
    assert restorer(given) == pytest.approx(given, abs=1e-6)


@pytest.mark.parametrize("mode", ["gray", "rgb", "lab"])
def test_any_size_in_every_mode(mode: str) -> None:
    restorer = Restorer(network(mode) if mode != "lab" else create_model("unet", size="tiny", mode="lab"), mode,
                        device="cpu", tile_px=64, overlap_px=16, self_ensemble="agreed")  # fmt: skip
    for height, width in ((1, 1), (7, 31), (65, 129)):
        restored = restorer(picture(height, width, 3))
        assert restored.shape == (height, width, 1 if mode == "gray" else 3)
        assert 0 <= restored.min() <= restored.max() <= 1


def test_a_network_of_one_size_takes_part() -> None:
    restorer = Restorer(create_model("dense_autoencoder", side_px=16, latent=8), "rgb", device="cpu",
                        self_ensemble="mean")  # fmt: skip
    assert restorer(picture(24, 40)).shape == (24, 40, 3)


def test_unknown_ways_are_named() -> None:
    with pytest.raises(TrainError, match="there is no self-ensemble 'both'; choose of off, mean, agreed"):
        Restorer(nn.Identity(), "gray", device="cpu", self_ensemble="both")
