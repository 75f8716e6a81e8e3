"""Whatever is wrong with an output, `verify` says it, and says all of it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from degrade.shards import ShardError, verify
from degrade.shards.index import read_index
from degrade.shards.layout import CARD, INDEX, MANIFEST, REJECTS
from degrade.shards.manifest import manifest_bytes, read_manifest
from degrade.shards.tar import TarWriter

Edit = Callable[[Path, Callable[[bytes], bytes]], None]


def shards(out: Path) -> list[Path]:
    return [out / line.shard for line in read_index(out) if line.keys]


def words(out: Path) -> str:
    return "\n".join(map(str, verify(out).problems))


def with_manifest(out: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """A manifest that somebody has written anew, with a fitting digest."""
    facts = {name: value for name, value in read_manifest(out).items() if name not in ("manifest", "sha256")}
    change(facts)
    (out / MANIFEST).write_bytes(manifest_bytes(facts))


def rewritten(out: Path, change: Callable[[dict[str, bytes]], object]) -> str:
    """What is found if the first pair of the first shard is another, though every digest and offset is right."""
    line = next(read_index(out))
    path = out / line.shard
    whole = path.read_bytes()
    index = type(line).empty(line.shard, line.split, tuple(line.members))
    with TarWriter(path) as tar:
        for place, key in enumerate(line.keys):
            members = {
                suffix: whole[offsets[place] :][: sizes[place]] for suffix, (offsets, sizes) in line.members.items()
            }
            if place == 0:
                change(members)
            places = {suffix: (tar.add(f"{key}.{suffix}", data), len(data)) for suffix, data in members.items()}
            index.add(key, places)
        sealed = tar.commit()
    lines = (out / INDEX).read_text().splitlines()
    (out / INDEX).write_text("\n".join([index.line(), *lines[1:]]) + "\n")

    import hashlib

    def update(facts: dict[str, Any]) -> None:
        facts["shards"][0] |= {"bytes": sealed.size, "sha256": sealed.sha256}
        facts["files"][INDEX] = hashlib.sha256((out / INDEX).read_bytes()).hexdigest()

    with_manifest(out, update)
    return words(out)


def test_a_fresh_output_is_in_order(finished: Path) -> None:
    seen: list[tuple[int, int]] = []
    found = verify(finished, progress=lambda done, total: seen.append((done, total)))
    assert found.ok
    assert found.exit_code == 0
    assert found.to_data() == {"ok": True, "shards": len(seen), "pairs": 18, "problems": []}
    assert seen == [(done, len(seen)) for done in range(1, len(seen) + 1)]


def test_it_may_lie_anywhere_and_without_its_memory(copied: Path) -> None:
    shutil.rmtree(copied / ".degrade")
    assert verify(copied).ok


@pytest.mark.parametrize("share", [0.0, 0.013, 0.2, 0.41, 0.666, 0.9, 0.99999])
def test_any_flipped_byte_is_found(copied: Path, edit: Edit, share: float) -> None:
    shard = shards(copied)[1]

    def flip(whole: bytes) -> bytes:
        place = int(share * len(whole))
        return whole[:place] + bytes([whole[place] ^ 64]) + whole[place + 1 :]

    edit(shard, flip)
    found = verify(copied)
    assert found.exit_code == 1
    assert f"data/{shard.name}: its SHA-256 is not the manifest's" in map(str, found.problems)


def test_a_missing_a_short_and_a_foreign_shard_are_found_at_once(copied: Path, edit: Edit) -> None:
    first, second, third, *_ = shards(copied)
    first.unlink()
    edit(second, lambda whole: whole[:-10240])
    third.rename(third.with_name("test-00007-of-00009.tar"))
    text = words(copied)
    assert f"data/{first.name}: it is missing" in text
    assert re.search(rf"data/{second.name}: it has \d+ bytes, not \d+", text)
    assert f"data/{third.name}: it is missing" in text
    assert "data/test-00007-of-00009.tar: it is not in the manifest" in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"seed": 7', b'"seed": 8'),
        (b'"pairs": 18', b'"pairs": 19'),
        (b'"numpy": "', b'"numpy": "9'),
        (b'"split": "test"', b'"split": "train"'),
    ],
)
def test_an_edited_manifest_is_found(copied: Path, edit: Edit, old: bytes, new: bytes) -> None:
    assert old in (copied / MANIFEST).read_bytes()
    edit(copied / MANIFEST, lambda text: text.replace(old, new, 1))
    assert "manifest.json: it was edited" in words(copied)


def test_a_reformatted_manifest_is_the_same(copied: Path, edit: Edit) -> None:
    edit(copied / MANIFEST, lambda text: json.dumps(json.loads(text), sort_keys=True).encode())
    assert verify(copied).ok


def test_a_manifest_that_drops_a_shard(copied: Path) -> None:
    with_manifest(copied, lambda facts: facts["shards"].pop())
    text = words(copied)
    assert "it is not in the manifest" in text
    assert "its counts say 18" in text


@pytest.mark.parametrize("name", [INDEX, REJECTS, CARD])
def test_a_missing_file(copied: Path, name: str) -> None:
    (copied / name).unlink()
    assert f"{name}: it is missing" in words(copied)


def test_an_edited_card_is_nobody_s_business(copied: Path, edit: Edit) -> None:
    edit(copied / CARD, lambda text: text + b"\nMine.\n")
    assert verify(copied).ok


def test_an_edited_index(copied: Path, edit: Edit) -> None:
    edit(copied / INDEX, lambda text: re.sub(rb'"offsets":\[512,', b'"offsets":[513,', text, count=1))
    text = words(copied)
    assert "index.jsonl: its SHA-256 is not the manifest's" in text
    assert "are not where it says" in text


def test_an_index_with_a_line_gone(copied: Path, edit: Edit) -> None:
    edit(copied / INDEX, lambda text: text.split(b"\n", 1)[1])
    assert "is missing from it" in words(copied)


def test_rejects_that_do_not_add_up(copied: Path, edit: Edit) -> None:
    edit(copied / REJECTS, lambda text: text + b"{}\n")
    assert "it has 1 lines, the manifest says 0" in words(copied)


def test_members_are_looked_into(copied: Path) -> None:
    def break_picture(members: dict[str, bytes]) -> None:
        members["clean.png"] = members["clean.png"][:-30]

    assert "clean.png: " in rewritten(copied, break_picture)


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        ("width", 65, "64×64 pixels, its JSON says 65×64"),
        ("coverage", 1, "coverage is 1, not of type float"),
        ("key", "other", "key is 'other', not"),
        ("split", "val", "split is 'val', not"),
        ("depth", 16, "3 channels of 8 bits, its JSON says 3 of 16"),
        ("steps", "[", "steps is damaged"),
        ("frame", "{}", "its JSON says None"),
        ("extra", 1, "other columns"),
    ],
)
def test_columns_are_looked_into(copied: Path, column: str, value: object, complaint: str) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["json"] = json.dumps(json.loads(members["json"]) | {column: value}).encode()

    assert complaint in rewritten(copied, change)


def test_masks_must_fit_their_picture(copied: Path) -> None:
    def swap(members: dict[str, bytes]) -> None:
        members["mask.png"], members["loss.png"] = members["clean.png"], members["json"]

    text = rewritten(copied, swap)
    assert "mask.png: a mask is gray" in text
    assert "loss.png: " in text


def test_no_output_at_all(tmp_path: Path) -> None:
    with pytest.raises(ShardError, match=r"has no manifest\.json"):
        verify(tmp_path)
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(ShardError, match="cannot be read"):
        verify(tmp_path)
    (tmp_path / MANIFEST).write_text('{"manifest": 99, "shards": []}')
    with pytest.raises(ShardError, match="no manifest of format"):
        verify(tmp_path)
