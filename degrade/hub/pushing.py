"""Pushing to the Hub."""

from __future__ import annotations

import os

from degrade.hub.names import push_target
from degrade.hub.outputs import push_output
from degrade.hub.progress import Progress
from degrade.hub.publishing import Wish
from degrade.hub.recipes import is_recipe, push_recipe
from degrade.hub.report import PushReport


def push(
    source: str | os.PathLike[str],
    repository: str,
    *,
    private: bool = False,
    tag: str | None = None,
    branch: str | None = None,
    create_pr: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> PushReport:
    """Put an output, or a recipe, on the Hugging Face Hub, as a dataset.

    What is there already is not sent again, so that the same call goes on where one was broken off. At the end every
    file on the Hub has been compared with the manifest's digests. The token is found where huggingface_hub finds it:
    HF_TOKEN, or `hf auth login`.

    Parameters
    ----------
    source : str or path
        The folder of a finished build; or a recipe's file, or the name of a shipped one.
    repository : str
        ``user/name``, or ``user/name@branch``. It is made if need be. Shards of another build are removed from it.
    private : bool
        Whether a new repository is private. One that is there and public is refused.
    tag : str, optional
        A name for the state that the push leads to.
    branch : str, optional
        Other than the default one; made if need be.
    create_pr : bool
        Send it as a pull request.
    dry_run : bool
        Say what would be done, and write nothing.
    progress : Progress, optional

    Raises
    ------
    HubError
        The output is not what its manifest says, or the Hub refuses or fails.
    ShardError
        There is no finished output; MissingExtra where huggingface_hub is not installed.
    RecipeError
        The recipe has mistakes.
    """
    to, wanted = push_target(repository, branch)
    wish = Wish(private, tag, wanted, create_pr, dry_run)
    return (push_recipe if is_recipe(source) else push_output)(source, to, wish, progress or Progress())
