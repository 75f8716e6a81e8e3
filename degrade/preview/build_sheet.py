"""The contact sheet of an output: some of its pairs, as they stand in its shards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from degrade.codecs import encode_png
from degrade.preview.captions import title_of
from degrade.preview.contact_sheet import contact_sheet
from degrade.preview.example import Example, eight_bits
from degrade.shards import open_pairs
from degrade.shards.errors import writing
from degrade.shards.layout import SHEET
from degrade.shards.manifest import read_manifest
from degrade.shards.storage import Place, open_storage

if TYPE_CHECKING:
    from degrade.shards import StoredPair

_PAIRS = 8
_SIDE = 320


def sheet_of_build(out: Place) -> Path | str | None:
    """Write the contact sheet of the finished output `out` into it, as `contact_sheet.png`.

    It shows up to 8 pairs, spread evenly over the output, and is the same for the same pairs.

    Returns
    -------
    Path, str or None
        Where the sheet lies; None where the output has no pairs.

    Raises
    ------
    ShardError
        The output is not finished or damaged, or the sheet cannot be written.
    CodecError
        A picture in it is damaged.
    """
    storage = open_storage(out)
    pairs = open_pairs(storage)
    count = min(_PAIRS, len(pairs))
    if count == 0:
        return None
    shown = [_stored(pairs[number * len(pairs) // count]) for number in range(count)]
    sheet = contact_sheet(shown, title_of(read_manifest(storage)["recipe"]), _SIDE)
    place = storage.place_of(SHEET)
    with writing(place):
        storage.write(SHEET, encode_png(sheet, filtered=True))
    return place


def _stored(pair: StoredPair) -> Example:
    members = pair.pictures
    return Example(
        key=pair.key,
        pictures={name: eight_bits(getattr(pair, name)) for name in ("clean", "degraded") if name in members},
        mask=pair.mask if "mask" in members else None,
        classes=pair.classes if {"mask", "classes"} <= members else None,
        steps=pair.record["steps"],
    )
