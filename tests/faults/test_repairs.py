"""Shards that were damaged at random, repairs that are killed and refused; then the same command."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from degrade.engine.key import Key
from degrade.shards import verify
from tests.faults.conftest import recipe_of
from tests.faults.crew import Crew, dooms
from tests.faults.doom import FULL, KILL, Doom
from tests.faults.test_builds import FORMATS, contents

pytestmark = pytest.mark.slow
_BLOCK = 512


def flipped(path: Path, share: float) -> None:
    """One bit."""
    data = bytearray(path.read_bytes())
    data[int(share * len(data))] ^= 1 << int(share * 997) % 8
    path.write_bytes(data)


def cut(path: Path, share: float) -> None:
    """The end."""
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])


def swapped(path: Path, share: float) -> None:
    """Two neighbouring stretches: of a tar members, or parts of such."""
    data = path.read_bytes()
    length = max(1, len(data) // (_BLOCK * 4)) * _BLOCK
    at = int(share * max(1, len(data) - 2 * length)) // _BLOCK * _BLOCK
    one, other = data[at : at + length], data[at + length : at + 2 * length]
    changed = data[:at] + other + one + data[at + 2 * length :]
    if changed == data:  # of bytes that are all the same, or none
        flipped(path, share)
    else:
        path.write_bytes(changed)


def gone(path: Path, _: float) -> None:
    """All of it."""
    path.unlink()


HARMS: tuple[Callable[[Path, float], None], ...] = (flipped, cut, swapped, gone)


def harmed(out: Path, key: Key) -> None:
    """One to three files of an output, but for its manifest and its memory."""
    names = sorted(name for name in contents(out) if name not in ("manifest.json", "README.md"))
    numbers = key.at("harm").uniforms()
    for place in range(1 + int(3 * numbers[0])):
        which, how, share = key.at(f"harm {place}").uniforms()[:3]
        path = out / names[int(which * len(names))]
        if path.exists() and path.stat().st_size:
            HARMS[int(how * len(HARMS))](path, share)


def mended(crew: Crew, photos: Path, folder: Path, format: str, key: Key, rounds: int) -> int:
    """Damage, a repair that is disturbed, and the same repair again; gives how many were killed."""
    if format == "parquet":
        pytest.importorskip("pyarrow")
    out, whole = folder / "out", folder / "whole"
    crew.whole("build", whole, recipe=recipe_of(format), source=str(photos), out=str(whole))
    expected = contents(whole)
    kills = 0
    for number in range(rounds):
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(whole, out)
        harmed(out, key.at(f"round {number}"))
        assert not verify(out).ok
        shutil.copytree(out, folder / "rehearsal")
        rehearsed = crew.whole("repair", folder / "rehearsal", out=str(folder / "rehearsal"))
        assert contents(folder / "rehearsal") == expected
        shutil.rmtree(folder / "rehearsal")
        [doom] = dooms(key.at(f"round {number}"), out, rehearsed.calls, 1, (KILL, FULL)[number % 2])
        ended = crew.run("repair", doom, out=str(out))
        kills += ended.killed
        assert ended.killed or "; " in ended.error or ended.done, ended.error
        assert (out / "manifest.json").read_bytes() == expected["manifest.json"]
        assert crew.run("repair", Doom(), out=str(out)).result == {"ok": True}
        assert contents(out) == expected
    return kills


def test_a_killed_repair(builders: Crew, photos: Path, tmp_path: Path) -> None:
    assert mended(builders, photos, tmp_path, "tar", Key(7, "tar", 0), 3) >= 1


@pytest.mark.long
@pytest.mark.parametrize("format", FORMATS)
def test_many_killed_repairs(builders: Crew, photos: Path, tmp_path: Path, format: str) -> None:
    assert mended(builders, photos, tmp_path, format, Key(8, format, 0), 12) >= 6
