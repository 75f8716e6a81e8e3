"""The recipe: an ordered list of steps with their distributions, as a callable."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.codecs import Decoded
from degrade.engine.compose import Sequence, Target
from degrade.engine.damage import Stage
from degrade.engine.declaration import ParameterError
from degrade.engine.degradation import Degradation
from degrade.engine.key import Key
from degrade.engine.pair import Pair, checked_image, steps_record
from degrade.engine.photo import LAYERS, Photo
from degrade.engine.record import replay_steps
from degrade.engine.step import Step
from degrade.engine.story import Story, told_problems
from degrade.engine.units import DEFAULT_FORMAT, FORMATS
from degrade.engine.watch import Watch
from degrade.engine.workspace import borrowed_workspace
from degrade.errors import DegradeError
from degrade.ops import degradations
from degrade.ops.grayscale import Grayscale
from degrade.recipes.frame import Frame, Framing
from degrade.recipes.given import CLEAN, PAIR, REAL, UNPAIRED, check_sizes, finished, give_target, leave_gray
from degrade.recipes.output import Output
from degrade.recipes.source import Source

Array = npt.NDArray[Any]
VERSION = 1
"""Of the recipe's language: `recipe: 1`."""
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
        problems = []
        if self.format not in FORMATS:
            problems.append(("format", f"expected one of {', '.join(FORMATS)}, not {self.format!r}"))
        if isinstance(self.seed, bool) or not isinstance(self.seed, int):
            problems.append(("seed", f"expected a whole number, not {self.seed!r}"))
        if self.steps:
            problems += Sequence(self.steps).conflicts()
        targets = [step for step in self.steps if isinstance(step, Target)]
        if len(targets) > len({step.called for step in targets}):
            problems.append(("steps", "expected each target once; further ones have names of their own"))
        if len(targets) < sum(isinstance(s, Target) for step in self.steps for s in step.flattened()):
            problems.append(("steps", "target stands at the top level of steps, not inside a group"))
        if targets[1:] and self.output.format == "aligned":
            problems.append(("steps", "expected one target in the format aligned, which holds one clean picture"))
        told = (told_problems(self.story, s.link, s.when) for step in self.steps for s in step.flattened())
        problems += [("steps", message) for messages in told for _, message in messages]
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
    def reads_luma(self) -> bool:
        """Whether the luma that a JPEG file stores is all that is wanted of its pixels: the first step leaves no more,
        and the clean picture is taken later or is the file itself."""
        if not (self.steps and isinstance(self.steps[0], Grayscale) and self.steps[0].is_luma):
            return False
        taken = any(isinstance(step, Target) and step.called is None for step in self.steps)
        return taken or (self.frame is None and self.output.image == "jpg" and not self.moves_clean)

    @cached_property
    def fingerprint(self) -> str:
        """32 hex digits: the hash of everything that decides pixels and files, without `name`, `about` and `source`."""
        plain = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(plain.encode(), digest_size=16, person=b"degrade.recipe").hexdigest()

    def canonical(self) -> dict[str, Any]:
        """Plain data with every field, `name` and `about` left out, and `source`, since the same photograph from
        elsewhere makes the same pair: equal for recipes that do the same."""
        return {
            "recipe": VERSION, "seed": self.seed, "format": self.format,
            **({"story": self.story.settings()} if self.story else {}),
            "frame": self.frame.settings() if self.frame else None,
            "steps": [step.canonical() for step in self.steps],
            "output": self.output.settings(),
        }  # fmt: skip

    def to_data(self) -> dict[str, Any]:
        """The plain data that stands for it in YAML; what is as by default is left out."""
        data: dict[str, Any] = {"recipe": VERSION, "name": self.name, "about": self.about, "seed": self.seed}
        data |= {"source": self.source, "format": self.format}
        data["story"] = self.story.settings() if self.story else None
        data["frame"] = self.frame.changed() if self.frame else None
        data["steps"] = [step.to_data() for step in self.steps]
        data["output"] = self.output.changed()
        # An empty frame still centres and rejects: it is not the same as none.
        kept = {"steps"} | ({"frame"} if self.frame else set())
        return {name: value for name, value in data.items() if name in kept or value not in (None, "", {})}

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
        framing = None
        if self.frame is not None:
            framing = self.frame.framing(height, width, root.at("frame"), varied=split == "train")
        record = {
            "key": f"{key}/c{copy}" if copy else key, "photo": key, "copy": copy, "epoch": epoch, "split": split,
            "seed": self.seed, "variant": variant, "fingerprint": self.fingerprint, "format": self.format,
            "channels": list(self.channels), "frame": framing.to_data() if framing else None,
        }  # fmt: skip
        given = PAIR if target is not None else domain if domain in UNPAIRED else ""
        if given:
            record["given"] = given
        if self.story is not None:
            told = self.story.draw(root)
            record |= {"story": told, "format": told.get("format", self.format)}
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
        return _developed(
            image, record, root, framing, dtype, run, layers, not self.moves_clean, original, target, before
        )

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


def replay_record(image: Array, record: dict[str, Any], target: Array | None = None) -> Pair:
    """Make a pair again from its record alone; no recipe is needed.

    Parameters
    ----------
    image : (H, W), (H, W, 1) or (H, W, 3) array
        The source photograph as it was.
    record : dict
        `Pair.record`, as it is or read back from JSON.
    target : array, optional
        The clean picture, where it was given.

    Returns
    -------
    Pair
        The same pictures and masks, byte for byte.

    Raises
    ------
    ReplayError
        The record names an op or a field that this version does not have.
    TypeError, ValueError
        `image` is of another dtype or shape, or the pair was made of the luma that the photograph's file stores: then
        it takes `replay_photograph`.
    """
    whole = checked_image(image)
    given = None if target is None else checked_image(target).copy()
    return replay_source(whole.copy(), record, whole.dtype.type, target=given)


def replay_photograph(
    decoded: Decoded, record: dict[str, Any], image: str, apart: bool = False, target: Decoded | None = None
) -> Pair:
    """`replay_record` for a photograph's file, read by ``decode(data, luma=record.get("luma", False))``, and an output
    whose pictures are `image`: jpg, png or png16."""
    pixels, dtype = working_pixels(decoded, image)
    given = working_pixels(target, image)[0] if target else None
    return replay_source(pixels, record, dtype, apart, decoded, given)


def working_pixels(decoded: Decoded, image: str) -> tuple[Array, type[np.uint8] | type[np.uint16]]:
    """The (H, W, C) pixels that a recipe gets, and the dtype that its pictures are to have, for an output of `image`
    jpg, png or png16."""
    if image != "png16":
        return decoded.stored, np.uint8
    if decoded.stored.dtype == np.uint16:
        return decoded.stored, np.uint16
    return decoded.stored.astype(np.uint16) * np.uint16(257), np.uint16


def replay_source(
    image: Array,
    record: dict[str, Any],
    dtype: Any,
    apart: bool = False,
    original: Decoded | None = None,
    target: Array | None = None,
) -> Pair:
    """`replay_record` for a checked (H, W, C) `image` that the pair may keep, decoded from `original`, and its `target`
    likewise; pictures come out as `dtype`, damages are told `apart` or not."""
    if (record.get("given") == PAIR) != (target is not None):
        what = (
            "a pair whose target was given: it takes that too" if target is None else "no pair whose target was given"
        )
        raise ValueError(f"{record['key']} is {what}")
    if record.get("luma") and (original is None or not original.is_luma):
        raise ValueError(f"{record['key']} was made of the luma in its photograph's file; use replay_photograph")
    frame = record["frame"]
    again = {name: value for name, value in record.items() if name != "steps"}

    def run(photo: Photo) -> None:
        photo.watch = Watch(apart=True) if apart else None
        replay_steps(photo, photo.root, record["steps"], degradations())

    def before(photo: Photo) -> None:
        labels = [step["label"] for step in record["steps"]]
        happened = record["steps"][: labels.index(Target.word) + 1] if Target.word in labels else []
        replay_steps(photo, photo.root, happened, degradations())

    root = Key(record["seed"], record["photo"], record["variant"])
    framing = Framing(**frame) if frame else None
    return _developed(image, again, root, framing, dtype, run, original=original, target=target, before=before)


def _developed(
    image: Array,
    record: dict[str, Any],
    root: Key,
    framing: Framing | None,
    dtype: Any,
    run: Callable[[Photo], None],
    layers: Collection[str] = LAYERS,
    clean_is_final: bool = False,
    original: Decoded | None = None,
    target: Array | None = None,
    before: Callable[[Photo], None] | None = None,
) -> Pair:
    """The pair of `image`, which `run` degrades; `before` is what happens to a `target` that is given."""
    if target is not None:
        check_sizes(image, target)
    framed = framing.apply(image) if framing else image
    channels_clean, channels_degraded = record["channels"]
    with borrowed_workspace() as workspace:
        photo = Photo(framed, workspace, record["format"], framing.box if framing else None)
        photo.clean_is_source = framing is None or framing.untouched
        photo.is_luma = "luma" in record
        photo.final_channels = channels_degraded
        photo.root = root
        photo.clean_dtype = dtype if clean_is_final else np.float32
        photo.story = record.get("story", {})
        photo.split = record.get("split", "train")
        if target is not None and before is not None:
            give_target(photo, framing.apply(target) if framing else target, before)
        photo.shrink, photo.shrunk_at = record.get("scale", (1, -1))
        run(photo)
        if record.get("given") in UNPAIRED:
            leave_gray(photo, channels_clean, channels_degraded)
        own = _own_file(photo, image, original) if "given" in record else None
        photo.shrink_now()
        if "scale" in record:
            record["scale"] = [record["scale"][0], photo.shrunk_at]
        clean: Array | Callable[[], Array]
        if photo.is_luma and photo.clean_is_source:
            clean = partial(_pixels_of, original)
        else:
            clean = finished(photo.clean, dtype, channels_clean)
        targets = {name: finished(image, dtype, image.shape[2]) for name, image in photo.targets.items()}
        whole = {**record, "steps": steps_record(photo)}
        pair = Pair(record["key"], clean, photo, dtype, channels_degraded, whole, layers, targets)
        if own is not None and dtype == np.uint8 and image.shape[2] == channels_degraded:
            pair.degraded_jpeg = own
        return pair


def _own_file(photo: Photo, image: Array, original: Decoded | None) -> bytes | None:
    """The file that `image` was decoded from, if nothing has happened to it and its bytes can stand for it."""
    return original.jpeg if original is not None and photo.source is image else None


def _pixels_of(original: Decoded | None) -> Array:
    assert original is not None  # or the picture would be no luma
    return original.pixels
