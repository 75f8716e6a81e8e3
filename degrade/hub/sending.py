"""Sending files to a repository: in several commits, again after what passes, until the Hub holds all of them.

Each commit names the one that it follows, so that nothing of somebody else's is overwritten unseen. After a failure the
repository is read anew, so that only what is missing is sent again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from degrade.hub.changes import Changes, changes, in_order
from degrade.hub.client import KIND, MAIN, State, state_of
from degrade.hub.errors import HubError, asking
from degrade.hub.local import LocalFile
from degrade.hub.progress import Planned, Progress
from degrade.recipes.hub_errors import passes, why_and_cure

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, HfApi

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between attempts, as long as nothing is sent in between."""
MOST_FILES, MOST_BYTES = 100, 10 << 30
"""Of one commit."""
_AT_ONCE, _AT_ONCE_BYTES = 16, 256 << 20
"""Files that are sent between two steps of the progress."""


@dataclass
class Sending:
    """A push under way.

    Attributes
    ----------
    name : str
        The repository, which exists.
    revision : str
        The branch, or the pull request's revision.
    title : str
        Of the commits.
    files : sequence of LocalFile
        All that the repository is to hold of ours.
    clean : bool
        Whether data that is not among `files` is removed.
    create_pr : bool
        Whether to ask by a pull request, which is opened with the first commit.
    """

    api: HfApi
    name: str
    revision: str
    title: str
    files: Sequence[LocalFile]
    progress: Progress
    clean: bool = True
    create_pr: bool = False
    pull_request: str | None = None
    sent: dict[str, int] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)

    def run(self) -> State:
        """Send what is missing; gives the state in which the Hub holds all files, each with its digest.

        Raises HubError, or OSError where a file here cannot be read.
        """
        failures, complete = 0, False
        while True:
            try:
                there = self._state()
                work = self._changes(there)
                if work.nothing:
                    return there
                if complete:
                    raise HubError(f"{self.name} does not hold what was sent ({_differing(work)})", _AGAIN)
                self.progress.planned(Planned(len(work.send), work.size, len(work.kept), len(work.stale)))
                for _ in self._commits(work, there):
                    failures = 0
                complete = True
                self.progress.checking()
            except Exception as error:
                if failures >= len(PAUSES) or not _may_pass(error):
                    with asking(self.name, "push to"):
                        raise
                self._wait(PAUSES[failures], error)
                failures, complete = failures + 1, False

    def _state(self) -> State:
        if self.create_pr and self.pull_request is None:
            self._find_pull_request()
        return state_of(self.api, self.name, self.revision)

    def _changes(self, there: State) -> Changes:
        found = changes(self.files, there)
        return found if self.clean else Changes(found.send, found.kept, ())

    def _wait(self, seconds: float, error: Exception) -> None:
        known = why_and_cure(error.__cause__ if isinstance(error, HubError) and error.__cause__ else error, self.name)
        self.progress.waiting(seconds, known[0] if known else "it failed")
        time.sleep(seconds)

    # ------------------------------------------------------------------ commits

    def _commits(self, work: Changes, there: State) -> Iterator[str]:
        """Send everything; gives each commit when it is made. What is stale goes with the last."""
        from huggingface_hub import CommitOperationDelete

        parent = there.commit
        batches = list(_batches(in_order(work.send, there), MOST_FILES, MOST_BYTES)) or [[]]
        for number, batch in enumerate(batches, 1):
            operations: list[Any] = []
            for group in _batches(batch, _AT_ONCE, _AT_ONCE_BYTES):
                operations += self._uploaded(group)
            if number == len(batches):
                operations += [CommitOperationDelete(name, is_folder=False) for name in work.stale]
            counted = f" ({number}/{len(batches)})" if len(batches) > 1 else ""
            parent = self._commit(operations, f"{self.title}{counted}", parent)
            self.sent.update((file.name, file.size) for file in batch)
            if number == len(batches):
                self.removed += work.stale
            self.progress.committed(parent, len(batch))
            yield parent

    def _uploaded(self, group: list[LocalFile]) -> list[CommitOperationAdd]:
        """Files of large storage are sent, the others go with the commit."""
        from huggingface_hub import CommitOperationAdd

        operations = []
        for file in group:
            content = file.content if isinstance(file.content, bytes) else str(file.content)
            operation = CommitOperationAdd(file.name, content)
            if file.promised and operation.upload_info.sha256.hex() != file.promised:
                raise HubError(f"{file.name} is not whole: its SHA-256 is not the manifest's", _REBUILD)
            operations.append(operation)
        self.api.preupload_lfs_files(
            self.name, operations, repo_type=KIND, revision=self.revision, free_memory=False,
            create_pr=self._opens_pull_request,
        )  # fmt: skip
        for file in group:
            self.progress.advanced(file.size)
            self.progress.moved(file.name, file.size)
        return operations

    def _commit(self, operations: list[Any], title: str, parent: str) -> str:
        made = self.api.create_commit(
            self.name, operations, commit_message=title, repo_type=KIND, parent_commit=parent,
            revision=None if self._opens_pull_request else self.revision, create_pr=self._opens_pull_request,
        )  # fmt: skip
        if self._opens_pull_request and made.pr_revision:
            self.pull_request, self.revision = made.pr_url, made.pr_revision
        return str(made.oid)

    # ------------------------------------------------------------------ pull requests

    @property
    def _opens_pull_request(self) -> bool:
        return self.create_pr and self.pull_request is None

    def _find_pull_request(self) -> None:
        """An open one of this push, which an attempt that was broken off has left."""
        with asking(self.name, "read"):
            found = self.api.get_repo_discussions(
                self.name, repo_type=KIND, discussion_type="pull_request", discussion_status="open"
            )
            titles = (self.title, f"{self.title} (1/")
            for each in found:
                if each.title == titles[0] or each.title.startswith(titles[1]):
                    self.pull_request, self.revision = each.url, f"refs/pr/{each.num}"
                    return
        self.revision = MAIN


_AGAIN = "run the same command again; if that does not help, see who else commits there"
_REBUILD = "see `degrade verify`, and run its build again"


def _batches(files: Sequence[LocalFile], most: int, most_bytes: int) -> Iterator[list[LocalFile]]:
    """Neighbours together, up to so many and so many bytes."""
    batch: list[LocalFile] = []
    size = 0
    for file in files:
        if batch and (len(batch) == most or size + file.size > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield batch


def _may_pass(error: Exception) -> bool:
    """Whether another attempt makes sense. What Xet, which has retried by itself, raises tells nothing: it may."""
    if isinstance(error, HubError):
        return error.__cause__ is not None and passes(error.__cause__)
    return passes(error) or type(error).__module__.partition(".")[0] == "hf_xet"


def _differing(work: Changes) -> str:
    names = [file.name for file in work.send] + list(work.stale)
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
