"""Checking one stored pair against what its JSON and the manifest say of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from degrade.jsontext import from_json
from degrade.shards.members import CLEAN, COLUMNS, JSON, LAYERS, MASKS, PICTURES, SIDE_BY_SIDE


@dataclass(frozen=True)
class Problem:
    """Something wrong.

    Attributes
    ----------
    file : str
        Relative to the output.
    key : str
        The pair, "" where it is not about one.
    what : str
        In words.
    """

    file: str
    key: str
    what: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.key, self.what) if part)


def pair_problems(
    name: str, key: str, members: dict[str, bytes], entry: dict[str, Any], manifest: dict[str, Any]
) -> Iterator[Problem]:
    """What is wrong with the pair `key` of the shard `name`: its members, its JSON, its pictures.

    Parameters
    ----------
    members : dict
        suffix -> bytes, in the order of the shard.
    entry, manifest : dict
        The shard's entry in the manifest, and the manifest.
    """
    if list(members) != manifest.get("members"):
        yield Problem(name, key, f"its members are {', '.join(members)}, not {manifest.get('members')}")
    row = None
    if JSON in members:
        row, wrong = _row(members[JSON])
        wrong += _row_problems(row, key, entry, manifest) if row else []
        yield from (Problem(name, key, what) for what in wrong)
    for suffix, data in members.items():
        if suffix != JSON and (what := _picture_problem(suffix, data, row)):
            yield Problem(name, key, f"{suffix}: {what}")


def _row(data: bytes) -> tuple[dict[str, Any] | None, list[str]]:
    """The JSON columns, None if they are not what they should be, and what is wrong with them."""
    try:
        row = from_json(data)
    except ValueError as error:
        return None, [f"its JSON is damaged ({error})"]
    if not isinstance(row, dict) or list(row) != list(COLUMNS):
        return None, ["its JSON has other columns"]
    wrong = [
        f"its JSON's {column} is {row[column]!r}, not of type {kind.__name__}"
        for column, (kind, _) in COLUMNS.items()
        if type(row[column]) is not kind
    ]
    return (None if wrong else row), wrong


def _row_problems(row: dict[str, Any], key: str, entry: dict[str, Any], manifest: dict[str, Any]) -> list[str]:
    expected = {"key": key, "split": entry.get("split"), "fingerprint": manifest.get("fingerprint")}
    wrong = [
        f"its JSON's {column} is {row[column]!r}, not {value!r}"
        for column, value in expected.items()
        if row[column] != value
    ]
    for column in ("steps", "frame", "instances"):
        try:
            from_json(row[column])
        except ValueError as error:
            wrong.append(f"its JSON's {column} is damaged ({error})")
    return wrong


def _picture_problem(suffix: str, data: bytes, row: dict[str, Any] | None) -> str | None:
    from degrade.codecs import CodecError, decode_jpeg, decode_png

    name, _, kind = suffix.rpartition(".")
    name, _, target = name.partition(".")
    if (
        name not in (*PICTURES, *MASKS, LAYERS, SIDE_BY_SIDE)
        or kind not in ("jpg", "png")
        or (target and name != CLEAN)
    ):
        return "no member of a pair"
    try:
        pixels = (decode_jpeg if kind == "jpg" else decode_png)(data)
    except CodecError as error:
        return str(error)
    if row is None:
        return None
    height, width, channels = map(int, pixels.shape)
    if name == LAYERS:
        height //= max(1, len(_framed(row).get("layers", ())))
    if name == SIDE_BY_SIDE and width % 2 == 0:
        width //= 2
    by = _framed(row).get("scale", [1])[0] if name == "degraded" else 1
    expected_size = row["height"] // by, row["width"] // by
    if (height, width) != expected_size:
        return f"{width}×{height} pixels, its JSON says {expected_size[1]}×{expected_size[0]}"
    if name in MASKS or name == LAYERS:
        return None if channels == 1 and pixels.itemsize == 1 else "a mask is gray, with 8 bits"
    expected = channels if target else _channels(row, name)
    if channels != expected or pixels.itemsize * 8 != row["depth"]:
        return f"{channels} channels of {pixels.itemsize * 8} bits, its JSON says {expected} of {row['depth']}"
    return None


def _channels(row: dict[str, Any], side: str) -> int | None:
    """The channels that the JSON gives for a side; None where it is damaged, which is told elsewhere."""
    try:
        clean, degraded = _framed(row)["channels"]
    except (ValueError, KeyError, TypeError):
        return None
    if side == SIDE_BY_SIDE:
        return max(int(clean), int(degraded))
    return int(clean if side == "clean" else degraded)


def _framed(row: dict[str, Any]) -> dict[str, Any]:
    """What the JSON's column `frame` holds; nothing where it is damaged, which is told elsewhere."""
    try:
        held = from_json(row["frame"])
    except ValueError:
        return {}
    return held if isinstance(held, dict) else {}
