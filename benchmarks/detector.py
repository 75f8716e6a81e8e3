"""Whether what is learnt from a recipe's masks finds the damage of real scans.

    python benchmarks/detector.py --source PHOTOS --real FOLDER --masks FOLDER [--recipes old_photos,plain_list]
                                  [--minutes 3] [--crop 128] [--out FOLDER]

Trains a tiny U-Net on each recipe's pairs, made of the photographs on the fly, and prints its average precision, and
precision and recall at the best F1, on the scans, pixel by pixel, with 95 % intervals over scans; beside a detector
that learns nothing, and the share of damaged pixels, which is what guessing has.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from degrade.realism.detector import Found, hats, judged, real_scans, train_detector
from degrade.train.bootstrap import Interval


def main() -> None:
    """Print a row for each recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", required=True)
    parser.add_argument("--real", required=True)
    parser.add_argument("--masks", required=True)
    parser.add_argument("--recipes", default="old_photos,plain_list")
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--crop", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="keeps the trained networks")
    asked = parser.parse_args()
    scans = real_scans(asked.real, asked.masks)
    print("detector                 AP                    precision             recall                scans  damaged")
    print(row(judged("top-hat", hats, scans, asked.seed)))
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(asked.recipes.split(",")):
            out = (asked.out or Path(folder)) / f"{number}"
            scorer = train_detector(
                name,
                asked.source,
                out,
                minutes=asked.minutes,
                crop=asked.crop,
                seed=asked.seed,
                device="cpu",
                workers=0,
            )
            print(row(judged(Path(name).stem, scorer, scans, asked.seed)), flush=True)


def row(found: Found) -> str:
    """One row of the table."""
    figures = "".join(f"{told(one):22}" for one in (found.average_precision, found.precision, found.recall))
    return f"{found.name:24} {figures}{found.scans:6} {found.prevalence:8.4f}"


def told(figure: Interval) -> str:
    """A figure and its interval."""
    bounds = "" if figure.low is None else f" [{figure.low:.3f}, {figure.high:.3f}]"
    return f"{figure.value:.3f}{bounds}"


if __name__ == "__main__":
    main()
