from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from degrade.preview.captions import plain, shortlist, skipped_labels, step_captions


def step(label: str, op: str, fired: bool = True, **drawn: object) -> dict[str, object]:
    return {"label": label, "op": op, "fired": fired, "drawn": drawn}


def test_steps_that_ran_and_steps_that_did_not() -> None:
    steps = [step("grain", "grain", strength=0.03), step("late", "jpeg", fired=False, quality=40), step("t", "target")]
    assert [label for label, _ in step_captions(steps)] == ["grain", "t"]
    assert skipped_labels(steps) == ["late"]


def test_constant_defaults_say_nothing_and_are_left_out() -> None:
    drawn = {"strength": 0.0312345, "size_mm": 0.2, "per_dye": False, "dye_correlation": 0.45}
    (caption,) = step_captions([step("grain", "grain", **drawn)])
    assert caption == ("grain", ["strength 0.03123", "size_mm 0.2"])
    (caption,) = step_captions([step("grain", "grain", **{**drawn, "per_dye": True, "dye_correlation": 0.5})])
    assert caption[1][2:] == ["per_dye yes", "dye_correlation 0.5"]


def test_an_op_of_another_version_is_shown_whole() -> None:
    (caption,) = step_captions([step("old", "no_such_op", colour=[0.1, 0.25, 1], fill=None, n=3, name="dust")])
    assert caption == ("old", ["colour (0.1, 0.25, 1)", "fill none", "n 3", "name dust"])


@given(st.integers(0, 300))
def test_a_shortlist_says_how_many_there_are(count: int) -> None:
    shown = shortlist([f"step{number}" for number in range(count)])
    assert len(shown) < 20
    named = [label for label in shown if label.startswith("step")]
    assert shown == named or shown == [*named, f"and {count - len(named)} more"]
    assert len(named) == count or shown[-1].startswith("and")


@given(st.text())
def test_plain_text_is_printable_ascii(text: str) -> None:
    assert plain(text).isascii()
    assert all(c.isprintable() for c in plain(text))


def test_signs_become_what_they_mean() -> None:
    assert plain("ünï 10×15 µm – é") == "uni 10x15 um - e"
