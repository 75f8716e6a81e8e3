"""Fits `old_photos` to a collection, from benchmarks/old_photos_start.yaml: how recipes/old_photos.yaml was made.

    python benchmarks/fit_old_photos.py --real FOLDER --clean FOLDER --out old_photos.yaml [--rounds 6] [--json]

The same photographs, rounds and seed give the same recipe on every run; one that was interrupted goes on. FOLDER has a
folder for each source, so that both halves have photographs of all of them. Frames of film stay as `cine_frame` has
them, since few collections have any, and so do the shares of the kinds: what a collection holds its catalogue tells.
Plates of several exposures are counted among the photographs. There is no search by trials after the rounds unless
`--trials` says so: of some fifty photographs that finds what fits these alone.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from degrade.errors import DegradeError
from degrade.realism.fitting import fit
from degrade.realism.fitting.report import report

START = Path(__file__).with_name("old_photos_start.yaml")
HELD = ("cine_frame", "kind.weights")
ROUNDS, TRIALS, SEED = 6, 0, 2026


def main(arguments: list[str] | None = None) -> int:
    """Fit, and print the figures; 0 if the fitted recipe is better on the held-out half, 1 if not, 2 for a mistake."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--real", required=True, help="real photographs, a folder for each source")
    parser.add_argument("--clean", required=True, help="clean photographs of like subjects, 50 or more")
    parser.add_argument("--out", required=True, help="the recipe that is written")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--json", action="store_true", help="figures as JSON in place of tables")
    asked = parser.parse_args(arguments)
    try:
        fitted = fit(
            asked.real, start=os.path.relpath(START), source=asked.clean, out=asked.out, trials=asked.trials,
            rounds=asked.rounds, hold=HELD, seed=asked.seed, workers=asked.workers, progress=_told,
        )  # fmt: skip
    except DegradeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(json.dumps(fitted.to_data()) if asked.json else report(fitted))
    return 0 if fitted.kept else 1


def _told(what: str, done: int, total: int | None) -> None:
    print(f"\r{what} {done}/{total or '?'}\033[K", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
