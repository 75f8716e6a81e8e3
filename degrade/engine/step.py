"""What stands in a recipe: a degradation, a group of them, or the target."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

import numpy.typing as npt

from degrade.engine.distributions import rounded
from degrade.engine.key import Key
from degrade.engine.pair import Pair, develop, developed_picture
from degrade.engine.photo import Photo
from degrade.engine.story import holds, link_problem, when_problem
from degrade.engine.units import DEFAULT_FORMAT

LABEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .+-]{0,99}")


class Step(ABC):
    """A step of a recipe.

    Attributes
    ----------
    p : float
        Probability that it runs, in [0, 1].
    label : str or None
        Its address in the recipe's randomness; `address` gives the default.
    when : mapping or None
        The words of the photograph's story for which it runs at all.
    link : mapping or None
        Weights by which its rate follows the numbers of the story (`degrade.engine.story`).
    """

    p: float
    label: str | None
    when: Mapping[str, Any] | None = None
    link: Mapping[str, float] | None = None

    @property
    def always(self) -> bool:
        """Whether it runs on every photo."""
        return self.p >= 1 and self.when is None

    @property
    @abstractmethod
    def address(self) -> str:
        """The label, given or default."""

    @abstractmethod
    def run(self, photo: Photo, root: Key, suffix: str = "", fires: bool = True) -> None:
        """Work on `photo` in place and write into its record, under the addresses below `root`.

        `suffix` is appended to every label within (by `repeat`); with `fires` False nothing is done, but what would
        have been drawn is recorded, so that a group's choice leaves no hole in the record.
        """

    def prepare(self) -> None:  # noqa: B027 - most steps need nothing
        """Make ready what is made once and shared by all photos, such as textures; called before workers start.

        Raises
        ------
        DegradeError
            Something that the step needs is not there.
        """

    def contents(self) -> dict[str, str]:
        """What it takes from outside of the package, beside the photograph: the name by which it stands in the
        declaration, and a hash of its contents as they are now.

        Raises
        ------
        DegradeError
            Something of it is not there.
        """
        return {}

    def without_places(self) -> Step:
        """The same step without the name of a place on this machine: what is named by an absolute path goes by the
        path's last part and the hash of its contents, by which this process finds it too.

        Raises
        ------
        DegradeError
            Something that is named so is not there.
        """
        return self

    def flattened(self) -> Iterator[Step]:
        """This step and every step within it, in order."""
        yield self

    @abstractmethod
    def to_data(self) -> Any:
        """The plain data that stands for it in YAML: fields that differ from their defaults."""

    @abstractmethod
    def canonical(self) -> Any:
        """The plain data that a fingerprint is taken of: every field."""

    def channels_after(self, channels: frozenset[int]) -> frozenset[int]:
        """Which numbers of channels (1, 3) a picture may have after it, given those it may have before."""
        return channels

    def __call__(
        self, image: npt.NDArray[Any], *, key: str = "", copy: int = 0, format: str = DEFAULT_FORMAT
    ) -> npt.NDArray[Any]:
        """Degrade one picture, with seed 0.

        Parameters
        ----------
        image : (H, W), (H, W, 1) or (H, W, 3) array
            uint8 or uint16 over their whole range, or float32 in [0, 1]; sRGB-encoded, RGB order. It is not changed.
        key : str
            The photo's key: the same key gives the same damage.
        copy : int
            Which of several damaged copies of the same photo.
        format : str
            The print's format, which turns millimetres into pixels (`degrade.engine.units.FORMATS`).

        Returns
        -------
        array
            A fresh array of the shape and dtype of `image`; one gray channel is replicated where `image` has three.

        Raises
        ------
        TypeError, ValueError
            `image` is of another dtype or shape.
        """
        return developed_picture(self, image, seed=0, key=key, variant=copy, format=format)

    def pair(self, image: npt.NDArray[Any], *, key: str = "", copy: int = 0, format: str = DEFAULT_FORMAT) -> Pair:
        """Like calling it, but gives the Pair with its masks and its record."""
        return develop(self, image, seed=0, key=key, variant=copy, format=format)


def happens(step: Step, key: Key, photo: Photo, factor: float = 1.0) -> bool:
    """Whether `step`, at the address `key`, runs on `photo`; `factor` multiplies its rate of happening."""
    if step.when is not None and not holds(step.when, photo.story):
        return False
    p = step.p if factor == 1 else rounded(1 - (1 - step.p) ** factor)
    return p >= 1 or key.at("p").uniform() < p


def check_step(step: Step) -> list[tuple[str, str]]:
    """What is wrong with what stands beside a step, as (name, what was expected)."""
    wrong = (("when", when_problem(step.when)), ("link", link_problem(step.link)))
    problems = [(name, problem) for name, problem in wrong if problem]
    if isinstance(step.p, bool) or not isinstance(step.p, int | float) or not 0 <= step.p <= 1:
        problems.append(("p", f"expected a probability in [0, 1], not {step.p!r}"))
    if step.label is not None and not (isinstance(step.label, str) and LABEL.fullmatch(step.label)):
        problems.append(
            ("label", f"expected a letter, digit or _, then up to 99 of those or ' .+-', not {step.label!r}")
        )
    return problems


def with_step_keys(data: dict[str, Any], step: Step) -> dict[str, Any]:
    """`data` with what stands beside the step, where it is not the default."""
    beside: dict[str, Any] = {} if step.p == 1 else {"p": step.p}
    mappings = {name: dict(given) for name, given in (("when", step.when), ("link", step.link)) if given is not None}
    return data | beside | mappings | ({} if step.label is None else {"label": step.label})
