"""What pushing an output and pushing a recipe have in common: the repository, the card, the tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from degrade.hub.changes import Changes, changes
from degrade.hub.client import KIND, MAIN, State, require_token, state_of
from degrade.hub.errors import HubError, asking
from degrade.hub.local import LocalFile
from degrade.hub.names import Repository
from degrade.hub.progress import Progress
from degrade.hub.report import PushReport
from degrade.hub.sending import Sending
from degrade.recipes.fetching import HubFile, first_bytes
from degrade.recipes.text import LARGEST_BYTES
from degrade.shards.card_seal import is_as_written
from degrade.shards.layout import CARD

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_LONGEST_CARD = 1 << 20


@dataclass(frozen=True)
class Wish:
    """How something is to be pushed.

    Attributes
    ----------
    private : bool
        Whether a new repository is private; one that is there must be.
    tag : str or None
        Put at the commit, once all has arrived.
    branch : str or None
        Other than the default one; made if need be.
    create_pr : bool
        Ask the owner by a pull request.
    dry_run : bool
        Write nothing.
    """

    private: bool = False
    tag: str | None = None
    branch: str | None = None
    create_pr: bool = False
    dry_run: bool = False

    def __post_init__(self) -> None:
        if self.create_pr and (self.branch or self.tag):
            other = "--branch" if self.branch else "--tag"
            raise HubError(f"a pull request and {other} exclude each other", f"leave --create-pr or {other} out", 2)


def begin(api: HfApi, to: Repository, wish: Wish) -> State:
    """What the repository holds where the files are to go; raises HubError where they may not go there."""
    if not wish.dry_run:
        require_token()
    there = state_of(api, to.id, wish.branch)
    main = there if there.exists or not wish.branch else state_of(api, to.id, None)
    if wish.private and main.exists and not main.private:
        cure = "make it private in its settings, or leave --private out"
        raise HubError(f"{to.id} exists, and everybody can see it", cure)
    return there if there.exists else main


def send(
    api: HfApi,
    to: Repository,
    there: State,
    wish: Wish,
    files: list[LocalFile],
    title: str,
    card: str,
    progress: Progress,
    clean: bool = True,
) -> PushReport:
    """Make the repository and the branch, send what is missing, check what has arrived, put the tag."""
    if wish.tag:
        _check_tag(api, to.id, wish.tag, there, bool(changes(files, there).send))
    with asking(to.id, "make"):
        if not there.exists:
            api.create_repo(to.id, repo_type=KIND, private=wish.private or None, exist_ok=True)
        if wish.branch:
            api.create_branch(to.id, branch=wish.branch, repo_type=KIND, exist_ok=True)
    before = len(changes(files, there).kept)
    sending = Sending(api, to.id, wish.branch or MAIN, title, files, progress, clean, wish.create_pr)
    arrived = sending.run()
    if wish.tag:
        _put_tag(api, to.id, wish.tag, arrived.commit)
    return PushReport(
        to.id, sending.revision, _at(to, wish, sending), arrived.commit, sorted(sending.sent.items()), before,
        sending.removed, card, sending.pull_request, wish.tag, arrived.private,
    )  # fmt: skip


def dry_report(to: Repository, wish: Wish, there: State, found: Changes, card: str) -> PushReport:
    """What a push would do."""
    sent = [(file.name, file.size) for file in found.send]
    return PushReport(
        to.id, wish.branch or MAIN, to.url, there.commit, sent, len(found.kept), list(found.stale), card,
        tag=wish.tag, private=wish.private or there.private, dry_run=True,
    )  # fmt: skip


def remote_text(name: str, there: State, file: str, most: int = LARGEST_BYTES) -> str:
    """The beginning of a file of the repository, "" where it has none. Raises HubError."""
    if file not in there.files:
        return ""
    with asking(name, "read"):
        return first_bytes(HubFile(KIND, name, there.commit, file), most).decode("utf-8", "replace")


def kept_card(name: str, there: State, own: LocalFile, edited: bool) -> tuple[list[LocalFile], str]:
    """The card to be sent, and whose it is: a card that was edited on the Hub stays, unless one's own was edited too.

    Raises HubError.
    """
    if edited:
        return [own], "edited"
    if not own.is_as(there.files.get(CARD)):
        theirs = remote_text(name, there, CARD, _LONGEST_CARD)
        if has_text(theirs) and not is_as_written(theirs):
            return [], "theirs"
    return [own], "written"


def has_text(card: str) -> bool:
    """Whether a card says anything; one that the Hub has made for a new repository has a head alone."""
    body = card.replace("\r\n", "\n").partition("\n---\n")[2] if card.startswith("---") else card
    return bool(body.strip())


# --- tags -------------------------------------------------------------------------------------------------------------


def _tags(api: HfApi, name: str) -> dict[str, str]:
    with asking(name, "read"):
        return {tag.name: str(tag.target_commit) for tag in api.list_repo_refs(name, repo_type=KIND).tags}


def _check_tag(api: HfApi, name: str, tag: str, there: State, changing: bool) -> None:
    """Raises HubError if the tag is another commit's."""
    if not there.exists:
        return
    commit = _tags(api, name).get(tag)
    if commit is not None and (changing or commit != there.commit):
        raise HubError(f"{name} has a tag {tag}, at another state", "choose another --tag, or delete that one there")


def _put_tag(api: HfApi, name: str, tag: str, commit: str) -> None:
    if _tags(api, name).get(tag) != commit:
        with asking(name, "tag"):
            api.create_tag(name, tag=tag, revision=commit, repo_type=KIND)


def _at(to: Repository, wish: Wish, sending: Sending) -> str:
    revision = sending.revision if sending.revision != MAIN else ""
    return Repository(to.id, wish.tag or revision.replace("/", "%2F")).url
