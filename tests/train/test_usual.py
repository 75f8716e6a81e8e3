from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")

from degrade.train.schedules import factor
from degrade.train.settings import Settings, SettingsError
from degrade.train.usual import USUAL, with_usual


def of(model: str, **given: Any) -> Settings:
    return Settings.of({"model": model, "data": "pairs", **given})


def test_adversarial_methods_have_their_published_settings() -> None:
    for model in USUAL:
        assert (of(model).learning_rate, of(model).beta1, of(model).beta2, of(model).optimiser) == (
            2e-4, 0.5, 0.999, "adam",
        )  # fmt: skip
    assert (of("pix2pix_generator").batch_size, of("cyclegan").batch_size, of("cyclegan").epochs) == (10, 5, 30)


@pytest.mark.parametrize(("model", "held", "epochs"), [("triplet_vae", 100, 200), ("triplet_mapping", 150, 250)])
def test_a_hundred_epochs_go_down_to_nothing(model: str, held: int, epochs: int) -> None:
    settings = of(model)
    assert (settings.epochs, settings.hold_epochs, settings.schedule) == (epochs, held, "linear")
    assert factor(settings, held) == 1
    assert factor(settings, held + 50) == pytest.approx(0.5)
    assert factor(settings, epochs - 1) == pytest.approx(0.01)


def test_shorter_schedules_keep_their_shape() -> None:
    assert [of("triplet_vae", epochs=epochs).hold_epochs for epochs in (1, 2, 10)] == [0, 1, 5]
    assert of("triplet_mapping", epochs=10).hold_epochs == 6
    assert of("triplet_mapping", epochs=10, hold_epochs=2).hold_epochs == 2


def test_what_is_given_counts() -> None:
    settings = of("triplet_vae", learning_rate=1e-3, schedule="constant")
    assert (settings.learning_rate, settings.schedule, settings.beta1, settings.hold_epochs) == (
        1e-3,
        "constant",
        0.5,
        0,
    )


def test_other_models_are_left_alone() -> None:
    given = {"model": "unet", "epochs": 3}
    assert with_usual(given) == given
    assert of("unet").learning_rate == 1e-3


def test_mistakes_are_told_as_ever() -> None:
    with pytest.raises(SettingsError, match="epochs: expected a whole number"):
        of("triplet_vae", epochs="many")
    with pytest.raises(SettingsError, match="model: expected a text"):
        Settings.of({"model": 3, "data": "pairs"})
