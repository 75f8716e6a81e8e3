"""Tars: the bytes are those of the standard library's USTAR."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.shards.errors import NameTooLong, ShardError
from degrade.shards.tar import TarWriter, header

COMPONENT = st.text("abcXYZ019_-", min_size=1, max_size=90)
NAMES = st.lists(COMPONENT, min_size=1, max_size=5).map("/".join).map(lambda name: f"{name}.clean.jpg")


def tarfile_bytes(members: list[tuple[str, bytes]]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return whole.getvalue()


def fits(name: str) -> bool:
    try:
        header(name, 0)
    except NameTooLong:
        return False
    return True


@given(
    st.lists(st.tuples(NAMES.filter(fits), st.integers(0, 2000)), max_size=6, unique_by=lambda member: member[0]),
)
def test_same_bytes_as_tarfile(tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, int]]) -> None:
    members = [(name, bytes([size % 251]) * size) for name, size in drawn]
    path = tmp_path_factory.mktemp("tar") / "a.tar"
    with TarWriter(path) as tar:
        offsets = [tar.add(name, data) for name, data in members]
        sealed = tar.commit()
    written = path.read_bytes()
    assert written == tarfile_bytes(members)
    assert (sealed.size, sealed.sha256) == (len(written), hashlib.sha256(written).hexdigest())
    assert [written[offset:][: len(data)] for offset, (_, data) in zip(offsets, members, strict=True)] == [
        data for _, data in members
    ]


@given(NAMES)
def test_a_name_fits_exactly_if_tarfile_takes_it(name: str) -> None:
    info = tarfile.TarInfo(name)
    try:
        expected = info.tobuf(tarfile.USTAR_FORMAT)
    except ValueError:
        assert not fits(name)
    else:
        assert header(name, 0) == expected


def test_a_long_name_leaves_the_tar_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with TarWriter(path) as tar:
        tar.add("a.json", b"{}")
        with pytest.raises(NameTooLong, match="shorten"):
            tar.add("x" * 101, b"")
        tar.commit()
    assert path.read_bytes() == tarfile_bytes([("a.json", b"{}")])


def test_a_member_of_eight_gibibytes_is_refused() -> None:
    with pytest.raises(ShardError, match="smaller"):
        header("a.png", 8 << 30)


def test_without_commit_nothing_appears(tmp_path: Path) -> None:
    with TarWriter(tmp_path / "a.tar") as tar:
        tar.add("a.json", b"{}")
    assert list(tmp_path.iterdir()) == []
