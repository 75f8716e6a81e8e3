"""Measures real photographs as a reference, which is used in place of their folder.

    python -m degrade.realism.reference --real FOLDER [--strata FILE.yaml] --out NAME.npz

The file of strata has `about: TEXT`, where the photographs are from, and `strata: {NAME: [PATTERN, …]}`, patterns of
keys. What is written beside NAME.npz as NAME.json must stay with it. The shipped `old_photographs` was made so.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from degrade.realism.reference.making import make_reference, read_strata


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", required=True, metavar="FOLDER")
    parser.add_argument("--strata", metavar="FILE.yaml")
    parser.add_argument("--out", required=True, type=Path, metavar="NAME.npz")
    parser.add_argument("--workers", type=int)
    chosen = parser.parse_args()
    about, strata = read_strata(chosen.strata) if chosen.strata else ("", {})
    made = make_reference(chosen.real, chosen.out.stem, strata=strata, about=about, workers=chosen.workers)
    made.save(chosen.out)


if __name__ == "__main__":
    main()
