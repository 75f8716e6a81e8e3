"""YAML text to plain data: YAML 1.2's words, the place of every part, and no way to do harm."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.recipes import RecipeError
from degrade.recipes.document import DEEPEST
from degrade.recipes.text import LARGEST_BYTES, parse_document


def parsed(text: str | bytes) -> Any:
    return parse_document(text if isinstance(text, bytes) else text.encode(), "r.yaml")


def only_mistake(text: str | bytes) -> str:
    with pytest.raises(RecipeError) as caught:
        parsed(text)
    assert len(caught.value.problems) == 1, str(caught.value)
    return str(caught.value).splitlines()[0]


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "value"),
    [
        *[
            (word, word)
            for word in ("yes", "no", "on", "off", "y", "n", "NO", "1_000", "2026-01-01", "1:30", "0b1", "=")
        ],
        *[("null", None), ("Null", None), ("~", None), ("", None), ("true", True), ("TRUE", True), ("False", False)],
        *[("0777", 777), ("0o17", 15), ("0x1F", 31), ("-3", -3), ("+3", 3), ("1e-3", 0.001), ("1E5", 1e5), (".5", 0.5)],
        *[("5.", 5.0), ("-1.5e+2", -150.0), (".inf", math.inf), ("-.INF", -math.inf), ("'5'", "5"), ('"null"', "null")],
        *[("9" * 30, 1e30), ("0x" + "f" * 30, math.inf)],
    ],
)
def test_bare_words_are_those_of_yaml_1_2(word: str, value: Any) -> None:
    read = parsed(f"a: {word}\n").data["a"]
    assert read == pytest.approx(value) if isinstance(value, float) else read == value
    assert type(read) is type(value)


def test_not_a_number_is_read() -> None:
    assert math.isnan(parsed("a: .nan").data["a"])


# --- places -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_part_knows_its_place(line_end: str) -> None:
    text = line_end.join(["# é", "about: größe ▢", "steps:", "- a: {b: [1, 2]}", "- c:", "- 'd'", ""])
    document = parsed(text)
    assert document.values == {
        (): (2, 1),
        ("about",): (2, 8),
        ("steps",): (4, 1),
        ("steps", 0): (4, 3),
        ("steps", 0, "a"): (4, 6),
        ("steps", 0, "a", "b"): (4, 10),
        ("steps", 0, "a", "b", 0): (4, 11),
        ("steps", 0, "a", "b", 1): (4, 14),
        ("steps", 1): (5, 3),
        ("steps", 1, "c"): (5, 3),  # nothing stands there: the place of its key
        ("steps", 2): (6, 3),
    }
    assert document.keys[("steps", 0, "a", "b")] == (4, 7)


def test_a_byte_order_mark_is_no_character() -> None:
    assert parsed(b"\xef\xbb\xbfa: 1").values[("a",)] == (1, 4)


def test_the_caret_stands_under_the_place_even_after_wide_characters() -> None:
    with pytest.raises(RecipeError) as caught:
        parsed("a: {'ü日本': *x}")
    shown, caret = caught.value.problems[0].snippet.splitlines()
    assert shown == "    a: {'ü日本': *x}"
    assert caret == "    " + " " * len("a: {'ü") + " " * 4 + " " * len("': ") + "^"


def test_a_long_line_is_shown_around_the_place() -> None:
    with pytest.raises(RecipeError) as caught:
        parsed("a: [" + "123456789, " * 100 + "*x, " + "123456789, " * 100 + "1]")
    problem = caught.value.problems[0]
    shown, caret = problem.snippet.splitlines()
    assert problem.column == 1105
    assert len(shown) < 110
    assert shown[caret.index("^") :].startswith("*x")


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "  \n\n", "# nothing but a comment\n"])
def test_nothing(text: str) -> None:
    assert only_mistake(text) == "r.yaml:1:1: there is no recipe in this file; it begins with `recipe: 1`"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("a: 1\n---\nb: 2\n", "r.yaml:2:1: a second document begins here; a file holds one recipe"),
        ("a: &x 1", "r.yaml:1:4: anchors and aliases (here 'x') are not allowed in a recipe; write the value out"),
        ("a: *x", "r.yaml:1:4: anchors and aliases (here 'x') are not allowed in a recipe; write the value out"),
        ("a: !x 1", "r.yaml:1:4: tags (here '!x') are not allowed in a recipe; quote what is a text"),
        (
            "a: !!python/object/apply:os.system [id]",
            "r.yaml:1:4: tags (here 'python/object/apply:os.system') are not allowed in a recipe; quote what is a text",
        ),
        ("a: !!binary aGk=", "r.yaml:1:4: tags (here 'binary') are not allowed in a recipe; quote what is a text"),
        ("1: a", 'r.yaml:1:1: a key of a mapping must be a name; write "1" in quotes if it is a name'),
        ("null: a", 'r.yaml:1:1: a key of a mapping must be a name; write "null" in quotes if it is a name'),
        ("? [a, b]\n: 1", "r.yaml:1:3: a key of a mapping must be a name; write a name"),
        ("? {a: b}\n: {c: d}", "r.yaml:1:3: a key of a mapping must be a name; write a name"),
        ('a: "\\uD800"', "r.yaml:1:4: half of a surrogate pair is no character; write the character itself"),
        ('"\\uDFFF": a', "r.yaml:1:1: half of a surrogate pair is no character; write the character itself"),
        ("a: b\x00c", "r.yaml:1:5: the character U+0000 can't stand in a YAML text; save the recipe as plain text"),
        (b"a: 1\nb: caf\xe9", "r.yaml:2:7: the byte 0xe9 is not UTF-8; save the recipe as UTF-8"),
        ("a: 1".encode("utf-16"), "r.yaml:1:1: this is UTF-16; save the recipe as UTF-8"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "r.yaml:1:1: the byte 0xff is not UTF-8; save the recipe as UTF-8"),
        (
            "steps:\n\t- a",
            "r.yaml:2:1: this is not YAML: found character '\\t' that cannot start any token; indent by spaces",
        ),
        (
            "steps:\n  - a\n    p: 1",
            ("r.yaml:3:6: this is not YAML: mapping values are not allowed here; "
            "a name with something below it ends in `:`; a text that holds `: ` is quoted"),
        ),
        (
            "steps: [a,\nb: 1",
            ("r.yaml:1:8: this is not YAML: expected ',' or ']', but got '<stream end>' "
            "(while parsing a flow sequence that begins at 1:8)"),
        ),
        ('a: "\\UFFFFFFFF"',
         "r.yaml: this is not YAML: an escape such as \\U0001F4F7, or the version after %YAML, is out of range"),
        ("%YAML 2.0\n---\na: 1",
         "r.yaml:1:1: this is not YAML: found incompatible YAML document (version 1.* is required)"),
    ],
)  # fmt: skip
def test_refused_with_its_place_and_cure(text: str | bytes, mistake: str) -> None:
    assert only_mistake(text) == mistake


def test_an_odd_key_is_kept() -> None:
    assert parsed('"\\0": a').data == {"\0": "a"}


def test_all_that_is_refused_is_said_at_once() -> None:
    with pytest.raises(RecipeError) as caught:
        parsed("a: &x 1\nb: !y 2\na: 3\nc: [*x]\n")
    assert [(p.line, p.column) for p in caught.value.problems] == [(1, 4), (2, 4), (3, 1), (4, 5)]


def test_a_repeated_key_is_a_mistake_that_leaves_the_first() -> None:
    document = parsed("a: 1\nb: {c: 2, c: [3, {d: 4}]}\na: 5\n")
    assert document.data == {"a": 1, "b": {"c": 2}}
    assert [str(problem).splitlines()[0] for problem in document.problems] == [
        "r.yaml:2:11: b.c: 'c' stands here a second time; the first is at 2:5; leave one of them",
        "r.yaml:3:1: a: 'a' stands here a second time; the first is at 1:1; leave one of them",
    ]


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 50_000, "- " * 100_000, "{? " * 50_000])
def test_depth_is_bounded_and_never_exhausts_the_stack(text: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parsed(text)
    assert caught.value.problems[-1].message == "nested more than 32 deep"


def test_as_deep_as_allowed() -> None:
    text = "[" * DEEPEST + "1" + "]" * DEEPEST
    assert parsed(text).data
    assert "nested more than 32 deep" in only_mistake(f"[{text}]")


def test_size_is_bounded() -> None:
    assert only_mistake("#" * (LARGEST_BYTES + 1)).startswith("r.yaml:1:1: a recipe of more than 262144 bytes")


def test_aliases_cannot_multiply() -> None:
    laughs = "a0: &a0 [x, x]\n" + "".join(f"a{i + 1}: &a{i + 1} [*a{i}, *a{i}]\n" for i in range(60))
    with pytest.raises(RecipeError, match="anchors and aliases"):
        parsed(laughs)


@given(st.binary(max_size=60) | st.text("ab:-[]{}#&*!|>'\"%@`, \n\t?0~.é\x00", max_size=60).map(str.encode))
def test_whatever_the_bytes_they_are_data_or_a_recipe_error(data: bytes) -> None:
    try:
        found = parse_document(data, "r.yaml").values
    except RecipeError as error:
        found = {str(problem): problem.message for problem in error.problems}
    assert found
    assert all(found.values())
