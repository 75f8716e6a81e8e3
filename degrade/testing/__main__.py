"""`python -m degrade.testing albumentations [TRANSFORM …]` prints what the checks find in that library."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from degrade.errors import DegradeError

USAGE = "usage: python -m degrade.testing albumentations [TRANSFORM …]"


def main(words: Sequence[str]) -> int:
    """Run the checks over another library's transforms, all or those named; the exit code is 0, or 2 for wrong
    usage."""
    if not words or words[0] != "albumentations":
        sys.stderr.write(f"{USAGE}\n")
        return 2
    from degrade.testing.peers import albumentations_rows, table

    try:
        rows = []
        for row in albumentations_rows(names=tuple(words[1:])):
            sys.stderr.write(f"{row.name}: {', '.join(row.failed) or row.small or 'passes'}\n")
            rows.append(row)
    except DegradeError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    sys.stdout.write(table(rows) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
