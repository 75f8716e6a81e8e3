"""Pulling an output from the Hub into a folder."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from degrade.hub.changes import is_data
from degrade.hub.client import State, connected, quiet, state_of
from degrade.hub.errors import HubError
from degrade.hub.fetching import Fetching, Wanted
from degrade.hub.local import open_output
from degrade.hub.names import Repository, repository
from degrade.hub.one_split import one_split
from degrade.hub.progress import Planned, Progress
from degrade.hub.report import PullReport
from degrade.jsontext import from_json
from degrade.shards.durable import write_durably
from degrade.shards.errors import ShardError, writing
from degrade.shards.index import ShardIndex, read_index
from degrade.shards.layout import CARD, INDEX, MANIFEST, RECIPE, REJECTS, SHEET, in_own_files
from degrade.shards.manifest import VERSION, digest
from degrade.shards.manifest_check import manifest_problem
from degrade.shards.storage_local import LocalStorage

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_BESIDE = ".degrade-pull"
"""In the folder, while a pull is under way: what it is about, and files that are not whole yet."""
_ABOUT = "pull.json"
_LARGEST_LIST = 1 << 30
_LARGEST_EXTRA = {CARD: 1 << 20, RECIPE: 1 << 20, SHEET: 256 << 20}
"""Bytes of files that the manifest says nothing of."""
_OWNER = "ask the owner of the dataset, or name a revision that is whole"


def pull(
    name: str,
    to: str | os.PathLike[str] | None = None,
    *,
    revision: str | None = None,
    split: str | None = None,
    progress: Progress | None = None,
) -> PullReport:
    """Fetch an output from the Hugging Face Hub into a folder, as a build writes it.

    The same call goes on where one was broken off, at the same commit. Every file is compared with the manifest's
    digests; nothing is taken that the manifest does not name, and no file grows beyond the size that it says.

    Parameters
    ----------
    name : str
        ``user/name``, or ``user/name@revision``.
    to : path, optional
        The folder, new, empty, or left by the same pull; by default the dataset's name.
    revision : str, optional
        A branch, a tag or a commit.
    split : str, optional
        This split alone; the folder is then an output of its own that has just this one.
    progress : Progress, optional

    Raises
    ------
    HubError
        There is no such dataset, it holds no whole output, or the folder holds something else.
    WriteError
        The folder cannot be written.
    MissingExtra
        huggingface_hub is not installed.
    """
    asked = repository(name)
    if revision and asked.revision and revision != asked.revision:
        raise HubError(f"{name} and --revision {revision} name two revisions", "name one of them", 2)
    wish = Repository(asked.id, revision or asked.revision)
    out = Path(to if to is not None else asked.id.partition("/")[2]).expanduser().absolute()
    api = connected()
    with quiet():
        return _Pull(api, wish, split, out, progress or Progress()).run()


class _Pull:
    def __init__(self, api: HfApi, wish: Repository, split: str | None, out: Path, progress: Progress) -> None:
        self.wish, self.split, self.out, self.progress = wish, split, out, progress
        self.beside = out / _BESIDE
        self.about = {"repository": wish.id, "revision": wish.revision, "split": split}
        self.there = self._state(api)
        self.fetching = Fetching(wish.id, self.there.commit, out, self.beside / "files", progress)

    def _state(self, api: HfApi) -> State:
        """Of the commit that an earlier attempt began with, if it is there still, else of the revision."""
        begun = self._begun()
        there = state_of(api, self.wish.id, begun) if begun else State("", {})
        if not there.exists:
            there = state_of(api, self.wish.id, self.wish.revision or None)
        if not there.exists:
            raise HubError(f"cannot read {self.wish}: {there.missing[0]}", there.missing[1])
        return there

    def _begun(self) -> str | None:
        """The commit of an attempt that was broken off; raises HubError where the folder holds something else."""
        try:
            found = from_json((self.beside / _ABOUT).read_text("ascii"))
            commit = found.pop("commit")
        except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, AttributeError):
            if self.out.is_file() or (self.out.is_dir() and any(self.out.iterdir()) and not self._is_output()):
                raise HubError(f"{self.out} is not empty, and holds no pairs", "choose another --to", 2) from None
            return None
        if found != self.about:
            what = f"{self.out} holds another pull, which was broken off"
            raise HubError(what, "finish that, or choose another --to", 2)
        return str(commit)

    def _is_output(self) -> bool:
        return (self.out / MANIFEST).is_file() or [path.name for path in self.out.iterdir()] == [_BESIDE]

    # ------------------------------------------------------------------ the steps

    def run(self) -> PullReport:
        """Fetch, check, and put the manifest in place last."""
        manifest, whole = self._manifest()
        with writing(self.out):
            self.beside.mkdir(parents=True, exist_ok=True)
            write_durably(self.beside / _ABOUT, json.dumps(self.about | {"commit": self.there.commit}).encode("ascii"))
        lists = self._lists(manifest)
        self.fetching.fetch_beside(lists)
        shards = list(self._shards(manifest))
        extra = [self._remote(name) for name in self._extra() if not (self.split and name == CARD)]
        files = [*shards, *(one for one in lists if is_data(one.name)), *extra]
        beside = self.fetching.beside
        texts = {one.name: (beside / one.name).read_bytes() for one in lists if not is_data(one.name)}
        if self.split:
            manifest, texts = one_split(manifest, texts, self.split)
            whole = texts.pop(MANIFEST)
        self._refuse_other(whole)
        todo = [one for one in files if not one.is_at(self.out / one.name)]
        self.progress.planned(Planned(len(todo), sum(one.size for one in todo), len(files) - len(todo)))
        self.fetching.fetch(todo)
        with writing(self.out):
            for name, data in (*texts.items(), (MANIFEST, whole)):
                write_durably(self.out / name, data)
        self.progress.checking()
        open_output(self.out)
        shutil.rmtree(self.beside, ignore_errors=True)
        splits = {name: counts["pairs"] for name, counts in manifest["counts"]["splits"].items()}
        size = sum(one.size for one in todo)
        return PullReport(self.wish.id, self.there.commit, self.out, splits, len(todo), len(files) - len(todo), size)

    def _manifest(self) -> tuple[dict[str, Any], bytes]:
        """The manifest, which is what it was written as, and its bytes. Raises HubError."""
        data = self.fetching.read(self._remote(MANIFEST))
        try:
            manifest = from_json(data)
            problem = _manifest_problem(manifest)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            problem = f"its manifest is damaged ({error!r})", _OWNER
        if problem:
            raise HubError(f"{self.wish} holds no output: {problem[0]}", problem[1])
        splits = [*manifest["counts"]["splits"]]
        if self.split not in (None, *splits):
            raise HubError(f"{self.wish} has no split {self.split!r}", f"choose one of {', '.join(splits)}", 2)
        return manifest, data

    def _refuse_other(self, manifest: bytes) -> None:
        path = self.out / MANIFEST
        if path.is_file() and path.read_bytes() != manifest:
            raise HubError(f"{self.out} holds other pairs", "choose another --to", 2)

    # ------------------------------------------------------------------ what to fetch

    def _remote(self, name: str, size: int | None = None, sha256: str = "") -> Wanted:
        """A file as the manifest and the Hub describe it. Raises HubError where they differ."""
        remote = self.there.files.get(name)
        if remote is None:
            raise HubError(f"{self.wish} holds no whole output: {name} is missing", _OWNER)
        most = size if size is not None else _LARGEST_EXTRA.get(name, _LARGEST_LIST)
        if remote.size > most or (size is not None and remote.size != size):
            what = f"{self.wish} holds no whole output: {name} has {remote.size:,} bytes, not {most:,}"
            raise HubError(what, _OWNER)
        if sha256 and remote.sha256 not in (None, sha256):
            raise HubError(f"{self.wish} holds no whole output: {name} is another than its manifest says", _OWNER)
        return Wanted(name, remote.size, remote, sha256)

    def _lists(self, manifest: dict[str, Any]) -> list[Wanted]:
        files = manifest["files"]
        names = [name for name in files if is_data(name) and self._is_chosen(name.split("/")[1])]
        return [self._remote(name, None, str(files[name])) for name in (INDEX, REJECTS, *names)]

    def _extra(self) -> Iterator[str]:
        return (name for name in _LARGEST_EXTRA if name in self.there.files)

    def _shards(self, manifest: dict[str, Any]) -> Iterator[Wanted]:
        """The shards, or the files of their own of their pairs."""
        lines: dict[str, ShardIndex] | None = None
        for entry in manifest["shards"]:
            if not entry["pairs"] or not self._is_chosen(entry["split"]):
                continue
            if not in_own_files(entry["file"]):
                yield self._remote(entry["file"], entry["bytes"], entry["sha256"])
                continue
            lines = lines if lines is not None else self._index()
            for name, size in lines[entry["file"]].own_files():
                if not is_data(name):
                    raise HubError(f"{self.wish} holds no output: its index names {name!r}", _OWNER)
                yield self._remote(name, size)

    def _index(self) -> dict[str, ShardIndex]:
        try:
            return {line.shard: line for line in read_index(LocalStorage(self.fetching.beside))}
        except ShardError as error:
            raise HubError(f"{self.wish} holds no output: {error.what}", _OWNER) from error

    def _is_chosen(self, split: str) -> bool:
        return self.split in (None, split)


def _manifest_problem(manifest: Any) -> tuple[str, str] | None:
    """What is wrong with a manifest that anybody may have written, and the cure."""
    if manifest["manifest"] != VERSION:
        return f"its manifest is of format {manifest['manifest']!r}", "pull it with a newer version of degrade"
    if manifest.get("sha256") != digest(manifest):
        return "its manifest was edited", _OWNER
    if what := manifest_problem(manifest):
        return f"its manifest is damaged ({what})", _OWNER
    names = [entry["file"] for entry in manifest["shards"]]
    if len({*names}) < len(names):
        return f"its manifest names {names[0]!r}", _OWNER
    if not {INDEX, REJECTS} <= manifest["files"].keys():
        return "its manifest has no digests of its lists", _OWNER
    return None
