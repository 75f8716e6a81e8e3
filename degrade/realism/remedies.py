"""Which parameter of which op moves a figure: the one place where figures and ops meet.

A remedy is `+op.field` where a larger field makes the figure larger, `-op.field` where it makes it smaller; the most
telling first. Only what moves a figure by itself is here: fields that choose between kinds are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_NOISE = (
    "+grain.strength", "+gaussian_noise.sigma", "+speckle.sigma", "+scan.noise", "-shot_noise.photons",
    "+random_pixels.amount", "+salt_and_pepper.amount", "+surface.amplitude", "+texture.strength",
)  # fmt: skip
_BLUR = (
    "-lens_blur.sigma_mm", "-blur.sigma_px", "-blur.sigma_mm", "-kernel_blur.sigma_x_px", "-defocus.radius_px",
    "-motion_blur.length_px", "-scan.psf_px", "-camera_shake.length_mm", "+resample.ratio",
)  # fmt: skip
_SHARP = (*_BLUR, "+scan.sharpening")
_COARSE = ("+grain.size_mm", "+scan.psf_px", "+lens_blur.sigma_mm", "+blur.sigma_px", "-gaussian_noise.sigma")
_LIGHT = (
    "+surface_dust.count", "+dust_on_negative.rate", "+scratches.count", "+hair.rate", "+folds.count",
    "+crack_network.count", "+loss.count", "+salt_and_pepper.amount", "+abrasion.count",
)  # fmt: skip
_DARK = (
    "+foxing.clusters", "+dirt_in_relief.amount", "+ink.count", "+mould.colonies", "+coarse_dropout.holes",
    "+random_pixels.amount", "+salt_and_pepper.amount", "+surface_dust.shadow_mm",
)  # fmt: skip
_RIM = ("+edge_wear.width_mm", "+missing_corners.share", "+border.width_frac", "+frame_edges.margin_frac")
_YELLOW = ("+yellowing.stain", "+fade.yellowing", "+tone.strength", "+dye_fading.stain", "+border.warmth")

REMEDIES: dict[str, tuple[str, ...]] = {
    "noise": _NOISE,
    "noise_native": _NOISE,
    "noise_lag1": _COARSE,
    "noise_lag2": _COARSE,
    "noise_native_lag1": _COARSE,
    "fine_detail": (*_SHARP, *_NOISE),
    "middle_detail": (*_BLUR, *_NOISE),
    "fine_detail_native": (*_SHARP, *_NOISE),
    "sharpness": _SHARP,
    "edge_width": tuple(("+" if remedy[0] == "-" else "-") + remedy[1:] for remedy in _SHARP),
    "halo": ("+scan.sharpening", "+scan.radius_px"),
    "halo_native": ("+scan.sharpening", "+scan.radius_px"),
    "light_specks": _LIGHT,
    "dark_specks": _DARK,
    "light_share": _LIGHT,
    "dark_share": _DARK,
    "light_rim": _RIM,
    "dark_rim": _RIM,
    "fine_light": (*_NOISE, *_BLUR),
    "fine_dark": (*_NOISE, *_BLUR),
    "black": ("+scan.veil", "-fade.dmax", "+fade.amount", "+levels.output_black", "-levels.black", "-scan.clip"),
    "median_tone": ("+print_response.exposure", "+silver_fading.amount", "+fade.amount", "+levels.gamma",
                    "-fade.dmin", "-vignette.falloff", "-texture.strength"),
    "white": ("-fade.dmin", "-levels.white", "+levels.output_white", "+scan.clip", "-print_response.dmin",
              "-texture.strength"),
    "contrast": ("-fade.amount", "+fade.dmax", "+print_response.gamma", "-scan.veil", "-silver_fading.amount",
                 "+contrast.factor", "-levels.white"),
    "blockiness": ("-jpeg.quality", "-jpeg_twice.second_quality", "-webp.quality"),
    "shadow_b": _YELLOW,
    "middle_b": _YELLOW,
    "highlight_b": _YELLOW,
    "middle_a": ("+yellowing.sulphiding", "+tone.strength", "+dye_fading.loss"),
}  # fmt: skip
"""Name of a figure (`degrade.realism.scalars.SCALARS`) -> its remedies."""

_EXTREMES = {
    "noise": ("strong", "weak"), "noise_native": ("strong", "weak"), "fine_detail": ("great", "small"),
    "middle_detail": ("great", "small"), "fine_detail_native": ("great", "small"), "edge_width": ("wide", "narrow"),
    "halo": ("strong", "weak"), "halo_native": ("strong", "weak"), "blockiness": ("strong", "weak"),
}  # fmt: skip


def extreme(name: str, is_high: bool) -> str:
    """What such a figure is too much of: strong or weak, high or low."""
    return _EXTREMES.get(name, ("high", "low"))[not is_high]


@dataclass(frozen=True)
class Remedy:
    """A field to change: `raise_it` or lower it."""

    op: str
    field: str
    raise_it: bool

    def __str__(self) -> str:
        return f"{'raise' if self.raise_it else 'lower'} `{self.op}.{self.field}`"


def remedies(name: str, is_high: bool) -> Iterator[Remedy]:
    """What brings a figure that is too high, or too low, nearer; the most telling first."""
    for stated in REMEDIES.get(name, ()):
        op, _, field = stated[1:].partition(".")
        yield Remedy(op, field, (stated[0] == "+") != is_high)
