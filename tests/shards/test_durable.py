"""Files that appear whole or not at all."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from degrade.shards.durable import DurableFile, remove_left_over, write_durably
from degrade.shards.layout import temporary


def test_the_old_content_stays_until_commit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with DurableFile(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
        file.commit()
        assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    def attempt() -> None:
        with DurableFile(tmp_path / "a") as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attempt()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_overwritten(tmp_path: Path) -> None:
    temporary(tmp_path / "a").write_bytes(b"a long rest of something that was never finished")
    write_durably(tmp_path / "a", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"whole"


def test_a_second_writer_waits_and_starts_from_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a"
    second = threading.Thread(target=write_durably, args=(path, b"second"))
    with DurableFile(path) as first:
        first.write(b"first, which is longer")
        second.start()
        second.join(0.2)
        assert second.is_alive()
        first.commit()
    second.join()
    assert path.read_bytes() == b"second"
    assert list(tmp_path.iterdir()) == [path]


def test_only_abandoned_files_are_removed(tmp_path: Path) -> None:
    abandoned = tmp_path / ".b.tmp"
    abandoned.write_bytes(b"")
    remove_left_over(abandoned)
    remove_left_over(tmp_path / ".never.tmp")
    with DurableFile(tmp_path / "a") as file:
        remove_left_over(temporary(tmp_path / "a"))
        file.write(b"alive")
        file.commit()
    assert (tmp_path / "a").read_bytes() == b"alive"
    assert not abandoned.exists()


def test_a_temporary_file_taken_away_is_an_error(tmp_path: Path) -> None:
    with DurableFile(tmp_path / "a") as file:
        temporary(tmp_path / "a").unlink()  # as somebody else might
        with pytest.raises(FileNotFoundError):
            file.commit()
    assert list(tmp_path.iterdir()) == []
