"""The report: Markdown, with its charts beside it."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

import degrade
from degrade._version import __version__
from degrade.shards.durable import write_durably
from degrade.shards.errors import writing
from degrade.train.bootstrap import Interval
from degrade.train.experiments.claims import Claim
from degrade.train.experiments.measured import Results, Row
from degrade.train.experiments.plan import Asked

PAGE = "report.md"
_NONE = "–"
_ROOT = Path(degrade.__file__).resolve().parents[1]


@dataclass(frozen=True)
class Table:
    """A title, heads of columns, and rows of words."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    about: str = ""


@dataclass(frozen=True)
class Page:
    """What an experiment has to tell.

    Attributes
    ----------
    claims : list of Claim
    tables : list of Table
    charts : dict
        Name of a PNG file -> (what it shows, its bytes).
    notes : list of str
        What a reader has to know.
    """

    claims: Sequence[Claim]
    tables: Sequence[Table]
    charts: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    notes: Sequence[str] = ()


def write_page(folder: Path, page: Page, asked: Asked, about: str, results: Results, seconds: float) -> Path:
    """Write report.md and its charts into `folder`; gives the path. Raises WriteError."""
    parts = [f"# {asked.name}", "", f"{about[:1].upper()}{about[1:]}.", "", *_made(asked, results, seconds)]
    for title, wanted in (("What holds", True), ("What does not hold", False), ("What cannot be told", None)):
        if found := [claim for claim in page.claims if claim.holds is wanted]:
            parts += ["", f"## {title}", "", *(f"- {claim}" for claim in found)]
    for table in page.tables:
        parts += ["", f"## {table.title}", "", *([table.about, ""] if table.about else []), *_table(table)]
    for name, (shows, _) in page.charts.items():
        parts += ["", f"![{shows}]({name})"]
    told = dict.fromkeys(note for result in results.each for note in result.told.get("notes", ()))
    if notes := [*page.notes, *told]:
        parts += ["", "## Notes", "", *(f"- {note[:1].upper()}{note[1:]}." for note in notes)]
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, (_, drawn) in page.charts.items():
            write_durably(folder / name, drawn)
        write_durably(folder / PAGE, ("\n".join(parts) + "\n").encode("utf-8"))
    return folder / PAGE


def _made(asked: Asked, results: Results, seconds: float) -> Iterator[str]:
    """What the figures may depend on."""
    size = asked.size
    trained = sum(result.seconds for result in results.each)
    limit = "" if size.minutes is None else f", {size.minutes:g} minutes at most"
    precision = " or ".join(sorted({str(result.told["precision"]) for result in results.each}))
    yield "| | |"
    yield "|---|---|"
    yield f"| command | `{_command(asked)}` |"
    yield f"| version | degrade {__version__}{_commit()}, torch {torch.__version__.split('+')[0]} |"
    yield f"| machine | {_machine(asked.device)} |"
    yield f"| time | {trained / 60:.1f} minutes of training, {precision}; this run took {seconds / 60:.1f} minutes |"
    yield f"| photographs | {results.photographs} of {results.source} |"
    yield f"| crops | {size.train} to learn from, {size.val} to choose the epoch by, {size.test} to be measured on |"
    seeds = f"{size.seeds} seed{'s' * (size.seeds > 1)}"
    yield f"| training | {size.epochs} epochs at most{limit}, {seeds}, the epoch of the least validation loss |"


def _command(asked: Asked) -> str:
    parts = ["degrade experiment", asked.name, *(["--full"] if asked.full else [])]
    parts += [f"--source {Path(source).name}" for source in asked.source]
    parts += [f"--real {asked.real.name}"] if asked.real is not None else []
    return " ".join(parts)


def _commit() -> str:
    """ ", commit 0123abcd", if the package lies in a checkout."""
    git = shutil.which("git")
    if git is None or not (_ROOT / ".git").exists():
        return ""
    told = [
        subprocess.run([git, "-C", str(_ROOT), *words], capture_output=True, text=True, check=False)
        for words in (("rev-parse", "--short=12", "HEAD"), ("status", "--porcelain", "--", "degrade", "recipes"))
    ]
    if any(done.returncode for done in told):
        return ""
    return f", commit {told[0].stdout.strip()}{' with changes' if told[1].stdout.strip() else ''}"


def _machine(device: str) -> str:
    if device != "cpu" and torch.cuda.is_available():
        return f"{torch.cuda.get_device_name()}, {platform.system()}"
    threads = torch.get_num_threads()
    return f"{_processor()}, {threads} thread{'s' * (threads > 1)}, {platform.system()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(table.heads)} |"
    yield f"|---|{'---:|' * (len(table.heads) - 1)}"
    for row in table.rows:
        yield f"| {' | '.join(row)} |"


# --- what many experiments tell ---------------------------------------------------------------------------------------


def usual_table(results: Results, group: str, title: str | None = None) -> Table:
    """A row a network and a baseline: parameters, figures, how long it took."""
    heads = [
        "",
        "parameters",
        "PSNR, dB",
        "over identity, dB",
        "of mean MSE, dB",
        "SSIM",
        "inside the damage, dB",
        "minutes",
        "pictures/s",
    ]
    several = any(len(row.results) > 1 for row in results.rows(group))
    if several:
        heads.insert(3, "between seeds")
    rows = []
    for row in results.rows(group):
        whole = [f"{row.told('parameters'):,.0f}", of_interval(row.interval())]
        whole += [number(row.spread("psnr"), 2)] if several else []
        whole += [number(row.gain("psnr"), 2, "+"), number(row.value("psnr_of_mean_mse"), 2)]
        whole += [number(row.value("ssim"), 3), number(row.value("inside"), 2)]
        rows.append([row.name, *whole, f"{row.told('seconds') / 60:.1f}", f"{row.told('images_per_second'):.0f}"])
    for name, found in results.simple.get(group, {}).items():
        figures = [found.figures.get(each) for each in ("psnr", "psnr_of_mean_mse", "ssim", "inside")]
        words = [number(each and each.value, digits) for each, digits in zip(figures, (2, 2, 3, 2), strict=True)]
        gain = number(found.gains["psnr"].value, 2, "+") if "psnr" in found.gains else _NONE
        seeds = [_NONE] if several else []
        rows.append([f"*{name.replace('_', ' ')}*", _NONE, words[0], *seeds, gain, *words[1:], _NONE, _NONE])
    about = (
        "PSNR is the mean of pictures, with half of its 95 % interval over photographs. A picture that the recipe left"
    )
    about += " as it was has 100 dB if nothing is done to it; that of the mean MSE is not lifted so."
    return Table(title or group, heads, rows, about)


def of_interval(found: Interval) -> str:
    """ "27.31 ± 0.42"."""
    if found.low is None or found.high is None:
        return f"{found.value:.2f}"
    return f"{found.value:.2f} ± {(found.high - found.low) / 2:.2f}"


def number(value: float | None, digits: int, sign: str = "") -> str:
    """A number in words, – for none."""
    return _NONE if value is None else f"{value:{sign}.{digits}f}"


def psnr_of(rows: Sequence[Row]) -> dict[str, Interval]:
    """By row, for a chart."""
    return {row.name: row.interval() for row in rows}
