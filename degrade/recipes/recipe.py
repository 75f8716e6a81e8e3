"""The recipe: an ordered list of steps with their distributions, as a callable."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Collection, Iterator
from functools import cached_property, partial
from typing import Any

import numpy.typing as npt

from degrade.codecs import Decoded
from degrade.engine.compose import Target
from degrade.engine.damage import Stage
from degrade.engine.declaration import ParameterError
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Choice
from degrade.engine.key import Key
from degrade.engine.pair import Pair, checked_image
from degrade.engine.photo import LAYERS, Photo
from degrade.engine.plate import SINGLE
from degrade.engine.step import Step
from degrade.engine.story import Story
from degrade.engine.units import DEFAULT_FORMAT
from degrade.engine.watch import Watch
from degrade.errors import DegradeError
from degrade.ops.grayscale import Grayscale
from degrade.recipes.as_data import canonical, to_data
from degrade.recipes.conflicts import problems_of
from degrade.recipes.developing import developed, plate_of, working_pixels
from degrade.recipes.frame import Frame
from degrade.recipes.given import CLEAN, PAIR, REAL, UNPAIRED
from degrade.recipes.output import Output
from degrade.recipes.source import Source

Array = npt.NDArray[Any]
_SMALLEST = 64


class TooSmall(DegradeError, ValueError):
    """A photograph whose shorter side is below the recipe's `min_side`."""

    def __init__(self, height: int, width: int, min_side: int) -> None:
        self.height, self.width, self.min_side = height, width, min_side
        super().__init__(f"{width}×{height} pixels; the recipe takes photographs with sides of at least {min_side}")

    def __reduce__(self) -> Any:
        return type(self), (self.height, self.width, self.min_side)


@dataclasses.dataclass(frozen=True)
class Recipe:
    """Ordered steps with their distributions, and how photographs are framed and pairs are written.

    Parameters
    ----------
    name : str
    steps : tuple of Step
        May hold `Target`s, one of them without a name, at this level.
    seed : int
    format : str
        One of `degrade.engine.units.FORMATS`.
    story : Story or None
        What happens to a photograph as a whole; steps refer to it by `link` and `when`.
    frame : Frame or None
        None keeps the source's size.
    output : Output
    source : str, dict, list or None
        The photographs that a build takes when it is given none; see `degrade.recipes.source`.
    about : str

    Raises
    ------
    ParameterError
        Equal labels, several targets or one inside a group, an unknown format.
    """

    name: str
    steps: tuple[Step, ...]
    about: str = ""
    seed: int = 0
    format: str = DEFAULT_FORMAT
    story: Story | None = None
    frame: Frame | None = None
    output: Output = dataclasses.field(default_factory=Output)
    source: Source | None = None

    def __post_init__(self) -> None:
        problems = problems_of(self)
        if problems:
            raise ParameterError(self.name, problems)

    # ------------------------------------------------------------------ facts

    @property
    def min_side(self) -> int:
        """Pixels below which a photograph's shorter side is rejected."""
        return int(self.frame.fixed("min_side")) if self.frame else _SMALLEST

    @cached_property
    def channels(self) -> tuple[int, int]:
        """Channels of the clean and of the degraded pictures: 1 where that side surely ends gray, else 3."""
        possible, clean = frozenset({1, 3}), frozenset({1, 3})
        for step in self.steps:
            if isinstance(step, Target) and step.called is None:
                clean = possible
            possible = step.channels_after(possible)
        return (1 if clean == {1} else 3), (1 if possible == {1} else 3)

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """The names of its further clean pictures, in their order."""
        return tuple(step.called for step in self.steps if isinstance(step, Target) and step.called is not None)

    @cached_property
    def _read(self) -> frozenset[str]:
        """The masks that a step looks at."""
        return frozenset(name for step in self.steps for op in _ops(step) for name in op.reads)

    @cached_property
    def structural(self) -> tuple[str, ...]:
        """The labels of the steps that may keep masks, in their order."""
        return tuple(op.address for step in self.steps for op in _ops(step) if op.damage is not None)

    @cached_property
    def moves_clean(self) -> bool:
        """Whether a step after a target may move a clean picture's pixels."""
        place = next((place for place, step in enumerate(self.steps) if isinstance(step, Target)), -1)
        return any(op.moves_pixels for step in self.steps[place + 1 :] for op in _ops(step))

    @cached_property
    def takes_clean(self) -> bool:
        """Whether a step takes the clean picture; else it is the photograph."""
        return any(_takes_clean(step) for step in self.steps)

    @cached_property
    def reads_luma(self) -> bool:
        """Whether the luma that a JPEG file stores is all that is wanted of its pixels: the first step leaves no more,
        and the clean picture is taken later or is the file itself."""
        if not (self.steps and isinstance(self.steps[0], Grayscale) and self.steps[0].is_luma) or self.lays_plates:
            return False
        return self.takes_clean or (self.frame is None and self.output.image == "jpg" and not self.moves_clean)

    @cached_property
    def lays_plates(self) -> bool:
        """Whether its story lays photographs on plates of several exposures."""
        if self.story is None or "plate" not in self.story.latents:
            return False
        return any(word != SINGLE for word in self.story.words_of("plate"))

    def on_no_plate(self) -> Recipe:
        """The same recipe for which every photograph stays a single exposure; itself, where none is laid on a plate."""
        if self.story is None or not self.lays_plates:
            return self
        # Other kinds stay possible words, of which `when` may speak, but have no share.
        others = [word for word in self.story.words_of("plate") if word != SINGLE]
        plate = Choice([SINGLE, *others], [1.0, *(0.0 for _ in others)])
        return dataclasses.replace(self, story=Story({**self.story.latents, "plate": plate}))

    @cached_property
    def fingerprint(self) -> str:
        """32 hex digits: the hash of everything that decides pixels and files, without `name`, `about` and `source`."""
        plain = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(plain.encode(), digest_size=16, person=b"degrade.recipe").hexdigest()

    def canonical(self) -> dict[str, Any]:
        """Plain data with every field, `name` and `about` left out, and `source`, since the same photograph from
        elsewhere makes the same pair: equal for recipes that do the same."""
        return canonical(self)

    def to_data(self) -> dict[str, Any]:
        """The plain data that stands for it in YAML; what is as by default is left out."""
        return to_data(self)

    def contents(self) -> dict[str, str]:
        """What the steps take from outside of the package, by name, with a hash of its contents as they are now; raises
        DegradeError when it is not there."""
        return {name: digest for step in self.steps for name, digest in step.contents().items()}

    def without_places(self) -> Recipe:
        """The same recipe without a place on this machine: no `source`, and no step that names an absolute path."""
        return dataclasses.replace(self, source=None, steps=tuple(step.without_places() for step in self.steps))

    def prepare(self) -> None:
        """Make ready what steps make once for all photos; raises DegradeError when something they need is missing."""
        for step in self.steps:
            step.prepare()

    # ------------------------------------------------------------------ pairs

    def __call__(
        self,
        image: Array,
        *,
        key: str = "",
        copy: int = 0,
        epoch: int = 0,
        split: str = "train",
        apart: bool = False,
        without: Collection[str] = (),
        target: Array | None = None,
        domain: str = "",
    ) -> Pair:
        """The Pair of one photograph.

        Parameters
        ----------
        image : (H, W), (H, W, 1) or (H, W, 3) array
            uint8 or uint16 over their whole range, or float32 in [0, 1]; sRGB-encoded, RGB order. It is not changed.
        key : str
            The photo's key, such as ``"album/0042"``.
        copy : int
            Which of the recipe's copies, 0 first.
        epoch : int
            Counts for the train split alone; a build is epoch 0.
        split : str
            Decides whether the frame varies and which textures are used.
        apart : bool
            Whether the pair tells damages apart: `Pair.layers` and `Pair.instances`.
        without : collection of str
            Labels of steps that draw nothing, while their masks and all else stay as they are: the counterfactual.
        target : array, optional
            The clean picture, of the height and width of `image`, where there is one already: `image` is then the
            damaged one, to which the steps add, and masks are of what they add. What stands before `target` in the
            recipe happens to both.
        domain : str
            "real": an old photograph, to which nothing happens, and of which there is no clean picture: both sides are
            `image`. "clean": nothing happens but what stands before `target`. Anything else has no effect.

        Returns
        -------
        Pair
            Its pictures are (H, W, C) of the dtype of `image`, framed. A build makes the same of the file that `image`
            was decoded from, but where the recipe `reads_luma`: then see `of_photograph`.

        Raises
        ------
        TypeError, ValueError
            `image` is of another dtype or shape, or smaller than `min_side`; `target` is of another size.
        """
        whole = checked_image(image)
        return self.make(
            whole.copy(), key=key, copy=copy, epoch=epoch, split=split, apart=apart, without=without,
            target=None if target is None else checked_image(target).copy(), domain=domain,
        )  # fmt: skip

    def of_photograph(
        self,
        decoded: Decoded,
        *,
        key: str,
        copy: int = 0,
        epoch: int = 0,
        split: str = "train",
        layers: Collection[str] = LAYERS,
        apart: bool = False,
        target: Decoded | None = None,
        domain: str = "",
    ) -> Pair:
        """The pair of a photograph's file, as a build makes it, read by ``decode(data, luma=recipe.reads_luma)``; one
        with a `target`, or of the domain "real" or "clean", by ``decode(data)``.

        The parameters are those of `make`; pictures have the 8 or 16 bits that `output` asks for.
        """
        image, dtype = working_pixels(decoded, self.output.image)
        return self.make(
            image, key=key, copy=copy, epoch=epoch, split=split, dtype=dtype, layers=layers, apart=apart,
            original=decoded, target=working_pixels(target, self.output.image)[0] if target else None, domain=domain,
        )  # fmt: skip

    def make(
        self,
        image: Array,
        *,
        key: str,
        copy: int = 0,
        epoch: int = 0,
        split: str = "train",
        dtype: Any = None,
        layers: Collection[str] = LAYERS,
        apart: bool = False,
        without: Collection[str] = (),
        original: Decoded | None = None,
        target: Array | None = None,
        domain: str = "",
    ) -> Pair:
        """As `__call__`, for a checked (H, W, C) `image` that the pair may keep; pictures come out as `dtype`. The pair
        has the masks named in `layers` alone: copying the others would cost time for nothing. `original` is the file
        that `image` was decoded from, which may have given its luma alone."""
        height, width = image.shape[:2]
        if min(height, width) < self.min_side:
            raise TooSmall(height, width, self.min_side)
        variant = (epoch if split == "train" else 0) * self.output.copies + copy
        root = Key(self.seed, key, variant)
        record = {
            "key": f"{key}/c{copy}" if copy else key, "photo": key, "copy": copy, "epoch": epoch, "split": split,
            "seed": self.seed, "variant": variant, "fingerprint": self.fingerprint, "format": self.format,
            "channels": list(self.channels), "frame": None,
        }  # fmt: skip
        given = PAIR if target is not None else domain if domain in UNPAIRED else ""
        if given:
            record["given"] = given
        if self.story is not None:
            told = self.story.draw(root)
            record |= {"story": told, "format": told.get("format", self.format)}
        if self.frame is not None:
            plate = plate_of(record, height, width)
            height, width = plate.size if plate else (height, width)
            record["frame"] = self.frame.framing(height, width, root.at("frame"), varied=split == "train").to_data()
        if self.output.scale > 1:
            record["scale"] = [self.output.scale, -1]
        if apart:
            record["layers"] = list(self.structural)
        watch = Watch(without, apart) if apart or without else None
        kept = LAYERS if watch else (*layers, *self._read)
        run = partial(self._run, watch=watch, kept=kept, steps=self._happening(given))
        before = None
        if target is not None:
            before = partial(self._run, watch=None, kept=kept, steps=self._happening(CLEAN))
        if original is not None and original.is_luma:
            record["luma"] = True
        dtype = dtype or image.dtype.type
        return developed(image, record, root, dtype, run, layers, not self.moves_clean, original, target, before)

    def _happening(self, given: str) -> int:
        """How many of the steps happen to a photograph of which `given` is known."""
        if given == CLEAN:
            return next((place for place, step in enumerate(self.steps, 1) if _takes_clean(step)), 0)
        return 0 if given == REAL else len(self.steps)

    def _run(self, photo: Photo, watch: Watch | None, kept: Collection[str], steps: int) -> None:
        photo.watch, photo.kept = watch, kept
        root, last = photo.root, min(self._file_from, steps)
        for step in self.steps[:last]:
            step.run(photo, root)
        photo.shrink_now()
        for step in self.steps[last:steps]:
            step.run(photo, root)

    @cached_property
    def _file_from(self) -> int:
        """The place of the first of the last steps, those that make files."""
        place = len(self.steps)
        while place and all(op.stage is Stage.FILE for op in _ops(self.steps[place - 1])):
            place -= 1
        return place


def _takes_clean(step: Step) -> bool:
    """Whether the clean picture is taken there."""
    return isinstance(step, Target) and step.called is None


def _ops(step: Step) -> Iterator[Degradation]:
    """The degradations within a step."""
    return (op for op in step.flattened() if isinstance(op, Degradation))
