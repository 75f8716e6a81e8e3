"""Pairs by number: the pixels of a build, whatever the recipe and the source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import degrade
from degrade.codecs import decode_jpeg, encode_jpeg
from degrade.shards.reader import StoredPairs


def check_as_built(stored: StoredPairs, pairs: degrade.Pairs, quality: int | None = None) -> None:
    """The pairs are those that are stored, in their order; `quality` is that of the stored JPEG files."""
    assert [pair.key for pair in pairs] == list(stored.keys) == list(pairs.keys)
    for built, made in zip(stored, pairs, strict=True):
        for side in ("clean", "degraded"):
            pixels = getattr(made, side)
            if quality is not None:
                pixels = decode_jpeg(encode_jpeg(pixels, quality))
            assert np.array_equal(getattr(built, side), pixels), (made.key, side)
        assert np.array_equal(built.mask, made.mask)
        assert built.record == made.record


@pytest.mark.parametrize("split", ["train", "val"])
def test_pairs_are_those_of_a_build(photos: Path, recipe: dict[str, Any], split: str, tmp_path: Path) -> None:
    degrade.build(recipe, photos, tmp_path / "out", workers=1)
    check_as_built(degrade.open_pairs(tmp_path / "out", split), degrade.Pairs(recipe, photos, split=split))
