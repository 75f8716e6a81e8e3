from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from degrade.engine.pair import luma
from degrade.streaming.lab import rgb_to_lab
from degrade.train import Restorer, TrainError, create_model

torch = pytest.importorskip("torch")
nn: Any = torch.nn
Picture = npt.NDArray[np.float32]


def picture(height: int = 70, width: int = 90, channels: int = 3) -> Picture:
    return np.random.default_rng(0).random((height, width, channels), dtype=np.float32)


class Blur(nn.Module):  # type: ignore[misc]
    """Looks 4 px far, halves the size once, and takes sizes that divide by 2."""

    multiple, in_channels = 2, 3

    def forward(self, given: Any) -> Any:
        assert given.shape[2] % 2 == given.shape[3] % 2 == 0
        small = nn.functional.avg_pool2d(given, 2)
        return nn.functional.interpolate(nn.functional.avg_pool2d(small, 3, 1, 1), scale_factor=2)


def test_tiles_do_not_show_within_the_receptive_field() -> None:
    given = picture(200, 170)
    whole = Restorer(Blur(), "rgb", device="cpu")(given)
    for tile, overlap in ((64, 32), (96, 20), (100, 40)):
        tiled = Restorer(Blur(), "rgb", device="cpu", tile_px=tile, overlap_px=overlap)
        assert len(tiled.tiling.starts(200)) > 1
        assert tiled(given) == pytest.approx(whole, abs=1e-6)


def test_tiles_hardly_show_in_a_unet() -> None:
    """It looks further than a quarter of the overlap, but hardly: less than half a code of 255."""
    network = create_model("unet", size="tiny", mode="gray", seed=3)
    with torch.no_grad():
        network.head.weight.mul_(10)
    given = picture(300, 300, 1)
    whole = Restorer(network, "gray", device="cpu", tile_px=512)(given)
    tiled = Restorer(network, "gray", device="cpu", tile_px=192, overlap_px=96)(given)
    assert np.abs(whole - given).mean() > 0.01
    assert np.abs(tiled - whole).max() < 0.5 / 255


@pytest.mark.parametrize(("height", "width"), [(1, 1), (7, 31), (64, 64), (65, 129)])
@pytest.mark.parametrize("mode", ["gray", "rgb", "lab"])
@pytest.mark.parametrize("channels", [1, 3])
def test_any_size_in_every_mode(mode: str, height: int, width: int, channels: int) -> None:
    restorer = Restorer(create_model("unet", size="tiny", mode=mode), mode, device="cpu", tile_px=64, overlap_px=16)
    restored = restorer(picture(height, width, channels))
    assert restored.shape == (height, width, 1 if mode == "gray" else 3)
    assert restored.dtype == np.float32
    assert 0 <= restored.min() <= restored.max() <= 1


def test_lab_keeps_the_lightness() -> None:
    given = np.repeat(picture(40, 40, 1) * 0.6 + 0.2, 3, axis=2)
    restored = Restorer(create_model("unet", size="tiny", mode="lab"), "lab", device="cpu")(given)
    before, after = (rgb_to_lab(*np.moveaxis(each, 2, 0))[0] for each in (given, restored))
    assert np.abs(after - before).max() < 0.06
    assert np.abs(restored - given).max() > 0.05


def test_gray_networks_see_the_luma() -> None:
    network = nn.Identity()
    given = picture()
    assert Restorer(network, "gray", device="cpu")(given) == pytest.approx(luma(given)[:, :, None], abs=1e-6)


def test_a_network_of_one_size_restores_any() -> None:
    network = create_model("dense_autoencoder", side_px=16, latent=8)
    assert network.side_px == 16
    assert Restorer(network, "rgb", device="cpu")(picture(40, 20)).shape == (40, 20, 3)
    assert Restorer(network, "rgb", device="cpu")(picture(5, 9)).shape == (5, 9, 3)


def test_a_network_that_gives_a_mask_too() -> None:
    network = create_model("unet", size="tiny", mask_head=True)
    assert Restorer(network, "rgb", device="cpu")(picture()).shape == (70, 90, 3)


def test_numbers_that_are_none_are_told() -> None:
    class Broken(nn.Module):  # type: ignore[misc]
        def forward(self, given: Any) -> Any:
            return given * float("nan")

    with pytest.raises(TrainError, match="gave numbers that are none"):
        Restorer(Broken(), "rgb", "broken", device="cpu")(picture())


def test_tiles_that_cannot_overlap_so_far() -> None:
    with pytest.raises(TrainError, match="cannot overlap by 64 px"):
        Restorer(nn.Identity(), "rgb", device="cpu", tile_px=64, overlap_px=64)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there() -> None:
    with pytest.raises(TrainError, match="no GPU"):
        Restorer(nn.Identity(), "rgb", device="cuda")


def test_several_are_restored_as_each_is() -> None:
    network = create_model("unet", size="tiny", mode="rgb", seed=1)
    restorer = Restorer(network, "rgb", device="cpu", tile_px=64, overlap_px=16)
    given = [picture(40, 40), picture(40, 40), picture(30, 40), picture(100, 40), picture(40, 40)]
    for one, expected in zip(restorer.several(given), map(restorer, given), strict=True):
        assert one == pytest.approx(expected, abs=1e-5)


def test_what_restores_nothing_is_refused() -> None:
    with pytest.raises(TrainError, match="restores nothing by itself"):
        Restorer(create_model("patch_discriminator"), "rgb", device="cpu")
