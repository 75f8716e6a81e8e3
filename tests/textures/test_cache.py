"""The cache: made once, whole or not at all, and never in the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from degrade.textures.cache import digest_of, kept
from degrade.textures.sheet import Bytes, Sheet, packed_levels


def made() -> Bytes:
    return packed_levels(ramp())


def ramp() -> Bytes:
    return (np.arange(600) % 251).astype(np.uint8).reshape(20, 30)


def never() -> Bytes:
    raise AssertionError("it was made before")


def test_it_is_made_once_and_then_mapped(own_cache: Path) -> None:
    first = kept("group", "a", made)
    second = kept("group", "a", never)
    assert np.array_equal(first, second)
    assert not second.flags.writeable
    assert np.array_equal(Sheet(second, wraps=True).levels[0][1], ramp())
    assert [path.name for path in (own_cache / "textures" / "group").iterdir()] == ["a.npy"]


@pytest.mark.parametrize("damage", [b"", b"rubbish", None])
def test_a_broken_file_is_made_again(own_cache: Path, damage: bytes | None) -> None:
    kept("group", "a", made)
    file = own_cache / "textures" / "group" / "a.npy"
    file.write_bytes(file.read_bytes()[:-5] if damage is None else damage)
    assert np.array_equal(kept("group", "a", made), made())
    assert np.array_equal(kept("group", "a", never), made())


def test_without_a_cache_it_stays_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("degrade.textures.cache.user_cache", lambda: None)
    assert np.array_equal(kept("group", "a", made), made())


def test_where_nothing_can_be_written_it_stays_in_memory(own_cache: Path) -> None:
    (own_cache / "textures").write_text("a file where a folder should be")
    assert np.array_equal(kept("group", "a", made), made())


def test_a_full_disk_leaves_nothing_behind(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("degrade.textures.cache.np.save", full)
    assert np.array_equal(kept("group", "a", made), made())
    assert list((own_cache / "textures" / "group").iterdir()) == []


def test_several_may_make_the_same_at_once(own_cache: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        sheets = list(pool.map(lambda _: kept("group", "a", made), range(16)))
    assert all(np.array_equal(sheet, made()) for sheet in sheets)
    assert [path.name for path in (own_cache / "textures" / "group").iterdir()] == ["a.npy"]


def test_a_digest_tells_its_parts_apart() -> None:
    digests = {digest_of(*parts) for parts in ((), ("a",), ("a", "b"), ("ab",), ("a", 1), ("a", "1"))}
    assert len(digests) == 6
