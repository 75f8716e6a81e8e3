"""The client of the Hub: huggingface_hub's own, quiet, and what a repository holds."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from degrade._version import __version__
from degrade.errors import MissingExtra
from degrade.hub.errors import HubError, asking
from degrade.recipes.hub_errors import is_missing, why_and_cure

if TYPE_CHECKING:
    from huggingface_hub import HfApi

KIND = "dataset"
MAIN = "main"


class Remote(NamedTuple):
    """A file on the Hub: its bytes, and its SHA-256 if it lies in large storage, else the id of its git blob."""

    size: int
    sha256: str | None
    blob: str


class State(NamedTuple):
    """A revision of a repository: its commit, and its files by name. No commit: there is nothing of that name, and
    `missing` says why and what to do about it."""

    commit: str
    files: dict[str, Remote]
    private: bool = False
    missing: tuple[str, str] = ("", "")

    @property
    def exists(self) -> bool:
        """Whether there is such a revision."""
        return bool(self.commit)


def connected() -> HfApi:
    """The client, with the endpoint and the token that it finds itself: HF_ENDPOINT; HF_TOKEN or `hf auth login`.

    Raises MissingExtra where huggingface_hub is not installed.
    """
    try:
        from huggingface_hub import HfApi
    except ImportError:
        what = "the Hub needs huggingface_hub, which is not installed"
        raise MissingExtra(what, 'pip install "degrade[hub]"') from None
    return HfApi(library_name="degrade", library_version=__version__)


def require_token() -> None:
    """Raises HubError if there is no token, without which nothing can be written."""
    from huggingface_hub import get_token

    if not get_token():
        raise HubError("there is no token for the Hub", "log in by `hf auth login`, or set HF_TOKEN")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the client from drawing bars of its own and from telling of each retry while inside."""
    utils: Any = importlib.import_module("huggingface_hub.utils")
    bars, level = not utils.are_progress_bars_disabled(), utils.logging.get_verbosity()
    if bars:
        utils.disable_progress_bars()
    utils.logging.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="huggingface_hub")
            yield
    finally:
        utils.logging.set_verbosity(level)
        if bars:
            utils.enable_progress_bars()


def state_of(api: HfApi, name: str, revision: str | None) -> State:
    """What the revision of the dataset `name` holds.

    Raises HubError where that cannot be said.
    """
    with asking(name, "read"):
        try:
            info = api.repo_info(name, revision=revision, repo_type=KIND)
        except Exception as error:
            if is_missing(error):
                return State("", {}, missing=why_and_cure(error, name) or ("", ""))
            raise
        commit = str(info.sha)
        return State(commit, files_of(api, name, commit), bool(info.private))


def files_of(api: HfApi, name: str, commit: str) -> dict[str, Remote]:
    """The files of a commit of the dataset `name`. Raises what the client raises."""
    entries: Any = api.list_repo_tree(name, recursive=True, revision=commit, repo_type=KIND)
    return {
        entry.path: Remote(entry.size, entry.lfs.sha256 if entry.lfs else None, entry.blob_id)
        for entry in entries
        if hasattr(entry, "blob_id")
    }
