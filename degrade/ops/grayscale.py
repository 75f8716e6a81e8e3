"""Colour to the gray that an emulsion sees."""

from __future__ import annotations

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Constant
from degrade.engine.fields import Option, field
from degrade.engine.key import Key
from degrade.engine.photo import Photo

RESPONSES: dict[str, tuple[tuple[float, float, float], bool]] = {
    "rec601": ((0.299, 0.587, 0.114), False),
    "rec709": ((0.2126, 0.7152, 0.0722), False),
    "blue_sensitive": ((0.02, 0.28, 0.70), True),
    "orthochromatic": ((0.05, 0.50, 0.45), True),
    "panchromatic": ((0.30, 0.40, 0.30), True),
}
"""Weights of R, G, B, and whether they weigh linear light (an emulsion's exposure) or encoded values (video luma)."""


class Grayscale(Degradation):
    """Leave one gray channel: by video luma, or by the spectral response of an emulsion.

    Plates before about 1905 saw blue alone, orthochromatic ones green as well; white skies and dark lips come from
    this, not from desaturation. Emulsions integrate linear light; Rec. 601 and 709 weigh encoded values. A gray picture
    stays as it is.

    References: ITU-R BT.601-7; ITU-R BT.709-6; C. B. Neblette, Photography: Its Materials and Processes (1962), on the
    sensitivity of ordinary, orthochromatic and panchromatic emulsions.
    """

    stage = Stage.SCENE

    response: Option = field("rec601", "what weighs the colours", options=tuple(RESPONSES))

    @property
    def is_luma(self) -> bool:
        """Whether it always leaves the luma that JPEG files store."""
        return self.always and self.response == Constant("rec601")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One channel from three; see `RESPONSES`."""
        weights, linear = RESPONSES[drawn["response"]]
        photo.to_gray(weights, linear)

    def channels_after(self, channels: frozenset[int]) -> frozenset[int]:
        """One channel, unless it may be skipped."""
        return frozenset({1}) if self.always else channels | {1}
