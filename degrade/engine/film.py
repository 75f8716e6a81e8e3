"""What lies on film or a plate: which ones there are, what is seen of them, and how things on them print."""

from __future__ import annotations

from degrade.engine.damage import DamageClass
from degrade.engine.kernels import negative
from degrade.engine.photo import Box, Photo
from degrade.engine.units import FORMATS

NEGATIVES = ("cine_8mm", "cine_16mm", "cine_35mm", "film_35mm", "snapshot_6x9", "plate_9x12")
MEDIA = ("print", "negative", "positive")
DENSITY_SIGMA = 0.5
"""Deviation of the logarithm of the densities from thing to thing."""
FULL = 2.4
"""How many times the median density counts as fully covered in the mask."""


def there(number: int, rate: float, film: str, most: int) -> int:
    """How many things lie on a frame of `film`: the share `rate` of as many for its area as `number` are for that of
    35 mm film, `most` at most."""
    ratio = FORMATS[film] / FORMATS["film_35mm"]
    return min(round(number * rate * ratio * ratio), most)


def frame_units(photo: Photo) -> tuple[float, float, float, float]:
    """(top, left, height, width) of the frame in thousandths of its diagonal."""
    top, bottom, left, right = (edge / photo.unit for edge in photo.print_box)
    return top, left, bottom - top, right - left


def show(photo: Photo, box: Box, damage: DamageClass, medium: str, density: float) -> None:
    """Print the photo's coverage: what adds `density` to the film where it covers fully, seen as `medium`."""
    amount = (density, density, density)
    if medium == "positive":
        photo.stain(photo.coverage, box, damage, density=amount)
    else:
        gain = negative.PRINT_GAIN if medium == "print" else negative.SCAN_GAIN
        mask, _, classes = photo.layers
        negative.lighten(photo.pixels, mask, classes, int(damage), photo.coverage, *box, photo.colour(amount), gain)
