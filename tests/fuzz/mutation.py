"""Inputs made of sound ones: bytes flipped, cut, doubled, joined and replaced, or values of JSON exchanged.

What is made depends on a Key alone, so that a target's name and a number say which input it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from degrade.engine.key import Key
from tests.fuzz.target import LONGEST, Prepared

_NUMBERS = (0, 1, 2, 3, 7, 8, 15, 16, 32, 64, 127, 128, 255, 256, 1023, 4096, 32767, 32768, 65535, 65536, 2**24, 2**31)
_NUMBERS += (2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1)
DEEPEST = 200_000
"""Levels of nesting: more than any stack has."""
_VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        3,
        255,
        2**31,
        2**63,
        -(2**63) - 1,
        10**30,
        0.5,
        -0.0,
        1e308,
        float("nan"),
        float("inf"),
    ),
    *("", "a", "\0", "..", "../../x", "/etc/hostname", "/dev/zero", "~", "*", "é", "\ud800", "a" * 300, "1", "null"),
    *([], [[]], {}, {"": None}, [0] * 40, [None, "a", 1.5], {"a": {"b": []}}),
)


class Chooser:
    """Choices at addresses below a Key, one after the other."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self._count = 0

    def below(self, most: int) -> int:
        """An integer in [0, most), 0 if there is none."""
        self._count += 1
        return self._key.at(self._count).words()[0] % most if most > 0 else 0

    def one(self, of: Sequence[Any]) -> Any:
        """One of them."""
        return of[self.below(len(of))]


def mutant(prepared: Prepared, key: Key) -> bytes:
    """An input near one of the seeds."""
    choose = Chooser(key)
    data = bytes(choose.one(prepared.seeds))
    for _ in range(1 << choose.below(4)):
        if prepared.is_json and choose.below(4):
            data = _json_edit(data, choose)
        else:
            data = choose.one(_EDITS)(data, choose, prepared)
    data = data[:LONGEST]
    return prepared.mend(data) if prepared.mend is not None and choose.below(4) else data


# --- bytes ------------------------------------------------------------------------------------------------------------


def _flip(data: bytes, choose: Chooser, _: Prepared) -> bytes:
    at = choose.below(len(data))
    return data[:at] + bytes([data[at] ^ 1 << choose.below(8)]) + data[at + 1 :] if data else b"\0"


def _set(data: bytes, choose: Chooser, _: Prepared) -> bytes:
    at = choose.below(len(data))
    return data[:at] + bytes([choose.below(256)]) + data[at + 1 :]


def _number(data: bytes, choose: Chooser, _: Prepared) -> bytes:
    """A number that is at a limit of something, in place of one to eight bytes."""
    width = choose.one((1, 2, 4, 8))
    at = choose.below(len(data))
    number = choose.one(_NUMBERS) % (1 << 8 * width)
    return data[:at] + number.to_bytes(width, choose.one(("big", "little"))) + data[at + width :]


def _step(data: bytes, choose: Chooser, _: Prepared) -> bytes:
    """A byte one to sixteen up or down."""
    at = choose.below(len(data))
    moved = (data[at] + choose.below(33) - 16) % 256 if data else 0
    return data[:at] + bytes([moved]) + data[at + 1 :]


def _cut(data: bytes, choose: Chooser, _: Prepared) -> bytes:
    return data[: choose.below(len(data))]


def _leave_out(data: bytes, choose: Chooser, _: Prepared) -> bytes:
    at = choose.below(len(data))
    return data[:at] + data[at + 1 + choose.below(1 << choose.below(12)) :]


def _double(data: bytes, choose: Chooser, _: Prepared) -> bytes:
    at = choose.below(len(data))
    end = at + 1 + choose.below(1 << choose.below(12))
    return data[:end] + data[at:end] * (1 + choose.below(1 << choose.below(6))) + data[end:]


def _splice(data: bytes, choose: Chooser, prepared: Prepared) -> bytes:
    """The beginning of this one and the end of another."""
    other = choose.one(prepared.seeds)
    return data[: choose.below(len(data))] + other[choose.below(len(other)) :]


def _exchange(data: bytes, choose: Chooser, _: Prepared) -> bytes:
    """Two stretches of four bytes change places."""
    first, second = sorted((choose.below(len(data)), choose.below(len(data))))
    if second - first < 4:
        return data
    return (
        data[:first]
        + data[second : second + 4]
        + data[first + 4 : second]
        + data[first : first + 4]
        + data[second + 4 :]
    )


def _word(data: bytes, choose: Chooser, prepared: Prepared) -> bytes:
    """A word of the target's, in or over what is there."""
    word = choose.one(prepared.words or (b"\0\0\0\0", b"\xff\xff\xff\xff"))
    at = choose.below(len(data))
    return data[:at] + word + data[at + (len(word) if choose.below(2) else 0) :]


_EDITS: tuple[Callable[[bytes, Chooser, Prepared], bytes], ...] = (
    *(_flip, _set, _number, _number, _step, _cut, _leave_out, _double, _splice, _exchange, _word, _word),
)

# --- JSON -------------------------------------------------------------------------------------------------------------


def _json_edit(data: bytes, choose: Chooser) -> bytes:
    """One value of one line exchanged, left out or nested; a line that is no JSON stays."""
    try:
        json.loads(data)
        lines = [data]
    except (ValueError, RecursionError):
        lines = data.split(b"\n")
    number = choose.below(len(lines))
    try:
        value = json.loads(lines[number])
    except (ValueError, RecursionError):
        return data
    if not choose.below(40):
        lines[number] = b"[" * DEEPEST
        return b"\n".join(lines)
    try:
        edited = json.dumps(_edited(value, choose), separators=(",", ":"))
    except (ValueError, OverflowError, RecursionError):  # numbers and nesting that earlier edits have made too large
        return data
    lines[number] = edited.encode("utf-8", "surrogatepass")
    return b"\n".join(lines)


def _edited(value: Any, choose: Chooser) -> Any:
    if isinstance(value, dict | list) and value and choose.below(8):
        place = choose.one(list(value) if isinstance(value, dict) else range(len(value)))
        if not choose.below(8):
            return _without(value, place)
        if isinstance(value, dict):
            return value | {place: _edited(value[place], choose)}
        return [*value[:place], _edited(value[place], choose), *value[place + 1 :]]
    if isinstance(value, int | float) and not isinstance(value, bool) and choose.below(2):
        return choose.one((-value, value + 1, value - 1, value * 2, value * 1000, float(value), str(value)))
    return choose.one(_VALUES)


def _without(value: Any, place: Any) -> Any:
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if name != place}
    return value[:place] + value[place + 1 :]
