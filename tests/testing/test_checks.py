"""Every check passes what is sound, and finds what is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import degrade
from degrade.testing import (
    CHECKS,
    CheckFailed,
    Takes,
    UnknownCheck,
    check_degradation,
    check_together,
    parametrize_with_checks,
)
from tests.testing import mutants as m

ROOT = Path(__file__).resolve().parents[2]

FOUND = [
    (m.global_generator, "repeatable", "global generator"),
    (m.seeds_the_global_generator, "repeatable", "global generator"),
    (m.changes_its_input, "untouched", "changed the picture that went in"),
    (m.InPlace, "untouched", "changed the picture that went in"),
    (m.gives_its_input, "fresh", "shares memory with the picture that went in"),
    (m.shares_a_buffer, "fresh", "shares memory with what came out later"),
    (m.escapes_the_range, "contract", "not within [0, 1]"),
    (m.Bright, "contract", "not within [0, 1]"),
    (m.leaks_float64, "contract", "came out as float64"),
    (m.Deep, "contract", "came out as float64"),
    (m.divides_by_nothing, "contract", "NaN came out"),
    (m.Nan, "contract", "NaN came out"),
    (m.drops_a_row, "contract", "came out as (1,"),
    (m.lies_about_its_mask, "truthful", "changed where the mask is 0"),
    (m.Uncovered, "truthful", "changed where the mask is 0"),
    (m.Uncovered, "covering", "changed where the mask is 0"),
    (m.Maskless, "covering", "the mask was empty"),
    (m.Classless, "masks", "mask and classes disagree"),
    (m.Littering, "buffers", "handed to no verb"),
    (m.Undocumented, "documented", "the field share is not explained"),
    (m.Unexplained, "documented", "does not explain"),
    (m.wants_eight_pixels, "small", "ValueError"),
    (m.does_nothing, "visible", "nothing is to be seen"),
    (m.Maskless, "visible", "nothing is to be seen"),
    (m.ignores_its_generator, "varied", "twelve keys gave the same picture"),
    (m.swaps_left_and_right, "repeatable", "other bytes"),
    (m.counts_its_calls, "order", "in another order"),
    (m.Counting, "repeatable", "other bytes"),
    (m.Counting, "order", "in another order"),
    (m.knows_its_process, "worker", "in another process"),
    (m.Process, "worker", "in another process"),
    (m.seeds_each_worker_alike, "repeatable", "other bytes"),
    (m.keeps_what_it_saw_first, "worker", "in another process"),
    (m.Wrong, "channels", "channels_after says"),
    (m.Always, "skipped", "in spite of p=0"),
    (m.Forgetful, "replayed", "the record alone gave another picture"),
    (m.Talkative, "defaults", "written with fields"),
    (m.Streaming, "addresses", "moved other draws"),
    (m.Lossy, "written", "another declaration"),
    (m.Numpy, "draws", "not JSON serializable"),
    (m.Wild, "draws", "was drawn as"),
]


@pytest.mark.parametrize(("mutant", "check", "why"), FOUND, ids=lambda each: getattr(each, "__name__", None))
def test_a_fault_is_found(mutant: Any, check: str, why: str) -> None:
    m._first.clear()
    with pytest.raises(CheckFailed) as failure:
        check_degradation(mutant, only=check, examples=200)
    assert why in failure.value.why
    assert failure.value.check == check
    assert "reproduce: " in str(failure.value)


def test_every_check_is_shown_to_fail() -> None:
    assert {check for _, check, _ in FOUND} == set(CHECKS)


@pytest.mark.parametrize("sound", [m.good, m.good_with_mask, m.plain, degrade.Fade, degrade.Folds(count=2), m.Whole])
def test_what_is_sound_passes(sound: Any) -> None:
    checked = check_degradation(sound, examples=8)
    assert not checked.failed
    assert {*checked.passed, *checked.skipped} == set(CHECKS)
    assert {"contract", "untouched", "repeatable", "order", "worker"} <= set(checked.passed)


def test_a_function_is_asked_for_no_more_than_it_promises() -> None:
    seen = set()

    def picky(image: Any, rng: np.random.Generator) -> Any:
        seen.add((image.dtype.name, image.shape[2], min(image.shape[:2])))
        return m.good(image, rng)

    checked = check_degradation(picky, takes=Takes(("uint8",), (3,), 5), examples=10)
    assert {dtype for dtype, _, _ in seen} == {"uint8"}
    assert {channels for _, channels, _ in seen} == {3}
    assert min(side for _, _, side in seen) >= 5
    assert "defined where no other process can import it" in checked.skipped["worker"]
    assert "speaks of ops alone" in checked.skipped["replayed"]


def test_failures_can_be_collected() -> None:
    checked = check_degradation(m.does_nothing, collect=True, examples=5)
    assert set(checked.failed) == {"visible", "varied"}
    assert "contract" in checked.passed


def test_an_unknown_check() -> None:
    with pytest.raises(UnknownCheck, match=r"there is no check 'shape'; choose from contract"):
        check_degradation(m.good, only="shape")


def test_what_is_no_transform() -> None:
    with pytest.raises(degrade.DegradeError, match=r"give an op, its class, or a function"):
        check_degradation(3)


# --- what a failure says ----------------------------------------------------------------------------------------------


def test_a_failure_shows_the_smallest_picture() -> None:
    with pytest.raises(CheckFailed) as failure:
        check_degradation(m.leaks_float64, only="contract")
    assert "image=Picture((1, 1), 'uint8', 'black'), key=''" in failure.value.line
    assert "before: [[0]]" in failure.value.card


@pytest.mark.parametrize("mutant", [m.divides_by_nothing, m.Uncovered(strength=0.7), m.wants_eight_pixels])
def test_the_line_reproduces_it(mutant: Any) -> None:
    with pytest.raises(CheckFailed) as failure:
        check_degradation(mutant, skip=["visible"])
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", failure.value.line], capture_output=True, text=True, env=environment, cwd=ROOT
    )
    assert f"CheckFailed: {failure.value.subject} fails the check {failure.value.check!r}" in done.stderr
    assert failure.value.why in done.stderr


def test_a_card_is_written_where_a_folder_is_given(tmp_path: Path) -> None:
    with pytest.raises(CheckFailed) as failure:
        check_degradation(m.Uncovered, only="covering", folder=tmp_path / "cards")
    assert failure.value.file == tmp_path / "cards" / "uncovered.covering.png"
    from degrade.codecs import decode

    assert decode(failure.value.file.read_bytes()).pixels.shape[2] == 3
    assert str(failure.value.file) in str(failure.value)


# --- as tests ---------------------------------------------------------------------------------------------------------


@parametrize_with_checks([degrade.Vignette, m.good], only=["contract", "documented", "order"])
def test_ops_of_ones_own(subject: Any, check: Any) -> None:
    check(subject, examples=5)


def test_there_is_a_test_for_each_subject_and_check() -> None:
    marked = parametrize_with_checks([degrade.Vignette, m.good], only=["contract", "documented", "order"])
    ids = [each.id for each in marked.args[1]]
    assert ids == ["vignette-contract", "vignette-documented", "vignette-order", "good-contract", "good-order"]


def test_several_together() -> None:
    check_together([degrade.Vignette, m.good, m.Whole], rounds=2, threads=2)
    with pytest.raises(AssertionError, match="counting came out otherwise in another order"):
        check_together([degrade.Vignette, m.Counting], rounds=2)
