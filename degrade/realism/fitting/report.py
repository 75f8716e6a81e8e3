"""A fit as tables, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from degrade.realism.fitting.judged import Figures
from degrade.realism.fitting.result import Fitted, Half
from degrade.realism.scalars import SCALARS
from degrade.train.bootstrap import Interval

_WORDS = {scalar.name: scalar.words for scalar in SCALARS}
_WORST = 8


def report(fitted: Fitted) -> str:
    """What was found, both halves' figures, each value with its reason, and the largest gaps that are left."""
    lines = [
        f"# {fitted.out.stem}, fitted to {fitted.photographs} photographs", "", fitted.words, "",
        *(f"* {warning}" for warning in fitted.warnings), *([""] if fitted.warnings else []),
        "## Figures", "", *_figures("held out", fitted.held_out), "", *_figures("calibration", fitted.calibration), "",
        "## Values", "", *_values(fitted), "", "## Largest gaps on the held-out half", "", *_gaps(fitted), "",
        "## Readings", "", *_readings(fitted), "",
    ]  # fmt: skip
    return "\n".join(lines)


def _figures(name: str, half: Half) -> Iterator[str]:
    yield f"| {name} | photographs | pictures | AUC | MMD | abs(z) < 0.5 | realism score |"
    yield "|---|---|---|---|---|---|---|"
    for row, figures in (("clean", half.clean), ("start", half.before), ("fitted", half.after)):
        yield f"| {row} | {figures.photographs} | {figures.pictures} | {' | '.join(_cells(figures))} |"
    yield f"| real against real | | | {half.floor:.3f} ± {half.floor_spread:.3f} | | | |"


def _cells(figures: Figures) -> Iterator[str]:
    yield shown(figures.auc)
    yield shown(figures.mmd)
    yield f"{figures.within:.0%}"
    yield "–" if figures.score is None else shown(figures.score)


def shown(interval: Interval) -> str:
    """ "0.81 [0.74, 0.88]"."""
    if interval.low is None or interval.high is None:
        return f"{interval.value:.3f}"
    return f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _values(fitted: Fitted) -> Iterator[str]:
    yield "| value | how | turned | reading of the photographs | with the start |"
    yield "|---|---|---|---|---|"
    for value in fitted.values:
        simulated = "" if value.simulated is None else f"{value.simulated:.3g}"
        yield f"| {value.name} | {value.how} | {value.turned} | {value.reading or ''} | {simulated} |"


def _gaps(fitted: Fitted) -> Iterator[str]:
    yield "| figure | z before | z fitted |"
    yield "|---|---|---|"
    before, after = fitted.held_out.before.gaps, fitted.held_out.after.gaps
    worst = sorted(after, key=lambda name: (-abs(after[name]), name))[:_WORST]
    for name in worst:
        yield f"| {_WORDS[name]} | {before.get(name, float('nan')):+.2f} | {after[name]:+.2f} |"


def _readings(fitted: Fitted) -> Iterator[str]:
    yield "| figure | median | quartiles | photographs |"
    yield "|---|---|---|---|"
    for one in fitted.readings:
        unit = f" {one.unit}" if one.unit else ""
        yield f"| {one.words} | {one.median:.3g}{unit} | {one.low:.3g} to {one.high:.3g} | {one.count} |"
