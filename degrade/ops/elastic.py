"""A picture that was stretched unevenly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Flag, Real, field
from degrade.engine.kernels import displace
from degrade.engine.key import Key
from degrade.engine.photo import Photo

Floats = npt.NDArray[np.float32]

FARTHEST_NODES = 16
"""px between the nodes of a displacement at most."""


class Elastic(Degradation):
    """Stretch and squeeze the picture unevenly: gelatine that swelled, film that shrank, paper that cockled.

    Every point moves by a smooth random field, whose standard deviation is `amplitude_frac` each way, and which is
    correlated as white noise is under a Gaussian of `length_frac`. With `affine_frac` three corners of the frame are
    moved besides, evenly by up to so much each way. All are shares of the print's short side. Masks move along, and
    with `both` the clean picture; content from beyond the edge is mirrored. Amplitude and affine 0 are the identity.

    References: P. Y. Simard et al., Best practices for convolutional neural networks applied to visual document
    analysis, doi:10.1109/ICDAR.2003.1227801; D. Hendrycks and T. Dietterich, arXiv:1903.12261, whose alpha and sigma,
    in px, move points by 0.16·alpha/sigma px.
    """

    stage = Stage.AGEING
    moves_pixels = True

    amplitude_frac: Real = field((0.002, 0.006), "standard deviation of the movement each way", low=0, high=0.2)
    length_frac: Real = field((0.04, 0.15), "how far movements are alike", low=0.002, high=10)
    affine_frac: Real = field(0.0, "how far three corners are moved besides, at most", low=0, high=0.3)
    both: Flag = field(True, "whether the clean picture is stretched alike")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One field a direction."""
        if drawn["amplitude_frac"] == 0 and drawn["affine_frac"] == 0:
            return
        top, bottom, left, right = photo.print_box
        short = min(bottom - top, right - left)
        spread = max(drawn["length_frac"] * short, 1.0)
        every = min(max(int(spread / 1.2), 1), FARTHEST_NODES)
        rows, columns = displace.node_count(photo.height, every), displace.node_count(photo.width, every)
        knots = spread / displace.SPLINE_WIDTH
        amplitude = np.float32(drawn["amplitude_frac"] * short)
        fields = []
        for way in range(2):
            pair = key.at("field", way).pair()
            smooth = displace.spline_field(rows, columns, every / knots, -top / knots, -left / knots, *pair)
            bent = _affine(photo, every, drawn["affine_frac"] * short, key.at("affine", way))
            fields.append(np.ascontiguousarray(amplitude * smooth + bent[:rows, :columns], np.float32))
        move_smoothly(photo, fields[0], fields[1], every, drawn["both"])


def _affine(photo: Photo, every: int, most: float, key: Key) -> npt.NDArray[np.float32]:
    """How far nodes move one way where three corners move by up to `most` px."""
    origin, across, down = ((2 * u - 1) * most for u in key.uniforms()[:3])
    y = np.arange(displace.node_count(photo.height, every)) * (every / photo.height)
    x = np.arange(displace.node_count(photo.width, every)) * (every / photo.width)
    moved: npt.NDArray[np.float32] = (origin + (down - origin) * y[:, None] + (across - origin) * x[None, :]).astype(
        "f4"
    )
    return moved


def move_smoothly(
    photo: Photo,
    dy: npt.NDArray[np.float32],
    dx: npt.NDArray[np.float32],
    every: int,
    both: bool,
    finish: Callable[[npt.NDArray[np.float32], int], None] | None = None,
    finish_mask: Callable[[npt.NDArray[np.uint8]], None] | None = None,
) -> None:
    """Move the photo by fields of px as `kernels.displace` takes them.

    `finish` changes the rows (H, W·C) of each picture that was moved, of C channels, in place, and `finish_mask` each
    (H, W) mask.
    """

    def moved(image: npt.NDArray[np.uint8], nearest: bool) -> npt.NDArray[np.uint8]:
        out = np.empty(image.shape, image.dtype)
        displace.displaced_mask(image[:, :, 0], out[:, :, 0], dy, dx, every, nearest)
        if finish_mask is not None:
            finish_mask(out[:, :, 0])
        return out

    def together(images: list[Floats]) -> list[Floats]:
        pairs = [_before_and_after(photo, image, number) for number, image in enumerate(images)]
        alike = len(images) > 1 and images[0].shape == images[1].shape
        for number, (before, after) in enumerate(pairs):
            second = pairs[1] if alike and number == 0 else displace.NO_PICTURES
            if not (alike and number == 1):
                displace.displaced(before, after, *second, images[number].shape[2], dy, dx, every)
        if finish is not None:
            for image, (_, after) in zip(images, pairs, strict=True):
                finish(after, image.shape[2])
        return [after.reshape(image.shape) for image, (_, after) in zip(images, pairs, strict=True)]

    photo.move(moved, both, together)


def _before_and_after(photo: Photo, image: Floats, number: int) -> tuple[Floats, Floats]:
    """The rows of a picture as it is and those of what it becomes. Fresh memory costs more than the displacement: a
    picture that nobody else holds is moved within its own."""
    rows = image.reshape(len(image), -1)
    if image is photo.pixels:
        return rows, photo.spare().reshape(rows.shape)
    if any(image is picture for picture in (photo.clean, *photo.targets.values())):
        return rows, np.empty(rows.shape, np.float32)
    return _copy(photo, rows, number), rows


def _copy(photo: Photo, rows: Floats, number: int) -> Floats:
    room: Floats = photo.workspace.array(f"moved {number}", rows.shape, np.float32)
    room[...] = rows
    return room
