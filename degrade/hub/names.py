"""What a dataset on the Hub is called."""

from __future__ import annotations

import re
from typing import NamedTuple

from degrade.hub.errors import HubError

_PREFIX = "hf://"
_KIND = "datasets/"
_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
_NAME = re.compile(rf"(?P<id>{_PART}/{_PART})(?:@(?P<revision>[^@\s]{{1,250}}))?")


class Repository(NamedTuple):
    """A dataset: ``user/name``, and a branch, a tag or a commit of it; "" for the default branch."""

    id: str
    revision: str = ""

    @property
    def url(self) -> str:
        """As `degrade.open_pairs` takes it."""
        return f"{_PREFIX}{_KIND}{self}"

    def __str__(self) -> str:
        return f"{self.id}@{self.revision}" if self.revision else self.id


def repository(name: str) -> Repository:
    """The dataset that ``user/name``, ``user/name@revision`` or ``hf://datasets/user/name`` means.

    Raises HubError, with exit code 2.
    """
    bare = name.removeprefix(_PREFIX).removeprefix(_KIND).rstrip("/")
    found = _NAME.fullmatch(bare)
    if found is None or "--" in found["id"] or ".." in found["id"] or found["id"].endswith(".git"):
        raise HubError(f"{name} is no name of a dataset on the Hub", "name it as user/name, or user/name@revision", 2)
    return Repository(found["id"], found["revision"] or "")


def push_target(name: str, branch: str | None) -> tuple[Repository, str | None]:
    """The dataset without its revision, and the branch that the name or the option asks for, None for the default one.

    Raises HubError, with exit code 2.
    """
    to = repository(name)
    if to.revision and branch and to.revision != branch:
        raise HubError(f"{to} and --branch {branch} name two branches", "name one of them", 2)
    return Repository(to.id), branch or to.revision or None
