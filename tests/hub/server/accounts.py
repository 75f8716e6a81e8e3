"""Users, their tokens, and who may do what. The refusals are the Hub's: it tells strangers nothing of private work."""

from __future__ import annotations

from dataclasses import dataclass

from tests.hub.server.messages import Refusal, Request
from tests.hub.server.repositories import Repository


@dataclass(frozen=True)
class User:
    """`role`: "write", or "read" for a token that may not change anything."""

    name: str
    role: str = "write"


class Accounts:
    """Who owns which token."""

    def __init__(self) -> None:
        self._users: dict[str, User] = {}

    def add(self, token: str, user: User) -> None:
        self._users[token] = user

    @property
    def tokens(self) -> list[str]:
        return list(self._users)

    def sender(self, request: Request) -> User | None:
        """Who asks; None is nobody in particular. A token that nobody owns is refused with 401."""
        if request.token is None:
            return None
        if request.token not in self._users:
            raise Refusal(401, "Invalid credentials in Authorization header")
        return self._users[request.token]


def must_be_known(user: User | None) -> User:
    """Refused with 401 where no token came."""
    if user is None:
        raise Refusal(401, "Invalid username or password.")
    return user


def not_found(user: User | None) -> Refusal:
    """Missing and hidden repositories look alike."""
    if user is None:
        return Refusal(401, "Invalid username or password.", "RepoNotFound")
    return Refusal(404, "Repository not found", "RepoNotFound")


def must_see(user: User | None, repository: Repository) -> None:
    """A private repository exists for its owner alone."""
    if repository.private and (user is None or user.name != repository.owner):
        raise not_found(user)


def must_read(user: User | None, repository: Repository) -> None:
    """Files of a gated repository are for its owner and for those who were admitted."""
    must_see(user, repository)
    if not repository.gated:
        return
    about = f"Access to {repository.kind} {repository.name} is restricted"
    if user is None:
        raise Refusal(401, f"{about}. You must be authenticated to access it. Please log in.", "GatedRepo")
    if user.name != repository.owner and user.name not in repository.admitted:
        raise Refusal(403, f"{about} and you are not in the authorized list.", "GatedRepo")


def must_write(user: User | None, repository: Repository) -> User:
    """Only the owner changes a repository, with a token that may write."""
    if user is None:
        raise not_found(user)
    must_see(user, repository)
    return may_write_to(user, repository.owner, f"update the {repository.kind} {repository.name}")


def must_contribute(user: User | None, repository: Repository) -> User:
    """Whoever sees a repository may propose changes, with a token that may write."""
    if user is None:
        raise not_found(user)
    must_see(user, repository)
    return may_write_to(user, user.name, f"contribute to the {repository.kind} {repository.name}")


def may_write_to(user: User, owner: str, what: str) -> User:
    """Refused with 403 for the tokens of others and those that only read."""
    if user.role != "write":
        raise Refusal(403, f"You have read access but not the required permissions to {what}")
    if user.name != owner:
        raise Refusal(403, f'You don\'t have the rights to {what} under the namespace "{owner}"')
    return user
