"""What the libraries behind fsspec raise, in one line with the cure, and without anybody's secrets.

They have no error in common, and importing them for their names' sake would cost a second; so errors are told apart by
the names of their classes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from degrade.errors import DegradeError
from degrade.shards.errors import StorageError

_EXTRAS = {"s3": "degrade[s3]", "s3a": "degrade[s3]", "hf": "degrade[hub]"}
_PACKAGES = {
    "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "abfss": "adlfs", "sftp": "paramiko",
    "ssh": "paramiko", "smb": "smbprotocol", "http": "aiohttp", "https": "aiohttp", "hdfs": "pyarrow",
}  # fmt: skip
_AGAIN = {"write": "run the same command again, what is finished is kept"}
_CREDENTIALS = {
    "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "DefaultCredentialsError",
    "ProfileNotFound", "TokenRetrievalError", "SSOTokenLoadError", "UnauthorizedSSOTokenError", "RefreshError",
    "NoAuthTokenError", "ClientAuthenticationError", "LocalTokenNotFoundError",
}  # fmt: skip
_NETWORK = {
    "EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError", "FSTimeoutError",
    "ClientConnectorError", "ClientConnectorDNSError", "ServerDisconnectedError", "ConnectionError", "ConnectError",
    "TimeoutError", "ConnectTimeout", "ReadTimeout", "gaierror", "HTTPClientError", "ServiceRequestError",
    "ConnectionRefusedError", "ConnectionResetError", "SSLError", "ProxyConnectionError", "ServerTimeoutError",
}  # fmt: skip
_LONGEST = 200
_SECRET_VARIABLE = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL|SAS", re.IGNORECASE)
_SECRETS = re.compile(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{12,}"  # AWS' key ids
    r"|\bhf_[A-Za-z0-9]{20,}"
    r"|(?<=\?)\S+"  # the signatures in URLs
    r"|(?<=://)[^/\s@]*(?=@)"
    r"|(?<=[Bb]earer )\S+"
)


def missing_library(scheme: str) -> StorageError:
    """The error of a URL whose library is not installed."""
    package = _EXTRAS.get(scheme) or _PACKAGES.get(scheme)
    quoted = f'"{package}"' if package and "[" in package else package
    if package is None:
        return StorageError(f"{scheme}:// needs a library that is not installed", "install the fsspec one for it", 2)
    return StorageError(f"{scheme}:// needs {package}, which is not installed", f"pip install {quoted}", 2)


def unknown_scheme(scheme: str) -> StorageError:
    """The error of a URL that nobody knows."""
    return StorageError(f"nothing knows {scheme}:// URLs", "name a folder, or s3://, gs://, sftp:// and the like", 2)


@contextmanager
def reaching(place: str, doing: str) -> Iterator[None]:
    """Turn whatever a library raises in the block into a StorageError.

    FileNotFoundError and NotADirectoryError stay, with `place` as their text, when `doing` is "read".
    """
    try:
        yield
    except DegradeError:
        raise
    except (FileNotFoundError, NotADirectoryError) as error:
        if doing == "read":
            raise type(error)(place) from None
        raise _translated(error, place, doing) from None  # others' errors may name what is secret
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # noqa: BLE001 - each library fails in its own ways
        raise _translated(error, place, doing) from None  # others' errors may name what is secret


def _translated(error: Exception, place: str, doing: str) -> StorageError:
    names = {kind.__name__ for kind in type(error).__mro__} | {type(error.__cause__).__name__}
    reason = plain(str(error)) or type(error).__name__
    again = _AGAIN.get(doing, "try again")
    if names & _CREDENTIALS:
        why = "there are no credentials"
        cure = "log in as its tool wants it, such as by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or `aws configure`"
    elif isinstance(error, PermissionError):
        why = "refused"
        cure = f"check the credentials, and that they may {doing} there"
    elif isinstance(error, FileNotFoundError | NotADirectoryError):
        why = "there is no such bucket or folder"
        cure = f"create it first, or choose another place, then {again}"
    elif names & _NETWORK:
        why = "it cannot be reached"
        cure = f"check the network and the endpoint (AWS_ENDPOINT_URL), then {again}"
    else:
        return StorageError(f"cannot {doing} {place}: {reason}", f"mend that, then {again}")
    return StorageError(f"cannot {doing} {place}: {why} ({reason})", cure)


def plain(text: str) -> str:
    """`text` in one line, not too long, without keys, tokens, passwords or signatures."""
    for name, value in os.environ.items():
        if len(value) >= 8 and _SECRET_VARIABLE.search(name):
            text = text.replace(value, "…")
    text = " ".join(_SECRETS.sub("…", text).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def without_secrets(url: str) -> str:
    """`url` for people: no password, no query."""
    scheme, _, rest = url.partition("://")
    rest = rest.partition("?")[0].rstrip("/")
    host, slash, path = rest.partition("/")
    user, at, machine = host.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}{at}{machine}{slash}{path}"
