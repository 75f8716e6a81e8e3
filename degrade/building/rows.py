"""Photographs as lines of JSON, a million in a second: what the plan hashes, and what it stores."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from degrade.corpus import Photograph
from degrade.corpus.columns import Numbers, chunks
from degrade.corpus.photographs import Photographs
from degrade.shards.index import COMPACT

_NOT_AS_IT_IS = re.compile(rb"[^ !#-\[\]-~]")
"""What JSON writes in another way: quotes, backslashes, controls and all that is not ASCII."""
_GIVEN = ("offset", "group", "split", "domain", "target", "target_size")
"""What only some sources tell of a photograph."""


def hashed_lines(photographs: Photographs) -> Iterator[bytes]:
    """Lines of [key, source, size], and of what its source gives: all of a photograph that decides what is made."""
    for rows in chunks(photographs.rows):
        if (plain := _plain(photographs, rows)) is None:
            yield from (_line(_hashed(one)) for one in Photographs(photographs.table, rows))
        else:
            yield from map(b'["%b","%b",%d]\n'.__mod__, zip(*plain, strict=True))


def stored_lines(photographs: Photographs) -> Iterator[bytes]:
    """Lines of the attributes of a photograph in their order, without the empty ones at the end."""
    for rows in chunks(photographs.rows):
        if (plain := _plain(photographs, rows)) is None:
            yield from (_line(_stored(one)) for one in Photographs(photographs.table, rows))
        else:
            orders = photographs.table.orders[rows].tolist()
            yield from map(b'["%b","%b",%d,%d]\n'.__mod__, zip(*plain, orders, strict=True))


def _plain(photographs: Photographs, rows: Numbers) -> tuple[list[bytes], list[bytes], list[int]] | None:
    """Keys, sources and sizes of photographs of which nothing else is known, and whose names JSON writes as they are;
    else None."""
    table = photographs.table
    if any(column is not None for column in (table.offsets, table.groups, table.splits, table.domains, table.targets)):
        return None
    sources = table.sources.raws(rows)
    if _NOT_AS_IT_IS.search(b"".join(sources)):
        return None
    return table.keys.raws(rows), sources, table.sizes[rows].tolist()


def _line(row: list[Any]) -> bytes:
    return COMPACT(row).encode("ascii") + b"\n"


def _hashed(one: Photograph) -> list[Any]:
    given = [getattr(one, name) for name in _GIVEN]
    return [one.key, one.source, one.size, *(given if any(given) else ())]


def _stored(one: Photograph) -> list[Any]:
    given = [getattr(one, name) for name in _GIVEN]
    while given and not given[-1]:
        given.pop()
    return [one.key, one.source, one.size, one.order, *given]
