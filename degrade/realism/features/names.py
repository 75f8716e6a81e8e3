"""What features are called: `scale.family.what`, such as `common.noise.lag1.mean`, and what a family is."""

from __future__ import annotations

from collections.abc import Iterable

FAMILIES: dict[str, str] = {
    "nss": "natural-scene statistics of locally normalised luminance",
    "spectrum": "radial power spectrum",
    "noise": "noise of the flattest places",
    "morphology": "light and dark specks and lines",
    "edges": "sharpness, and halos along edges",
    "tone": "the range and shape of the tones",
    "blocks": "traces of JPEG's blocks",
    "colour": "colour by bands of tone",
}
"""Family -> what it measures."""
SCALES = ("common", "native")
"""The longer side at 384 pixels, and the picture's own pixels."""


def scale_of(name: str) -> str:
    """The scale of a feature."""
    return name.split(".", 1)[0]


def family_of(name: str) -> str:
    """The family of a feature."""
    return name.split(".", 2)[1]


def prefixed(scale: str, family: str, names: Iterable[str]) -> tuple[str, ...]:
    """Full names of a family's features at a scale."""
    return tuple(f"{scale}.{family}.{name}" for name in names)
