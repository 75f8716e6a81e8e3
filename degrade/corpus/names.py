"""Names of files as plain text, and back.

A file name is bytes, and not always UTF-8. In a `source` each byte that is not UTF-8 stands as \\xNN, and a backslash
is doubled; all other names stay as they are. So every source is valid Unicode, and names its file unmistakably.
"""

from __future__ import annotations

import os
import re

_ESCAPED = re.compile(rb"\\(?:\\|x([0-9a-f]{2}))")


def source_of(path: str) -> str:
    """A relative path, as the system spells it with `/`, as a source."""
    return os.fsencode(path).replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")


def path_of(source: str) -> str:
    """The path that a source names."""
    if "\\" not in source:
        if source.isascii():  # by far the most
            return source
        return os.fsdecode(source.encode())

    def byte(match: re.Match[bytes]) -> bytes:
        return b"\\" if match[1] is None else bytes.fromhex(match[1].decode())

    return os.fsdecode(_ESCAPED.sub(byte, source.encode()))
