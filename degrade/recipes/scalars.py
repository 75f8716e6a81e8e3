"""What a bare word of YAML stands for, by the core schema of YAML 1.2 (yaml.org/spec/1.2.2, section 10.3).

PyYAML follows YAML 1.1, where `no` is false, `1e-3` a text, `0777` octal and `2026-01-01` a date: traps in a file of
numbers and words. The same table serves reading and writing, so that what is written is read back as what it was.
"""

from __future__ import annotations

import re
from typing import Any

_PREFIX = "tag:yaml.org,2002:"

NULL, TRUTH, WHOLE, REAL = (_PREFIX + kind for kind in ("null", "bool", "int", "float"))

KINDS: dict[str, re.Pattern[str]] = {
    NULL: re.compile(r"(?:null|Null|NULL|~|)\Z"),
    TRUTH: re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"),
    WHOLE: re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z"),
    REAL: re.compile(
        r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
    ),
}
"""Which bare words are no texts, in the order in which they are tried; each pattern matches the whole word."""
FIRST_CHARACTERS: dict[str, tuple[str, ...]] = {
    NULL: ("n", "N", "~", ""),
    TRUTH: tuple("tTfF"),
    WHOLE: tuple("-+0123456789"),
    REAL: tuple("-+.0123456789"),
}
"""With what a word of each kind may begin."""

_LARGEST_WHOLE = 2**63


def value_of(word: str) -> Any:
    """The null, truth value, number or text that the bare `word` stands for."""
    kind = next((kind for kind, pattern in KINDS.items() if pattern.match(word)), None)
    if kind == NULL:
        return None
    if kind == TRUTH:
        return word.lower() == "true"
    if kind == WHOLE:
        return _whole(word)
    return _real(word) if kind == REAL else word


def _whole(word: str) -> int | float:
    if word.startswith(("0o", "0x")):
        number = int(word, 0) if len(word) < 20 else _LARGEST_WHOLE
    else:
        number = int(word) if len(word) < 21 else _LARGEST_WHOLE
    # Beyond 64 bits no field has a use for it, and Python's whole numbers would overflow where reals are expected.
    return number if -_LARGEST_WHOLE <= number < _LARGEST_WHOLE else _real(word)


def _real(word: str) -> float:
    if word.startswith(("0o", "0x")):
        return float("inf")
    return float(word.lower().replace(".inf", "inf").replace(".nan", "nan"))
