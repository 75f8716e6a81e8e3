"""The response of an emulsion to light."""

from __future__ import annotations

from degrade.engine.damage import Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Choice, Constant, Normal
from degrade.engine.fields import Option, Real, field
from degrade.engine.kernels import film_curve, tone
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.ops.grayscale import RESPONSES

COLOUR = "colour"
ERAS = (COLOUR, "panchromatic", "orthochromatic", "blue_sensitive")
METERED = 3
"""Every so many pixels are metered."""
TRUST, USUAL = 0.6, -0.75
"""How far the mean log10 exposure of the picture decides, and the usual one, which decides the rest: whoever printed a
picture of snow left it white."""
LIGHTER = 0.14
"""How much below the mean the curve's middle lies: the mean prints as a density of about 0.7."""


class FilmResponse(Degradation):
    """What an emulsion and its paper make of light: toe, shoulder, contrast, exposures that miss.

    Density over the logarithm of exposure is an S: it cannot exceed the paper's black, `dmax`, nor fall below its
    `dmin`, and between them it has the slope `gamma`, that of the negative, 0.6 to 0.8, times the paper's, 1.3 to 2.2.
    So shadows sink together and highlights wash out. Its middle goes with the picture's mean logarithmic exposure, as a
    meter sets it and a printer corrects it, but for the `exposure` by which both erred: positive errors make light
    prints. A picture in colours first becomes the gray that a film of the `era` saw: until about 1905 blue alone, with
    white skies and black lips, then green as well, from the 1920s on all colours; `colour` leaves it in colours.

    References: F. Hurter, V. C. Driffield, Photochemical investigations and a new method of determination of the
    sensitiveness of photographic plates, J. Soc. Chem. Ind. 9 (1890); C. B. Neblette, Photography: Its Materials and
    Processes (1962).
    """

    stage = Stage.NEGATIVE

    gamma: Real = field(
        (0.9, 1.6), "slope at the middle: the negative's times the paper's", low=0.2, high=5, unit="ratio"
    )
    dmax: Real = field(
        (1.4, 2.1), "density of the deepest black: glossy 2.0, matt 1.4 to 1.7", low=0.5, high=3, unit="density"
    )
    dmin: Real = field((0.02, 0.08), "density of the paper's white", low=0, high=0.4, unit="density")
    exposure: Real = field(
        Normal(0, 0.23), "error of the metering, above 0: overexposed", low=-1.5, high=1.5, unit="log10 of exposure"
    )
    era: Option = field(COLOUR, "which colours the film saw", options=ERAS)
    strength: Real = field(1.0, "share of the curve; 0 leaves the tones", low=0, high=1, unit="share")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Weigh the colours, meter, and send all values through one curve."""
        if drawn["era"] != COLOUR:
            weights, linear = RESPONSES[drawn["era"]]
            photo.to_gray(weights, linear)
        if drawn["strength"] == 0:
            return
        rows = photo.pixels.reshape(photo.height, photo.width * photo.channels)
        mean = round(film_curve.mean_log_exposure(rows, photo.channels, METERED), 6)
        middle = TRUST * mean + (1 - TRUST) * USUAL - LIGHTER - drawn["exposure"]
        coefficients = film_curve.response_curve(
            drawn["dmin"], drawn["dmax"], drawn["gamma"], middle, float(drawn["strength"])
        )
        tone.curve(photo.pixels.reshape(-1), coefficients)

    def channels_after(self, channels: frozenset[int]) -> frozenset[int]:
        """One channel for the eras before colour, unless it may be skipped."""
        eras = self.era.values if isinstance(self.era, Choice) else (_only(self.era),)
        after = frozenset(c if era == COLOUR else 1 for era in eras for c in channels)
        return after if self.p >= 1 else channels | after


def _only(era: object) -> object:
    return era.value if isinstance(era, Constant) else era
