"""Charts of a report, as small PNG files."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from degrade.train.bootstrap import Interval

_WIDTH, _DPI = 7.2, 80


def bars(values: Mapping[str, Interval], title: str, lines: Mapping[str, float] | None = None) -> bytes:
    """A bar a name, from the top, with its interval; `lines` are drawn across, such as that of doing nothing."""
    figure = Figure(figsize=(_WIDTH, 0.9 + 0.27 * len(values)), layout="constrained")
    axes = figure.subplots()
    names = list(values)
    centres = [values[name].value for name in names]
    spans = [[max(0.0, end) for end in _span(values[name])] for name in names]
    axes.barh(names, centres, xerr=list(map(list, zip(*spans, strict=True))), color="#4878a8", ecolor="0.25", capsize=2)
    axes.invert_yaxis()
    for number, (name, value) in enumerate((lines or {}).items()):
        axes.axvline(value, linestyle=(0, (4, 1 + number)), color=f"C{number + 1}", linewidth=1.2, label=name)
    low = min([*centres, *(lines or {}).values(), 0.0])
    if low >= 0 and min(centres) > 0:
        everything = [*centres, *(lines or {}).values()]
        low = max(0.0, min(everything) - 0.35 * (max(everything) - min(everything)) - 0.5)
    axes.set_xlim(left=low if low >= 0 else None)
    axes.set_xlabel(title)
    axes.grid(axis="x", alpha=0.3)
    if lines:
        axes.legend(fontsize=7, loc="lower right")
    return _drawn(figure)


def curves(lines: Mapping[str, Sequence[tuple[float, float]]], x: str, y: str, logarithmic: bool = False) -> bytes:
    """A line a name through its (x, y)."""
    figure = Figure(figsize=(_WIDTH, 3.2), layout="constrained")
    axes = figure.subplots()
    for name, points in lines.items():
        axes.plot(*zip(*points, strict=True), marker="o", markersize=4, label=name)
    if logarithmic:
        axes.set_xscale("log")
    axes.set(xlabel=x, ylabel=y)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    return _drawn(figure)


def _span(found: Interval) -> tuple[float, float]:
    if found.low is None or found.high is None:
        return 0.0, 0.0
    return found.value - found.low, found.high - found.value


def _drawn(figure: Figure) -> bytes:
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=_DPI, metadata={"Software": None})
    return drawn.getvalue()
