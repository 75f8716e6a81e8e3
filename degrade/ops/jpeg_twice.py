"""A JPEG that was cropped or resized, and saved as JPEG again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Choice
from degrade.engine.fields import Count, Option, Real, field
from degrade.engine.jpeg_file import JpegFile
from degrade.engine.key import Key
from degrade.engine.photo import Photo

Bytes = npt.NDArray[np.uint8]


class JpegTwice(Degradation):
    """Save as JPEG, crop or resize a little, save as JPEG again: two grids of 8×8 blocks that do not coincide.

    What lies on the web has been through this: the scanner's file, `shift_x_px` and `shift_y_px` cropped off its edges,
    `rescale` times as large as what was posted, then posted at a lower quality. Blocks of the first grid show faintly
    across those of the second. The larger file is made by bilinear interpolation, and so is the smaller one, but beyond
    half the size by area.

    As the last step of a recipe its second file is the pair's member, byte for byte. References: ITU-T T.81 (JPEG);
    T. Bianchi, A. Piva, Image forgery localization via block-grained analysis of JPEG artifacts,
    doi:10.1109/TIFS.2012.2187516 (double compression, aligned and not).
    """

    stage = Stage.FILE

    first_quality: Count = field((85, 96), "quality of the first file", low=1, high=100, unit="IJG")
    second_quality: Count = field((65, 96), "quality of the second file", low=1, high=100, unit="IJG")
    shift_x_px: Count = field((0, 7), "columns between the two grids", low=0, high=7)
    shift_y_px: Count = field((0, 7), "rows between the two grids", low=0, high=7)
    rescale: Real = field(
        Choice((1.0, 1.1, 1.25, 1.5), weights=(0.6, 0.15, 0.15, 0.1)), "size of the first file", low=1, high=4,
        unit="ratio",
    )  # fmt: skip
    subsampling: Option = field("420", "how colour is sampled in both", options=("444", "422", "420"))

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Two files, of which the second stays."""
        channels = photo.final_channels or photo.channels
        picture = photo.rounded(np.uint8, max(channels, photo.channels))
        subsampling = drawn["subsampling"]
        first = JpegFile(_enlarged(picture, drawn), channels, drawn["first_quality"], subsampling)
        opened = first.decoded()[drawn["shift_y_px"] :, drawn["shift_x_px"] :]
        second = np.ascontiguousarray(_shrunk(opened, picture.shape))
        photo.file = JpegFile(second, channels, drawn["second_quality"], subsampling)


def _enlarged(picture: Bytes, drawn: Drawn) -> Bytes:
    """(H, W, C) enlarged, with the rows and columns before it that are to be cropped."""
    import cv2

    ratio, above, left = drawn["rescale"], drawn["shift_y_px"], drawn["shift_x_px"]
    if ratio != 1:
        size = round(picture.shape[1] * ratio), round(picture.shape[0] * ratio)
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR).reshape(size[1], size[0], -1)  # type: ignore[assignment]
    if not above and not left:
        return picture
    padded = cv2.copyMakeBorder(picture, above, 0, left, 0, cv2.BORDER_REPLICATE)
    return padded.reshape(*padded.shape[:2], -1).astype(np.uint8, copy=False)


def _shrunk(picture: Bytes, shape: tuple[int, ...]) -> Bytes:
    """(H, W, C) at the size of `shape`; by means over what each pixel covers where two pixels of it would miss some."""
    if picture.shape == shape:
        return picture
    import cv2

    kind = cv2.INTER_LINEAR if picture.shape[0] <= 2 * shape[0] else cv2.INTER_AREA
    small = cv2.resize(np.ascontiguousarray(picture), (shape[1], shape[0]), interpolation=kind)
    return small.reshape(shape).astype(np.uint8, copy=False)
