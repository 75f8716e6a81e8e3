"""What a push has to do: the files here against those on the Hub."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from degrade.hub.client import State
from degrade.hub.errors import HubError
from degrade.hub.local import LocalFile
from degrade.shards.layout import CARD, DATA, MANIFEST, SHEET, is_shard_file

_OWN_FILE = re.compile(rf"{DATA}/[a-z][a-z0-9_]*/(metadata\.jsonl|([a-z0-9_]+/)?[A-Za-z0-9_~-]+\.(jpg|png))")
_HEAD = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_MANIFEST = re.compile(r'\{\s*"manifest": \d+,\s*"degrade": "')
_TAG = re.compile(r"^\s*- degrade\s*$", re.MULTILINE)
_MOST_SHOWN = 3


@dataclass(frozen=True)
class Changes:
    """What is to be sent, what is there already, and what of another build is to be removed."""

    send: tuple[LocalFile, ...]
    kept: tuple[LocalFile, ...]
    stale: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether the Hub holds all that it should."""
        return not self.send and not self.stale

    @property
    def size(self) -> int:
        """Bytes to be sent."""
        return sum(file.size for file in self.send)


def changes(files: Iterable[LocalFile], there: State) -> Changes:
    """The files against the state of the repository; `files` are all that it is to hold of ours. Raises OSError."""
    send: list[LocalFile] = []
    kept: list[LocalFile] = []
    names = set()
    for file in files:
        names.add(file.name)
        (kept if file.is_as(there.files.get(file.name)) else send).append(file)
    stale = sorted(name for name in there.files if is_data(name) and name not in names)
    if MANIFEST in there.files and SHEET in there.files and SHEET not in names:
        stale.append(SHEET)  # it shows another build
    return Changes(tuple(send), tuple(kept), tuple(stale))


def is_data(name: str) -> bool:
    """Whether a file has a name that only a build gives: of a shard, or of a member that is a file of its own."""
    return (is_shard_file(name) and name.endswith((".tar", ".parquet"))) or _OWN_FILE.fullmatch(name) is not None


def is_ours(manifest: str, card: str) -> bool:
    """Whether a repository was pushed by this command, by the beginning of these two files; "" where there is none."""
    head = _HEAD.match(card.replace("\r\n", "\n"))
    tagged = head is not None and _TAG.search(head[1]) is not None
    return tagged or _MANIFEST.match(manifest) is not None


def refuse_foreign(name: str, replaced: Iterable[str], ours: bool) -> None:
    """Raises HubError where data of something else lies at the names of shards: it would be lost, or read as pairs."""
    found = list(replaced)
    if found and not ours:
        shown = ", ".join(found[:_MOST_SHOWN]) + (" …" if len(found) > _MOST_SHOWN else "")
        what = f"{name} holds other data at the names of shards ({shown})"
        raise HubError(what, "choose another dataset or --branch, or remove these files there")


def in_order(files: Iterable[LocalFile], there: State) -> list[LocalFile]:
    """In the order of sending: data first, what describes it last, the manifest at the very end. The first push begins
    with the card, which tells whose a repository is."""
    first = CARD not in there.files and MANIFEST not in there.files
    ranks = {CARD: -1 if first else 1, MANIFEST: 2}

    def rank(file: LocalFile) -> tuple[int, str]:
        return ranks.get(file.name, 0 if file.name.startswith(f"{DATA}/") else 1), file.name

    return sorted(files, key=rank)
