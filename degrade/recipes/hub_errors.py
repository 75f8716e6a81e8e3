"""What the client of the Hugging Face Hub raises, as why and cure: without a traceback, an address or a token.

It stands with the recipes, the lowest part that reads from the Hub; shards and `degrade.hub` use it too. The client's
classes are told by their names, as it need not be installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LONGEST = 200
_AGAIN = (408, 412, 425, 429, 500, 502, 503, 504)
_LINKS = re.compile(r"\S*https?://\S*")
_TOKENS = re.compile(r"\bhf_\w+|(?<=[Bb]earer )\S+")
_SPENT = re.compile(r"quota|storage|limit|billing|payment|exceeded", re.IGNORECASE)
_NETWORK = {
    "ConnectError", "ConnectTimeout", "ReadTimeout", "WriteTimeout", "PoolTimeout", "ReadError", "WriteError",
    "CloseError", "RemoteProtocolError", "LocalProtocolError", "ProxyError", "TimeoutException", "TransportError",
    "ConnectionError", "ConnectionResetError", "BrokenPipeError", "TimeoutError", "gaierror", "SSLError",
}  # fmt: skip


def why_and_cure(error: BaseException, what: str) -> tuple[str, str] | None:
    """Why the Hub, or the way to it, failed, and what to do about it; None for an error of another kind.

    Parameters
    ----------
    error : BaseException
        What the client raised, by itself or as the cause of another.
    what : str
        The repository, such as ``user/name``, for the cure.
    """
    for each in causes(error):
        names = _names(each)
        if known := _by_name(names, what):
            return known
        if (status := status_of(each)) is not None:
            return _by_status(status, said(each), what)
        if names & _NETWORK:
            return "it cannot be reached", "check the network and the endpoint (HF_ENDPOINT), then try again"
    return None


def passes(error: BaseException) -> bool:
    """Whether the same request may succeed a little later: the server is busy, the network broke, or somebody else
    committed at the same moment."""
    for each in causes(error):
        names = _names(each)
        if "OfflineModeIsEnabled" in names:
            return False
        if (status := status_of(each)) is not None:
            return status in _AGAIN
        if names & _NETWORK:
            return True
    return False


def is_missing(error: BaseException) -> bool:
    """Whether the Hub says that there is no such repository, revision or file, or none that one may see."""
    kinds = {"RepositoryNotFoundError", "RevisionNotFoundError", "EntryNotFoundError", "RemoteEntryNotFoundError"}
    return any(_names(each) & kinds and "GatedRepoError" not in _names(each) for each in causes(error))


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it was raised from, down to the first."""
    seen = 0
    each: BaseException | None = error
    while each is not None and seen < 10:
        yield each
        each, seen = each.__cause__, seen + 1


def status_of(error: BaseException) -> int | None:
    """The status of the server's answer, None where there was none."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def said(error: BaseException) -> str:
    """What the server said, or else the error's own words: one line, without addresses and tokens."""
    text = getattr(error, "server_message", None) or str(error) or type(error).__name__
    text = " ".join(_TOKENS.sub("…", _LINKS.sub("", _without_own_token(text))).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _without_own_token(text: str) -> str:
    try:
        from huggingface_hub import get_token
    except ImportError:
        return text
    token = get_token()
    return text.replace(token, "…") if token else text


def _names(error: BaseException) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}


def _by_name(names: set[str], what: str) -> tuple[str, str] | None:
    if "OfflineModeIsEnabled" in names:
        return "HF_HUB_OFFLINE is set", "unset it, then try again"
    if "LocalTokenNotFoundError" in names:
        return "there is no token", "log in by `hf auth login`, or set HF_TOKEN"
    if "GatedRepoError" in names:
        return "access to it has to be granted", f"ask for it on the page of {what}, and log in by `hf auth login`"
    if "DisabledRepoError" in names:
        return "it was disabled", f"ask the Hub, or the owner of {what}"
    if "RevisionNotFoundError" in names:
        return "there is no such revision", f"name a branch, a tag or a commit of {what}"
    if "RepositoryNotFoundError" in names:
        return "there is none, or none that this account may see", (
            "check its name, and the account by `hf auth whoami`; `hf auth login` or HF_TOKEN give a token"
        )
    if names & {"EntryNotFoundError", "RemoteEntryNotFoundError"}:
        return "there is no such file", f"see what {what} holds"
    if "HFValidationError" in names:
        return "that is no name of a repository", "name it as user/name"
    return None


def _by_status(status: int, words: str, what: str) -> tuple[str, str]:
    if status == 401:
        return "the token is not valid", "make another one in the account's settings, and log in by `hf auth login`"
    if status in (402, 403, 413, 507) and _SPENT.search(words):
        return f"refused ({words})", "free some of the account's storage or take a larger plan, then run it again"
    if status == 403:
        return f"refused ({words})", f"take a token that may write to {what}, by `hf auth login` or HF_TOKEN"
    if status == 404:
        return "there is no such thing", f"check the name {what}, and that this account may see it"
    if status == 409:
        return f"it is in conflict with what is there ({words})", f"see what {what} holds"
    if status == 412:
        return "somebody else was committing all the time", "run the same command again, what has arrived is kept"
    if status == 429:
        return "too many requests", "wait some minutes and run the same command again, what has arrived is kept"
    if status >= 500:
        return f"the server failed ({status})", "run the same command again later, what has arrived is kept"
    return f"refused ({words})", "mend that, then try again"
