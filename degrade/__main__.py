"""The command line as a module: `python -m degrade build --recipe aged_photo`."""

from __future__ import annotations

from degrade.cli import main

if __name__ == "__main__":
    main()
