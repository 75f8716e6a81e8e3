"""Experiments: each trains networks that differ in one thing, measures them on pairs they have not seen, and writes
down what holds and what does not.

    run_experiment      train, measure and write the report: Report
    experiments_table   what experiments there are
    Size                how large one is

Inside: `plan` (what is trained and measured, as data), `crops` (pictures to damage), `laboratory` (does it, and keeps
what is done), `measured` and `real` (figures of it), `claims` (what they say), `page`, `charts` and `grids` (the
report). Each experiment is a file with `SIZES`, `plan`, which gives the trainings, and `report`, which gives the page.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from degrade.train.errors import TrainError
from degrade.train.experiments.plan import Asked, Size

__all__ = ["EXPERIMENTS", "Report", "Size", "experiments_table", "run_experiment", "usual_out"]

EXPERIMENTS = {
    "models_64": "every network that can be trained at 64 pixels, and simple filters, on the same pairs of two recipes",
    "larger_pictures": "what pictures of 96 and 128 pixels cost a network, against 48",
    "skip_autoencoders": "project 0: seven variants of a skip autoencoder, and their pictures",
    "corpus_fraction": "project 1: two autoencoders on 2, 12 and 32 % of the pairs",
    "colour_modes": "project 2: gray, colour from gray, and LAB, under noise and textures",
    "methods": "project 3: U-Net, pix2pix, CycleGAN, Deep Image Prior and the triplet, on the same photographs",
    "latent_and_degradations": "project 4: sizes of a dense bottleneck; seven combinations of three degradations",
    "transfer": "whether synthetic damage teaches to restore real damage: needs --real, a folder of real pairs",
}
"""What each tells, by name."""
_CHECKOUT = ("train/README.md", "degrade/train/experiments")


@dataclass(frozen=True)
class Report:
    """What an experiment has left.

    Attributes
    ----------
    name : str
    page : Path
        The report in Markdown; its figures lie beside it.
    holds, fails : list of str
        What was expected and holds, and what does not.
    seconds : float
        Of all trainings, of earlier runs too.
    """

    name: str
    page: Path
    holds: list[str]
    fails: list[str]
    seconds: float

    def to_data(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "name": self.name, "page": str(self.page), "holds": self.holds, "fails": self.fails,
            "seconds": round(self.seconds, 1),
        }  # fmt: skip


def experiments_table() -> list[dict[str, str]]:
    """`name` and `about` of each experiment."""
    return [{"name": name, "about": about} for name, about in EXPERIMENTS.items()]


def usual_out(name: str) -> Path:
    """Where a report goes if nothing is said: train/reports/NAME in a checkout's root, else reports/NAME."""
    in_checkout = all(Path(part).exists() for part in _CHECKOUT)
    return Path("train/reports" if in_checkout else "reports") / name


def run_experiment(
    name: str,
    out: str | os.PathLike[str] | None = None,
    *,
    full: bool = False,
    size: Size | None = None,
    seeds: int | None = None,
    minutes: float | None = None,
    source: Sequence[str | os.PathLike[str]] = (),
    real: str | os.PathLike[str] | None = None,
    device: str = "auto",
    told: Callable[[str], None] | None = None,
) -> Report:
    """Run an experiment, or what is left of it: finished trainings are kept by the digest of their settings, and one
    that was cut off goes on.

    Parameters
    ----------
    name : str
        One of `experiments_table()`.
    out : path, optional
        The folder of the report, and of the trainings in its folder runs; see `usual_out`.
    full : bool
        The published size, for a GPU, instead of one for two processors and a quarter of an hour.
    size : Size, optional
        One's own size instead.
    seeds, minutes : optional
        How often each network is trained, and for how long at most, instead of the size's.
    source : paths
        Folders of photographs, or whatever `degrade.open_corpus` takes; by default the sample photographs.
    real : path, optional
        A folder of real pairs, for the experiment transfer (`degrade.train.experiments.real`).
    device : str
        "auto", "cpu" or "cuda".
    told : callable, optional
        Is told, in one line, of what begins.

    Raises
    ------
    TrainError
        There is no such experiment, or it lacks what it needs.
    DegradeError
        Photographs cannot be read, or files not be written.
    """
    module = _module(name)
    chosen = size or module.SIZES["full" if full else "usual"]
    chosen = replace(chosen, seeds=seeds or chosen.seeds, minutes=minutes or chosen.minutes)
    asked = Asked(name, chosen, full, tuple(str(each) for each in source), None if real is None else Path(real), device)
    for needed, value, cure in (("real", real, "name a folder of damaged and restored pictures by --real"),):
        if needed in getattr(module, "NEEDS", ()) and value is None:
            raise TrainError(f"the experiment {name} needs real pairs to be tested on", cure, 2)
    if real is not None and "real" not in getattr(module, "NEEDS", ()):
        raise TrainError(f"the experiment {name} is not tested on real pairs", "leave --real out", 2)

    from degrade.train.experiments.laboratory import Laboratory
    from degrade.train.experiments.page import write_page

    folder = usual_out(name) if out is None else Path(out)
    begun = time.monotonic()
    laboratory = Laboratory(folder, asked, told or (lambda _: None))
    results = laboratory.results(module.plan(asked))
    page = module.report(results, asked)
    seconds = sum(result.seconds for result in results.all())
    written = write_page(folder, page, asked, EXPERIMENTS[name], results, time.monotonic() - begun)
    holds, fails = ([str(claim) for claim in page.claims if claim.holds is wanted] for wanted in (True, False))
    return Report(name, written, holds, fails, seconds)


def _module(name: str) -> Any:
    if name not in EXPERIMENTS:
        from degrade.recipes.words import did_you_mean

        cure = did_you_mean(name, EXPERIMENTS) or f"choose one of {', '.join(EXPERIMENTS)}"
        raise TrainError(f"there is no experiment {name!r}", cure, 2)
    return importlib.import_module(f"degrade.train.experiments.{name}")
