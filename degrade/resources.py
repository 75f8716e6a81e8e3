"""The shipped recipes and textures, wherever this installation keeps them.

Their only home is the repository's `recipes/` and `textures/`. A wheel carries copies inside the package, as
`degrade/recipes/library` and `degrade/textures/library`; a checkout and an editable install read the home itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from degrade.errors import DegradeError

Kind = Literal["recipes", "textures"]


class MissingResourceError(DegradeError):
    """This installation lacks its shipped files of one kind; `kind` names it, `looked_in` lists the folders tried."""

    def __init__(self, kind: str, looked_in: tuple[Path, ...]) -> None:
        self.kind = kind
        self.looked_in = looked_in
        tried = " and ".join(str(folder) for folder in looked_in)
        super().__init__(f"the shipped {kind} are missing from {tried}; install degrade again")


def shipped(kind: Kind) -> Path:
    """Folder that holds the shipped `*.yaml` files of one kind.

    Raises `MissingResourceError` if neither the package nor a checkout around it has such a folder.
    """
    package = Path(__file__).resolve().parent
    inside = package / kind / "library"
    if inside.is_dir():
        return inside
    checkout = package.parent
    beside = checkout / kind
    # In site-packages a folder called `recipes` belongs to somebody else: only a checkout has our pyproject.toml.
    if beside.is_dir() and (checkout / "pyproject.toml").is_file():
        return beside
    raise MissingResourceError(kind, (inside, beside))


def shipped_names(kind: Kind) -> list[str]:
    """Names of the shipped files of one kind, without `.yaml`, in alphabetical order."""
    return sorted(path.stem for path in shipped(kind).glob("*.yaml"))
