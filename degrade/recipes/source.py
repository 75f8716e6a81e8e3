"""The grammar of a source: where photographs come from, and which of them are meant.

A source is a text (a folder, a pattern, a list file, an archive, an address), a mapping with a `path` and options, or a
list of these, which are mixed. It is checked here; `degrade.corpus` opens it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from degrade.recipes.words import Path, did_you_mean, shown

Source = str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]]
"""As plain data."""
Mistake = tuple[Path, str, str]
"""Where in the source, what is wrong, and a hint or ""."""

WHERE: dict[str, str] = {
    "pairs": "in place of `path`, pairs that exist already: {input: FOLDER, target: FOLDER, match: name or stem}",
    "path": "what the source is: a folder, a pattern, a picture, a list file, an archive or an address",
    "root": "the folder that the paths of a list file start from",
    "column": "the column of a list file that holds the paths, of a dataset or of shards that holds the pictures",
    "config": "the configuration of a dataset of the Hub",
}
"""The keys that say where the photographs are."""

OPTIONS: dict[str, str] = {
    "name": "what the source is called, among several and in the manifest",
    "weight": "its part in a mixture, in relation to the others'",
    "pages": "what of a TIFF of several pages is a photograph: first, or all, each page one",
    "sample": "a share of the photographs, drawn by hash: a number, or {fraction, seed}",
    "group_by": "what keeps photographs together in one split: {folder: 1}, {regex: '^([^_]+)_'} or {column: person}",
    "split_by": "what says the split of each photograph: {folder: 1} or {column: split}",
    "class_by": "what says the class of each photograph: {folder: -1} or {column: label}",
    "classes": "the classes that are taken, all others are left out",
    "domain": "the kind of picture, such as real or clean, for the column `domain`",
    "licence": "the licence of the photographs, for the manifest and the card",
    "origin": "where the photographs are from, for the manifest and the card",
}
"""The keys that say which photographs are meant and what is known of them."""

_KEYS = WHERE | OPTIONS
_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
_PAGES = ("first", "all")
_LONGEST = 1000
_LONGEST_REGEX = 300
_MATCHES = ("name", "stem")


def source_problems(source: Any) -> list[Mistake]:
    """All mistakes of a source as plain data; what it names need not be there."""
    if isinstance(source, str):
        return [] if source else [((), "expected a folder, a picture or a pattern, not an empty text", "")]
    if isinstance(source, Mapping):
        return _mapping(source)
    if isinstance(source, Sequence) and not isinstance(source, bytes):
        return _list(source)
    return [((), f"expected a text, a mapping with a `path`, or a list of these, not {shown(source)}", "")]


def has_pairs(source: Any) -> bool:
    """Whether a sound source holds pairs that exist already."""
    if isinstance(source, Mapping):
        return "pairs" in source
    return isinstance(source, Sequence) and not isinstance(source, str) and any(map(has_pairs, source))


def _list(sources: Sequence[Any]) -> list[Mistake]:
    if not sources:
        return [((), "expected at least one source in the list", "")]
    problems: list[Mistake] = []
    for place, one in enumerate(sources):
        if isinstance(one, Sequence) and not isinstance(one, str | bytes):
            problems.append(((place,), "a list of sources holds texts and mappings, no further lists", ""))
        else:
            problems += [((place, *path), message, hint) for path, message, hint in source_problems(one)]
    weighted = [isinstance(one, Mapping) and "weight" in one for one in sources]
    if any(weighted) and not all(weighted):
        problems.append(((weighted.index(False),), "expected a `weight:` here too: all sources have one, or none", ""))
    return problems


def _mapping(source: Mapping[Any, Any]) -> list[Mistake]:
    problems: list[Mistake] = []
    if "pairs" in source:
        more = [key for key in WHERE if key != "pairs" and key in source]
        problems += [((key,), "has no meaning beside `pairs:`, which says where the pictures are", "") for key in more]
    elif "path" not in source:
        problems.append(((), "`path:` is missing: a source says where its photographs are", ""))
    for key, value in source.items():
        if key not in _KEYS:
            message = f"a source has no option {shown(key)}; it has {', '.join(_KEYS)}"
            problems.append(((str(key),), message, did_you_mean(str(key), _KEYS)))
        elif found := _CHECKS[key](value):
            problems += [((key, *path), message, hint) for path, message, hint in found]
    if "classes" in source and source.get("class_by") is None and not problems:
        problems.append((("classes",), "expected `class_by:` too, which says the class of a photograph", ""))
    return problems


# --- the values -------------------------------------------------------------------------------------------------------


def _text(value: Any) -> list[Mistake]:
    if isinstance(value, str) and 0 < len(value) <= _LONGEST:
        return []
    return [((), f"expected a text of 1 to {_LONGEST} characters, not {shown(value)}", "")]


def _name(value: Any) -> list[Mistake]:
    if isinstance(value, str) and _NAME.fullmatch(value):
        return []
    return [((), f"expected a name of at most 60 letters, digits, _ and -, not {shown(value)}", "")]


def _weight(value: Any) -> list[Mistake]:
    if _is_number(value) and value > 0:
        return []
    return [((), f"expected a number above 0, not {shown(value)}", "")]


def _sample(value: Any) -> list[Mistake]:
    if isinstance(value, Mapping):
        problems = _unknown(value, ("fraction", "seed"))
        if "fraction" not in value:
            problems.append(((), "`fraction:` is missing, such as 0.1", ""))
        else:
            problems += [(("fraction",), message, hint) for _, message, hint in _fraction(value["fraction"])]
        seed = value.get("seed", 0)
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 1 << 63:
            problems.append((("seed",), f"expected a whole number from 0, not {shown(seed)}", ""))
        return problems
    return _fraction(value)


def _pages(value: Any) -> list[Mistake]:
    if value in _PAGES:
        return []
    return [((), f"expected {' or '.join(_PAGES)}, not {shown(value)}", did_you_mean(str(value), _PAGES))]


def _fraction(value: Any) -> list[Mistake]:
    if _is_number(value) and 0 < value <= 1:
        return []
    return [((), f"expected a share above 0 and up to 1, not {shown(value)}", "")]


def _pairs(value: Any) -> list[Mistake]:
    if not isinstance(value, Mapping):
        return [((), f"expected {{input: FOLDER, target: FOLDER}}, not {shown(value)}", "")]
    problems = _unknown(value, ("input", "target", "match"))
    for side in ("input", "target"):
        if side not in value:
            problems.append(((), f"`{side}:` is missing, the folder of the {side}s", ""))
        else:
            problems += [((side,), message, hint) for _, message, hint in _text(value[side])]
    if "match" in value and value["match"] not in _MATCHES:
        problems.append((("match",), f"expected {' or '.join(_MATCHES)}, not {shown(value['match'])}", ""))
    return problems


def _by(*ways: str) -> Callable[[Any], list[Mistake]]:
    def check(value: Any) -> list[Mistake]:
        if not isinstance(value, Mapping) or len(value) != 1:
            return [((), f"expected one of {_braced(ways)}, not {shown(value)}", "")]
        if problems := _unknown(value, ways):
            return problems
        ((way, what),) = value.items()
        return [((way,), message, hint) for _, message, hint in _WAYS[way](what)]

    return check


def _folder(value: Any) -> list[Mistake]:
    if isinstance(value, int) and not isinstance(value, bool) and value:
        return []
    return [((), f"expected 1 for the outermost folder, 2 …, or -1 for the innermost, not {shown(value)}", "")]


def _regex(value: Any) -> list[Mistake]:
    if not isinstance(value, str) or len(value) > _LONGEST_REGEX:
        return [((), f"expected a text of at most {_LONGEST_REGEX} characters, not {shown(value)}", "")]
    try:
        groups = re.compile(value).groups
    except (re.error, RecursionError, OverflowError) as error:
        return [((), f"expected a regular expression, {shown(value)} is none ({error})", "")]
    if groups != 1:
        hint = "write (?:…) where nothing is to be kept"
        return [((), f"expected one group in parentheses, which says what belongs together, not {groups}", hint)]
    return []


def _classes(value: Any) -> list[Mistake]:
    if isinstance(value, Sequence) and not isinstance(value, str) and value:
        return [
            ((place,), f"expected the name of a class, not {shown(one)}", "")
            for place, one in enumerate(value)
            if not isinstance(one, str) or not one
        ]
    return [((), f"expected a list of classes, not {shown(value)}", "")]


def _unknown(value: Mapping[Any, Any], known: Sequence[str]) -> list[Mistake]:
    return [
        ((str(key),), f"expected {' or '.join(known)}, not {shown(key)}", did_you_mean(str(key), known))
        for key in value
        if key not in known
    ]


def _braced(ways: Sequence[str]) -> str:
    return ", ".join(f"{{{way}: …}}" for way in ways)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_WAYS = {"folder": _folder, "regex": _regex, "column": _text}
_CHECKS: dict[str, Callable[[Any], list[Mistake]]] = {
    **dict.fromkeys(("path", "root", "column", "config", "domain", "licence", "origin"), _text),
    "name": _name, "pairs": _pairs, "pages": _pages, "weight": _weight, "sample": _sample, "classes": _classes,
    "group_by": _by("folder", "regex", "column"),
    "split_by": _by("folder", "column"), "class_by": _by("folder", "column"),
}  # fmt: skip


# --- as JSON Schema ---------------------------------------------------------------------------------------------------


def source_schema() -> dict[str, Any]:
    """What editors check a source by."""
    text = {"type": "string", "minLength": 1}
    level = {"folder": {"type": "integer", "not": {"const": 0}}, "column": text}
    share = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
    forms: dict[str, Any] = dict.fromkeys(_KEYS, text) | {
        "name": {"type": "string", "pattern": f"^{_NAME.pattern}$"},
        "pairs": _object({"input": text, "target": text, "match": {"enum": list(_MATCHES)}}, ["input", "target"]),
        "weight": {"type": "number", "exclusiveMinimum": 0},
        "pages": {"enum": list(_PAGES)},
        "sample": {
            "anyOf": [share, _object({"fraction": share, "seed": {"type": "integer", "minimum": 0}}, ["fraction"])]
        },
        "group_by": _one_way(level | {"regex": text}), "split_by": _one_way(level), "class_by": _one_way(level),
        "classes": {"type": "array", "items": text, "minItems": 1},
    }  # fmt: skip
    options = _object({name: {"description": _KEYS[name]} | forms[name] for name in _KEYS}, [])
    one = {"anyOf": [text, options | {"oneOf": [{"required": ["path"]}, {"required": ["pairs"]}]}]}
    return {"anyOf": [{"type": "null"}, *one["anyOf"], {"type": "array", "items": one, "minItems": 1}]}


def _object(properties: Mapping[str, Any], required: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "object", "properties": dict(properties), "required": list(required), "additionalProperties": False,
    }  # fmt: skip


def _one_way(ways: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(ways), "minProperties": 1, "maxProperties": 1} | {
        "additionalProperties": False
    }


def exact(share: float) -> Fraction:
    """A share as the decimal that was written: 0.02 is two hundredths."""
    return Fraction(str(share))
