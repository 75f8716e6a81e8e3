"""Distributions of parameters: one uniform number in, one drawn value out.

Each is a frozen declaration that knows its support and its YAML form. Values are taken by the inverse of the cumulative
distribution, so that one uniform of a `Key` decides them, and reals are rounded to six significant digits: short in
JSON, and beyond the reach of the last bit of any machine's exp or log.
"""

from __future__ import annotations

from degrade.engine.distributions.base import Distribution, rounded
from degrade.engine.distributions.grammar import DISTRIBUTIONS, distribution_from_data
from degrade.engine.distributions.real import Beta, LogNormal, LogUniform, Normal, Uniform
from degrade.engine.distributions.values import Choice, Constant
from degrade.engine.distributions.whole import Integers, NegativeBinomial, Poisson

__all__ = [
    "DISTRIBUTIONS", "Beta", "Choice", "Constant", "Distribution", "Integers", "LogNormal", "LogUniform",
    "NegativeBinomial", "Normal", "Poisson", "Uniform", "distribution_from_data", "rounded",
]  # fmt: skip
