"""A report as a page that stands alone."""

from __future__ import annotations

from html import escape

from degrade.pages import document, figure, fitted, table_card
from degrade.realism.features.sheet import Array
from degrade.realism.report import Report
from degrade.realism.tables import HALVES, gaps, headlines, rows_of, tables

_PATCH_SIDE = 192
_LEFT, _WIDTH, _ROW = 190, 560, 34
"""Of the chart, in its own units: room for names, of the scale, and a row's height."""
_LOWEST = 0.3


def page(report: Report) -> str:
    """The page, in HTML; the same for the same report."""
    whole = tables(report)
    parts = [
        _said(report),
        _chart(report),
        *(table_card(table, report.synthetic) for table in whole[:1]),
        _advice(report),
        _patches(report),
        *(table_card(table, report.synthetic) for table in whole[1:]),
        table_card(gaps(report)),
        _all(report),
    ]
    about = f"Compared with {report.real}: {report.about}" if report.about else f"Compared with {report.real}"
    return document(f"Is {report.synthetic} like real old photographs?", about, parts)


def _said(report: Report) -> str:
    lines = "".join(f"<p>{escape(line[:1].upper() + line[1:])}.</p>" for line in headlines(report))
    warned = (*report.comparison.warnings, *report.notes)
    listed = "".join(f"<li>{escape(line)}</li>" for line in warned)
    beware = f"<h2>Beware</h2><ul>{listed}</ul>" if listed else ""
    return f'<section class="card"><h2>Verdict</h2>{lines}{beware}</section>'


def _chart(report: Report) -> str:
    """AUC of each set on one scale, as SVG."""
    floor = report.comparison.floor
    rows = [(HALVES, floor.auc, floor.auc - floor.auc_spread, floor.auc + floor.auc_spread)]
    for name, one in rows_of(report):
        low, high = (bound if bound is not None else one.auc.value for bound in (one.auc.low, one.auc.high))
        rows.append((name, one.auc.value, low, high))
    height = _ROW * len(rows) + 30
    ticks = "".join(_tick(tick / 10, height - 24) for tick in range(int(_LOWEST * 10), 11))
    drawn = "".join(_row(number, *row) for number, row in enumerate(rows))
    return (
        f'<section class="card"><h2>AUC: 0.5 is alike, 1 is always told apart</h2><svg role="img" '
        f'aria-label="AUC of each set" viewBox="0 0 {_LEFT + _WIDTH + 20} {height}" style="max-width:50rem;width:100%" '
        f'font-size="13" fill="currentColor">{ticks}{drawn}</svg></section>'
    )


def _at(value: float) -> float:
    return _LEFT + _WIDTH * (min(max(value, _LOWEST), 1.0) - _LOWEST) / (1 - _LOWEST)


def _tick(value: float, bottom: float) -> str:
    x = _at(value)
    line = f'<line x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{bottom:.1f}" stroke="currentColor" opacity=".15"/>'
    return f'{line}<text x="{x:.1f}" y="{bottom + 18:.1f}" text-anchor="middle">{value:.1f}</text>'


def _row(number: int, name: str, value: float, low: float, high: float) -> str:
    y = _ROW * number + 20
    return (
        f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end">{escape(name)}</text>'
        f'<line x1="{_at(low):.1f}" x2="{_at(high):.1f}" y1="{y}" y2="{y}" stroke="var(--accent)" stroke-width="4" '
        f'opacity=".45"/><circle cx="{_at(value):.1f}" cy="{y}" r="6" fill="var(--accent)"/>'
    )


def _advice(report: Report) -> str:
    if not report.advice:
        return ""
    listed = "".join(f"<li>{_code(one.words)}</li>" for one in report.advice)
    return f'<section class="card"><h2>What gives it away most</h2><ol>{listed}</ol></section>'


def _code(words: str) -> str:
    """Words as HTML, with `names` as code."""
    return "".join(
        f"<code>{escape(part)}</code>" if place % 2 else escape(part) for place, part in enumerate(words.split("`"))
    )


def _patches(report: Report) -> str:
    ours, theirs = report.patches
    if not ours:
        return ""
    about = "Of pictures at 384 pixels, as they are measured, enlarged twice; no two of one photograph."
    if not theirs:
        about += " The real photographs are known by their numbers alone, so none of theirs is shown."
    parts = [
        '<section class="card"><h2>Patches that are told apart best</h2>',
        f'<p class="about">{about}</p>',
        _strip("synthetic", ours),
        _strip("real", theirs),
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _strip(name: str, patches: tuple[Array, ...]) -> str:
    if not patches:
        return ""
    shown = "".join(
        figure(fitted(patch, _PATCH_SIDE), f"{name} {number}", lossless=True) for number, patch in enumerate(patches, 1)
    )
    return f'<h3>{name}</h3><div class="parts">{shown}</div>'


def _all(report: Report) -> str:
    return f"<details><summary>All figures</summary><pre>{escape(report.to_json())}</pre></details>"
