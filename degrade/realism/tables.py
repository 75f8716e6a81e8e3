"""A report's figures as rows of words, for a terminal and a page alike."""

from __future__ import annotations

from degrade.pages import Table
from degrade.realism.comparison import Comparison, Floor, Separation
from degrade.realism.report import Report
from degrade.realism.scalars import Gap
from degrade.train.bootstrap import Interval

_NONE = "–"
CLEAN, LAID, NAIVE, HALVES = "clean pictures", "clean, on plates", "naive degradation", "real halves (floor)"


def tables(report: Report) -> list[Table]:
    """What stands on a terminal: how near, by families and sources, steps, controls and masks where there are some."""
    found = report.comparison
    every = near(report), _families(report), _sources(report), _steps(report), _controls(found), _masks(found)
    return [table for table in every if table.rows]


def rows_of(report: Report) -> list[tuple[str, Separation]]:
    """The sets that were compared with the real photographs, each with its name."""
    found = report.comparison
    sets = ((report.synthetic, found.synthetic), (CLEAN, found.clean), (LAID, found.laid), (NAIVE, found.naive))
    return [(name, one) for name, one in sets if one is not None]


def near(report: Report) -> Table:
    """The main figures: a row a set."""
    found = report.comparison
    heads = ["", "pictures", "photographs", "AUC", "p", "trees", "MMD", "p of MMD", "Fréchet", "|z| < 0.5"]
    rows = [_floor(found.floor)]
    for name, one in rows_of(report):
        rows.append(
            [
                *(name, str(one.photographs), str(one.groups), shown(one.auc), f"{one.p:.3f}", f"{one.trees:.2f}"),
                *(shown(one.mmd), f"{one.mmd_p:.3f}", f"{one.frechet:.1f}", f"{one.within:.0%}"),
            ]
        )
    about = (
        f"Against {found.real} real photographs of {report.real}, {found.real_groups} of them independent. AUC 0.5: "
    )
    about += "alike, 1: always told apart. Brackets are 95 % intervals over photographs, ± a standard deviation."
    return Table("How near to real photographs", about, heads, rows)


def _floor(floor: Floor) -> list[str]:
    return [
        *(
            HALVES,
            f"{floor.photographs} + {floor.photographs}",
            "",
            f"{floor.auc:.2f} ± {floor.auc_spread:.2f}",
            "",
            "",
        ),
        *(f"{floor.mmd:.2f} ± {floor.mmd_spread:.2f}", "", f"{floor.frechet:.1f} ± {floor.frechet_spread:.1f}", ""),
    ]


def _families(report: Report) -> Table:
    sets = rows_of(report)
    rows = [[name, *(shown(one.families[name]) for _, one in sets)] for name in sets[0][1].families]
    about = "AUC on one family of features at 384 pixels; native: in full resolution."
    return Table("By families of features", about, ["", *(name for name, _ in sets)], rows)


def _sources(report: Report) -> Table:
    """A row a source of the real photographs, the farthest from the synthetic set first."""
    sets = rows_of(report)
    areas = [{of.name: of.auc for of in one.sources} for _, one in sets]
    rows = [
        [of.name or _NONE, str(of.photographs), *(shown(known[of.name]) for known in areas)]
        for of in sets[0][1].sources
    ]
    about = "The same classifier's AUC against the real photographs of one folder alone, the least alike first."
    return Table("By sources of the real photographs", about, ["", "photographs", *(name for name, _ in sets)], rows)


def gaps(report: Report) -> Table:
    """Every single figure, the largest gap first."""
    rows = [_gap(gap) for gap in report.comparison.synthetic.gaps]
    about = "z is the difference of the medians over the real photographs' interquartile range: |z| < 0.5 is near. q: "
    about += "whether the distributions differ, of all figures together (Benjamini and Hochberg)."
    heads = ["", "synthetic", "real", "middle half of the real", "unit", "z", "distance", "q"]
    return Table("Single figures", about, heads, rows)


def _gap(gap: Gap) -> list[str]:
    return [
        *(gap.words, f"{gap.synthetic:.3g}", f"{gap.real:.3g}", f"{gap.real_low:.3g} to {gap.real_high:.3g}", gap.unit),
        *(shown(gap.z, sign=True), f"{gap.distance:.2f}", f"{gap.q:.3f}"),
    ]


def _controls(found: Comparison) -> Table:
    rows = [[control.words, shown(control.auc), str(control.count)] for control in found.controls]
    about = "What else might tell sets apart, by the same test."
    return Table("Controls", about, ["", "AUC", "photographs or patches"], rows)


def _steps(report: Report) -> Table:
    rows = [
        [step.op, str(step.pictures), *((_NONE, _NONE) if step.auc is None else (shown(step.auc), _signed(step.gain)))]
        for step in report.steps
    ]
    about = "The recipe less all steps of one op. A gain above 0: the op brings pictures nearer to real ones; below 0: "
    about += "it takes them farther away; where the interval holds 0, so many pictures do not tell."
    return Table("Without one step", about, ["", "pictures it ran on", "AUC without it", "gain of having it"], rows)


def _masks(found: Comparison) -> Table:
    rows = [
        [
            *(gap.words, f"{gap.synthetic:.2f}", f"{gap.real:.2f}", f"{gap.energy:.2f}", f"{gap.p:.3f}"),
            f"{gap.synthetic_count} and {gap.real_count}",
        ]
        for gap in found.masks
    ]
    return Table("Damage masks", "Medians.", ["", "synthetic", "real", "energy distance", "p", "masks"], rows)


def _signed(figure: Interval | None) -> str:
    return _NONE if figure is None else shown(figure, sign=True)


def shown(figure: Interval, sign: bool = False) -> str:
    """ "0.82 [0.75, 0.88]"."""
    style = "+.2f" if sign else ".2f"
    if figure.low is None or figure.high is None:
        return f"{figure.value:{style}}"
    return f"{figure.value:{style}} [{figure.low:{style}}, {figure.high:{style}}]"


def headlines(report: Report) -> list[str]:
    """The verdict, the score, the gain over clean pictures and the share of near figures, each a line."""
    found = report.comparison
    score = f"no realism score: {found.score_refused}" if found.score is None else f"realism score {shown(found.score)}"
    lines = [found.words, score + (" (1: like real ones, 0: no better than clean)" if found.score else "")]
    if found.gain is not None:
        lines.append(f"AUC of clean pictures less that of {report.synthetic}: {shown(found.gain, sign=True)}")
    if found.gain_over_laid is not None:
        what = f"of which damage, beside clean pictures on the same plates: {shown(found.gain_over_laid, sign=True)}"
        lines.append(what)
    near_ones = sum(abs(gap.z.value) < 0.5 for gap in found.synthetic.gaps)
    lines.append(f"{near_ones} of {len(found.synthetic.gaps)} single figures are near (|z| < 0.5)")
    return lines
