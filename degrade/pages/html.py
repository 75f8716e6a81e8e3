"""A page in HTML that stands alone: pictures, style and script are inside, and nothing is fetched."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape
from pathlib import Path

from degrade.codecs import encode_jpeg, encode_png
from degrade.pages.pictures import Picture

_QUALITY = 90
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""What a browser may load: nothing from anywhere."""


def document(title: str, about: str, parts: Iterable[str]) -> str:
    """A whole page: its title, a line about it ("" for none), and `parts`, which are HTML ("" is left out)."""
    style, script = (Path(__file__).with_name(name).read_text("utf-8") for name in ("page.css", "page.js"))
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f"<style>\n{style}</style>",
        f"<h1>{escape(title)}</h1>",
        f'<p class="about">{escape(about)}</p>' if about else "",
        *parts,
        f"<script>\n{script}</script>",
        "</html>",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def image(picture: Picture, alt: str, more: str = "", lossless: bool = False) -> str:
    """An (H, W, C) picture as an element, with the attributes `more`."""
    kind, data = (
        ("png", encode_png(picture, filtered=False)) if lossless else ("jpeg", encode_jpeg(picture, _QUALITY, "444"))
    )
    height, width = picture.shape[:2]
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
    return f'<img{more} alt="{escape(alt)}" width="{width}" height="{height}" src="{source}">'


def comparison(first: tuple[str, Picture], second: tuple[str, Picture], over: str = "") -> str:
    """Two pictures of one size, each (its name, a word; (H, W, C)), with a slider between them, the first on the left;
    without a script they stand beside each other. `over`, HTML, lies over the second."""
    figures = [
        f'<figure class="{escape(name)}"><div class="picture">{image(picture, name)}{more}</div>'
        f"<figcaption>{escape(name)}</figcaption></figure>"
        for (name, picture), more in ((first, ""), (second, over))
    ]
    return "\n".join(['<div class="compare">', *figures, "</div>"])


def figure(picture: Picture, caption: str, lossless: bool = False) -> str:
    """A picture with its caption below."""
    return f"<figure>{image(picture, caption, lossless=lossless)}<figcaption>{escape(caption)}</figcaption></figure>"
