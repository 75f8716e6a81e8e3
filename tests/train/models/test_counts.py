"""The published counts, to the unit. Nothing is allocated: models on the device `meta` have shapes alone."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")

from degrade.train.models import NAMES, count_parameters, create_model, models_table, options_of

PUBLISHED: list[tuple[str, dict[str, Any], int, int | None]] = [
    # name, options, trainable, not trainable (None: not published)
    ("skip_autoencoder", {"variant": "base"}, 2_161_795, None),
    ("skip_autoencoder", {"variant": "3_layer"}, 538_371, None),
    ("skip_autoencoder", {"variant": "base", "widths": (64, 128, 256)}, 2_145_795, None),
    ("skip_autoencoder", {"variant": "5x5", "widths": (64, 128, 256)}, 5_956_099, None),
    ("skip_autoencoder", {"variant": "7x7", "widths": (64, 128, 256)}, 11_671_555, None),
    ("skip_autoencoder", {"variant": "no_skip", "widths": (64, 128, 256)}, 1_959_747, None),
    ("cae_small", {}, 29_507, 0),
    ("cae_large", {}, 374_406, None),
    ("unet_small", {"mode": "gray"}, 924_369, 0),
    ("unet_small", {"mode": "rgb"}, 924_403, 0),
    ("unet_small", {"mode": "lab"}, 924_386, 0),
    ("dense_autoencoder", {"decoder": 1}, 50_704_803, 17_504),
    ("dense_autoencoder", {"decoder": 2}, 50_704_803, 17_504),
    ("dense_autoencoder", {"decoder": 3}, 50_680_971, None),
    ("dense_autoencoder", {"latent": 10}, 483_777, None),
    ("dense_autoencoder", {"latent": 50}, 975_417, None),
    ("dense_autoencoder", {"latent": 100}, 1_589_967, None),
    ("dense_autoencoder", {"latent": 250}, 3_433_617, None),
    ("dense_autoencoder", {"latent": 500}, 6_506_367, None),
    ("dense_autoencoder", {"latent": 1000}, 12_651_867, 11_312),
    ("dense_autoencoder", {"latent": 2000}, 24_942_867, None),
    ("dense_autoencoder", {"latent": 3000}, 37_233_867, None),
    ("conv_autoencoder", {}, 134_403, 688),
    ("conv_autoencoder", {"head": "3x3"}, 134_595, 688),
    ("pix2pix_generator", {}, 41_830_019, 8_832),
    ("pix2pix_generator", {"depth": 8}, 54_414_979, 10_880),
    ("pix2pix_generator", {"depth": 8, "norm": "instance"}, 54_414_979, 0),
    ("resnet_generator", {"blocks": 9}, 11_378_179, 0),
    ("resnet_generator", {"blocks": 6}, 7_837_699, 0),
    ("patch_discriminator", {}, 2_768_641, 1_792),
    ("patch_discriminator", {"pairs": False, "norm": "instance"}, 2_765_569, 0),
    ("cyclegan", {}, 114_361_096, 0),
    ("cyclegan", {"generator": "resnet_9"}, 2 * (11_378_179 + 2_765_569), 0),
    ("cyclegan", {"generator": "resnet_6"}, 2 * (7_837_699 + 2_765_569), 0),
    ("deep_image_prior", {}, 2_996_467, None),
    ("deep_image_prior", {"layout": "denoising"}, 2_217_831, None),
    ("triplet_vae", {}, 872_131, 0),
    ("triplet_mapping", {}, 36_135_232, 0),
    ("triplet_discriminator", {"scales": 1}, 2_764_737, 0),
    ("triplet_discriminator", {"judges": "codes"}, 2_827_201, 0),
    ("triplet", {}, 2 * 872_131 + 36_135_232, 0),
]


@pytest.mark.parametrize(("name", "options", "trainable", "other"), PUBLISHED)
def test_the_published_count(name: str, options: dict[str, Any], trainable: int, other: int | None) -> None:
    counted = count_parameters(create_model(name, device="meta", **options))
    assert counted.trainable == trainable
    if other is not None:
        assert counted.non_trainable == other


def test_the_halves_of_the_triplet_autoencoder() -> None:
    model = create_model("triplet_vae", device="meta")
    assert count_parameters(model.encoder).trainable == 436_096
    assert count_parameters(model.decoder).trainable == 436_035


def test_the_four_networks_of_cyclegan() -> None:
    model = create_model("cyclegan", device="meta")
    for generator, judge in ((model.to_clean, model.judge_clean), (model.to_degraded, model.judge_degraded)):
        assert count_parameters(generator).trainable == 54_414_979
        assert count_parameters(judge).trainable == 2_765_569


def test_one_more_latent_number_costs_the_same_everywhere() -> None:
    counts = [count_parameters(create_model("dense_autoencoder", latent=n, device="meta")) for n in (7, 8, 900, 901)]
    slopes = [counts[1].trainable - counts[0].trainable, counts[3].trainable - counts[2].trainable]
    assert slopes == [12_291, 12_291]


@pytest.mark.parametrize(("size", "low", "high"), [("tiny", 2e5, 5e5), ("small", 1.8e6, 2.2e6), ("base", 1e7, 2e7)])
def test_the_dial_of_the_reference(size: str, low: float, high: float) -> None:
    assert low <= count_parameters(create_model("unet", size=size, device="meta")).trainable <= high


def test_pooling_costs_what_strides_do() -> None:
    base, pooling = (create_model("skip_autoencoder", variant=each, device="meta") for each in ("base", "pooling"))
    assert count_parameters(base) == count_parameters(pooling)


def test_the_table_has_a_row_for_each_model() -> None:
    rows = models_table()
    assert tuple(row["name"] for row in rows) == NAMES
    for row in rows:
        model = create_model(row["name"], device="meta")
        assert row["parameters"] == count_parameters(model).trainable
        assert row["options"] == model.options
        assert set(row["options"]) == set(options_of(row["name"]))
        assert row["about"].endswith(".")
        assert row["source"] == model.source != ""
