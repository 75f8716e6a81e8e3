"""Tables of words, for a terminal and a page alike."""

from __future__ import annotations

from html import escape
from typing import NamedTuple


class Table(NamedTuple):
    """A title, a line about it, the heads of columns, and rows of cells, of which the first is a name."""

    title: str
    about: str
    heads: list[str]
    rows: list[list[str]]


def table_card(table: Table, own: str = "") -> str:
    """A table as a card of a page; the row called `own` stands out."""
    heads = "".join(f'<th scope="col" class="number">{escape(head)}</th>' for head in table.heads[1:])
    rows = "".join(
        f'<tr{" class=own" if name == own else ""}><th scope="row">{escape(name)}</th>'
        + "".join(f'<td class="number">{escape(cell)}</td>' for cell in cells)
        + "</tr>\n"
        for name, *cells in table.rows
    )
    return (
        f'<section class="card"><h2>{escape(table.title)}</h2>\n<p class="about">{escape(table.about)}</p>\n'
        f'<div class="wide"><table><thead><tr><th scope="col"></th>{heads}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody></table></div></section>"
    )
