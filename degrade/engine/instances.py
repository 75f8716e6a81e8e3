"""Single damages, told apart: each patch of a step's mask that hangs together.

The pixels of an instance are run-length encoded as in COCO (T.-Y. Lin et al., doi:10.1007/978-3-319-10602-1_48): the
lengths of alternating runs of outside and inside, down the columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from degrade.engine.photo import Layers

COVERED = 32
"""Coverage, of 255, from which a pixel belongs to an instance."""
MOST = 4096
"""Instances of one step that are kept, the largest first: specks of noise are no single damages."""


def found(own: Mapping[str, Layers]) -> list[dict[str, Any]]:
    """The instances within each step's masks.

    Parameters
    ----------
    own : mapping
        (mask, loss, classes) of each step by its label, (H, W) uint8 each.

    Returns
    -------
    list of dict
        Ready for JSON: label, class (a `DamageClass` code), bbox [x, y, width, height] and area in pixels, and
        segmentation {size: [H, W], counts: [...]}, uncompressed COCO run lengths.
    """
    return [instance for label, layers in own.items() for instance in _within(label, layers)]


def _within(label: str, layers: Layers) -> list[dict[str, Any]]:
    import cv2

    mask, _, classes = layers
    inside = (mask >= COVERED).astype(np.uint8)
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    largest = sorted(np.argsort(-areas, kind="stable")[:MOST] + 1) if count > 1 else []
    return [_instance(label, numbers, int(number), stats[number], classes) for number in largest]


def _instance(
    label: str, numbers: npt.NDArray[Any], number: int, stats: npt.NDArray[Any], classes: npt.NDArray[np.uint8]
) -> dict[str, Any]:
    x, y, width, height, area = (int(value) for value in stats)
    box = np.s_[y : y + height, x : x + width]
    own = numbers[box] == number
    code = int(np.bincount(classes[box][own]).argmax())
    counts = _runs(own, x, y, *numbers.shape)
    return {
        "label": label, "class": code, "bbox": [x, y, width, height], "area": area,
        "segmentation": {"size": list(numbers.shape), "counts": counts},
    }  # fmt: skip


def _runs(own: npt.NDArray[np.bool_], x: int, y: int, height: int, width: int) -> list[int]:
    """Run lengths of the whole picture from what lies in the box at (x, y)."""
    columns, rows = np.nonzero(own.T)
    places = (columns + x) * height + rows + y
    breaks = np.flatnonzero(np.diff(places) > 1)
    starts = places[np.concatenate(([0], breaks + 1))]
    ends = places[np.concatenate((breaks, [places.size - 1]))] + 1
    edges = np.concatenate(([0], np.stack([starts, ends], 1).reshape(-1), [height * width]))
    runs: list[int] = np.diff(edges).tolist()
    return runs if runs[-1] else runs[:-1]
