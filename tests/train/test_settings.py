from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from degrade.train.errors import SettingsError
from degrade.train.settings import Settings


def test_every_field_has_help_and_a_default_that_is_allowed() -> None:
    for field in dataclasses.fields(Settings):
        assert field.metadata["help"], field.name
    assert Settings(data="pairs").to_data() == json.loads(json.dumps(Settings(data="pairs").to_data()))


def test_all_mistakes_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.of(
            {"epoch": 3, "batch_size": 0, "ema": 1.0, "schedule": "step", "flip": 1, "minutes": 0, "seed": True}
        )
    told = caught.value.problems
    assert [problem.split(":")[0] for problem in told] == [
        "epoch", "flip", "schedule", "ema", "batch_size", "minutes", "seed",
    ]  # fmt: skip
    assert "did you mean 'epochs'?" in told[0]
    assert "expected a number in (0, 0.999999] or nothing, not 1.0" in "\n".join(told)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({}, "either `data`"),
        ({"data": "a", "recipe": "b"}, "either `data`"),
        ({"data": "a", "source": "b"}, "a `recipe`"),
        ({"data": "a", "validation_split": "train"}, "another split"),
        ({"data": "a", "size": 32, "crop": 64}, "at most the size"),
        ({"data": "a", "channels_last": True}, "other than auto"),
        ({"data": "a", "schedule": "linear", "hold_epochs": 20}, "less than the 20 epochs"),
        ({"data": "a", "loss": "l3"}, "there is no loss 'l3'"),
    ],
)
def test_what_does_not_go_together(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        Settings.of(wrong)


def test_a_file_and_what_is_given_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("data: pairs\nlearning_rate: 1e-4\noptions: {size: tiny}\n")
    made = Settings.read(file, epochs=3)
    assert (made.learning_rate, made.options, made.epochs) == (1e-4, {"size": "tiny"}, 3)


def test_the_run_file_of_a_training_repeats_it(tmp_path: Path) -> None:
    made = Settings(data="pairs", epochs=7, options={"depth": 2})
    (tmp_path / "run.json").write_text(json.dumps({"settings": made.to_data(), "environment": {}}))
    assert Settings.read(tmp_path / "run.json") == made


@pytest.mark.parametrize("text", ["[1]", "data: {", "data: a\ndata: b", ""])
def test_no_settings(text: str, tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text(text)
    with pytest.raises(SettingsError, match=r"settings\.yaml"):
        Settings.read(tmp_path / "settings.yaml")
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.read(tmp_path / "none.yaml")


def test_what_may_change_when_a_training_goes_on() -> None:
    before = Settings(data="pairs")
    assert not dataclasses.replace(before, out="elsewhere", workers=3, minutes=5.0).differences(before.to_data())
    assert not dataclasses.replace(before, epochs=30).differences(before.to_data())
    cosine = dataclasses.replace(before, schedule="cosine")
    assert dataclasses.replace(cosine, epochs=30).differences(cosine.to_data()) == ["epochs was 20 and is 30"]
    assert dataclasses.replace(before, batch_size=3).differences(before.to_data()) == ["batch_size was 16 and is 3"]


def test_settings_need_no_torch() -> None:
    code = "import sys; from degrade.train.settings import Settings; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
