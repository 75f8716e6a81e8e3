"""Pages in HTML that stand alone, and pictures drawn for them.

    document        a whole page
    comparison      two pictures with a slider between them
    image, figure   one picture
    fitted          a picture in the size of a page
    as_rgb          gray as three channels
    coloured_mask   damage in the colours of its classes (`palette`)
    classes_in      which classes occur
    Table           words in rows, for a terminal and a page alike; `table_card`, on a page

`page.css` and `page.js` are every page's style and script.
"""

from __future__ import annotations

from degrade.pages.html import comparison, document, figure, image
from degrade.pages.pictures import Picture, as_rgb, classes_in, coloured_mask, fitted
from degrade.pages.tables import Table, table_card

__all__ = [
    "Picture",
    "Table",
    "as_rgb",
    "classes_in",
    "coloured_mask",
    "comparison",
    "document",
    "figure",
    "fitted",
    "image",
    "table_card",
]
