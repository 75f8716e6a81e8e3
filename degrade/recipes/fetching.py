"""A recipe from the Hub: ``hf://datasets/USER/NAME[@REVISION]/PATH.yaml``, with presets behind a second ``@``.

What comes from there is anybody's. It is bounded in size and read by the same parser as any recipe; nothing in it may
name a place of this machine or another address; nothing is fetched unless such an URL was named.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from degrade.recipes.errors import Problem, RecipeError
from degrade.recipes.hub_errors import why_and_cure
from degrade.recipes.text import LARGEST_BYTES
from degrade.recipes.words import shown

if TYPE_CHECKING:
    from degrade.recipes.recipe import Recipe

HUB = "hf://"
_URL = re.compile(
    r"hf://(?:(?P<kind>datasets|spaces)/)?(?P<repository>[\w.-]+/[\w.-]+)(?:@(?P<revision>[^/@]+|refs/pr/[0-9]+))?"
    r"/(?P<path>[^@]+\.ya?ml)(?:@(?P<presets>[^@/]+))?"
)
_EXPECTED = "expected hf://datasets/USER/NAME/recipe.yaml, with @REVISION behind NAME if need be"
_KINDS = {"datasets": "dataset", "spaces": "space", None: "model"}


class HubFile(NamedTuple):
    """A recipe's place on the Hub: kind is dataset, space or model; revision "" is the default branch."""

    kind: str
    repository: str
    revision: str
    path: str
    presets: str = ""


def is_hub_url(text: str) -> bool:
    """Whether `text` names something on the Hub."""
    return text.startswith(HUB)


def hub_file(url: str) -> HubFile:
    """The parts of a URL. Raises RecipeError for one that names no recipe."""
    parts = _URL.fullmatch(url)
    if parts is None or ".." in parts["path"].split("/"):
        raise RecipeError([Problem(f"{shown(url)} names no recipe", hint=_EXPECTED)])
    kind = _KINDS[parts["kind"]]
    revision = (parts["revision"] or "").replace("%2F", "/")
    return HubFile(kind, parts["repository"], revision, parts["path"], parts["presets"] or "")


def fetched(file: HubFile, called: str) -> bytes:
    """The bytes of a file on the Hub, `LARGEST_BYTES` + 1 of a larger one.

    Raises
    ------
    RecipeError
        huggingface_hub is not installed, or the file cannot be had.
    """
    try:
        return first_bytes(file, LARGEST_BYTES + 1)
    except ImportError:
        missing = Problem("hf:// needs huggingface_hub, which is not installed", hint='pip install "degrade[hub]"')
        raise RecipeError([missing]) from None
    except Exception as error:
        known = why_and_cure(error, file.repository)
        if known is None:
            raise
        why, cure = known
        raise RecipeError([Problem(f"it can't be read: {why}", file=called, hint=cure)]) from error


def first_bytes(file: HubFile, most: int) -> bytes:
    """At most so many bytes of a file on the Hub, whatever the server sends.

    Raises ImportError, and what the client raises.
    """
    held = bytearray()
    with opened(file) as answer:
        for piece in answer.iter_bytes(1 << 16):
            held += piece
            if len(held) >= most:
                break
    return bytes(held[:most])


@contextmanager
def opened(file: HubFile, start: int = 0) -> Iterator[Any]:
    """The server's answer with the bytes of a file on the Hub from `start` on, still to be read: `status_code` is 206
    where it begins there, 200 where the server sends all of it. The token, where there is one, goes to the Hub alone.

    Raises ImportError, and what the client raises.
    """
    from huggingface_hub import constants, hf_hub_url

    http: Any = importlib.import_module("huggingface_hub.utils")
    url = hf_hub_url(file.repository, file.path, repo_type=file.kind, revision=file.revision or None)
    headers = (
        http.build_hf_headers() | {"accept-encoding": "identity"} | ({"range": f"bytes={start}-"} if start else {})
    )
    with http.get_session().stream("GET", url, headers=headers, timeout=constants.HF_HUB_DOWNLOAD_TIMEOUT) as answer:
        if answer.is_error:
            answer.read()  # which has the reason
        http.hf_raise_for_status(answer)
        yield answer


def refuse_places(recipe: Recipe, called: str) -> None:
    """Let a recipe that somebody else wrote name no place: photographs and textures of one's own are one's own choice.

    Raises RecipeError.
    """
    from degrade.ops.harvested import Harvested
    from degrade.ops.texture import Texture
    from degrade.textures.sample_bank import NAME
    from degrade.textures.shipped import texture_names

    cure = "save it as a file, look at it, and name that file"
    ops = [op for step in recipe.steps for op in step.flattened() if isinstance(op, Texture | Harvested)]
    own = sorted({source for op in ops for source in op.sources()} - {*texture_names(), NAME})
    problems = [
        Problem(f"a recipe from the Hub may not name the folder {shown(name)}", "steps", hint=cure) for name in own
    ]
    if recipe.source not in (None, "sample"):
        problems.append(Problem("a recipe from the Hub may not name photographs", "source", hint=cure))
    if problems:
        raise RecipeError([replace(problem, file=called) for problem in problems])
