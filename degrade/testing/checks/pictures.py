"""What goes in and what comes out."""

from __future__ import annotations

from itertools import product

import numpy as np

from degrade.engine.key import Key
from degrade.engine.pair import checked_image
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace
from degrade.testing.check import check, op_of
from degrade.testing.picture import Array, Picture
from degrade.testing.subject import OpSubject, Subject
from degrade.testing.verdict import Broken, expect

_SMALL = ((1, 1), (1, 1, 3), (1, 30, 1), (30, 1, 3), (2, 3), (17, 9, 3))
_PLAIN, _COLOUR = 2, 3
_SEEN = 2.99 / 255


def degraded(subject: Subject, image: Array, key: str) -> Array:
    """The picture that a caller gets: for an op, in exactly the shape of `image`."""
    return subject.op(image, key=key) if isinstance(subject, OpSubject) else subject.outcome(image, key).degraded


def expect_contract(out: Array, image: Array, keeps_size: bool = True) -> None:
    """The shape, dtype and range of `image`."""
    if keeps_size:
        expect(out.shape == image.shape, f"an image of shape {image.shape} came out as {out.shape}")
    expect(out.dtype == image.dtype, f"an image of {image.dtype} came out as {out.dtype}")
    if out.dtype == np.float32:
        low, high = out.min(), out.max()
        expect(not np.isnan(low), "NaN came out")
        expect(low >= 0 and high <= 1, f"values came out in [{low:.6g}, {high:.6g}], not within [0, 1]")


@check()
def contract(subject: Subject, image: Array, key: str) -> None:
    """The shape and dtype that went in come out, floats within [0, 1] and never NaN."""
    expect_contract(degraded(subject, image, key), image, subject.keeps_size)
    if not isinstance(subject, OpSubject):
        return
    pair = subject.op.pair(image, key=key)
    expect(pair.degraded.dtype == pair.clean.dtype == image.dtype, "the pair's pictures are not of the image's dtype")
    expect(pair.degraded.shape[:2] == pair.clean.shape[:2] == image.shape[:2], "the pair's pictures changed their size")
    expect(
        pair.clean.shape[2] == (image.shape[2] if image.ndim == _COLOUR else 1), "the clean picture changed channels"
    )


@check(drawn=False)
def small(subject: Subject) -> None:
    """Pictures of a pixel, of one row, of odd sides, gray and in colour are taken in every dtype."""
    for shape, dtype in product(_SMALL, subject.takes.dtypes):
        depth = 0 if len(shape) == _PLAIN else shape[2]
        if depth not in subject.takes.channels or min(shape[:2]) < subject.takes.smallest:
            continue
        for key, kind in product("abc", ("black", "rubble", "white")):
            picture = Picture(shape, dtype, kind)
            try:
                expect_contract(degraded(subject, picture.array, key), picture.array, subject.keeps_size)
            except Broken as error:
                raise Broken(str(error), (picture, key)) from None
            except Exception as error:
                raise Broken(f"it raised {type(error).__name__}: {error}", (picture, key)) from error


@check()
def untouched(subject: Subject, image: Array, key: str) -> None:
    """The picture that went in is left alone, and is the clean one where nothing moved."""
    before = image.copy()
    outcome = subject.outcome(image, key)
    expect(np.array_equal(image, before), "it changed the picture that went in")
    if isinstance(subject, OpSubject) and not subject.moves:
        assert outcome.clean is not None
        expect(np.array_equal(outcome.clean.reshape(image.shape), before), "the clean picture is not what went in")


@check()
def fresh(subject: Subject, image: Array, key: str) -> None:
    """What comes out shares memory with nothing, and stays as it is when more is made."""
    first = _members(subject, image, key)
    kept = [member.copy() for member in first]
    second = _members(subject, image, key + "2")
    for index, member in enumerate(first):
        expect(np.array_equal(member, kept[index]), "what came out changed when the next picture was made")
        for other, what in ((image, "the picture that went in"), *((each, "what came out later") for each in second)):
            expect(not np.shares_memory(member, other), f"what came out shares memory with {what}")
        expect(not any(np.shares_memory(member, other) for other in first[:index]), "two results share their memory")
        expect(member.flags.writeable, "what came out can't be written")
        member[...] = 7
    for old, new in zip(kept, _members(subject, image, key), strict=True):
        expect(np.array_equal(old, new), "writing into what came out changed what came out of the same key later")


def _members(subject: Subject, image: Array, key: str) -> list[Array]:
    if isinstance(subject, OpSubject):
        pair = subject.op.pair(image, key=key)
        return [pair.clean, pair.degraded, pair.mask, pair.loss, pair.classes]
    return subject.outcome(image, key).members


@check(ops_only=True, channels=(1, 3))
def channels(subject: Subject, image: Array, key: str) -> None:
    """An op knows how many channels it leaves."""
    op = op_of(subject)
    with borrowed_workspace() as workspace:
        photo = Photo(checked_image(image), workspace)
        op.run(photo, Key(0, key))
        said = op.channels_after(frozenset({image.shape[2]}))
        expect(photo.channels in said, f"{photo.channels} channels are left, while channels_after says {sorted(said)}")
        shape = photo.rounded(np.float32).shape
        expect(shape == (photo.height, photo.width, photo.channels), f"the pixels have the shape {shape}")


@check(drawn=False)
def visible(subject: Subject) -> None:
    """Something is to be seen of it: of twelve keys, one changes some value by 3 codes or more."""
    picture = large_picture(subject, 96, 128)
    changes = (_change(picture.array, degraded(subject, picture.array, str(index))) for index in range(12))
    expect(any(change >= _SEEN for change in changes), "nothing is to be seen at twelve keys", (picture, "0"))


def large_picture(subject: Subject, height: int, width: int, kind: str = "rubble", dtype: str = "uint8") -> Picture:
    """A picture that the subject takes, in colour and of `dtype` where it takes these."""
    takes = subject.takes
    depth = max(takes.channels)
    chosen = dtype if dtype in takes.dtypes else takes.dtypes[0]
    return Picture((height, width, depth) if depth else (height, width), chosen, kind)


def _change(before: Array, after: Array) -> float:
    """The largest change of a value, on the scale [0, 1]."""
    if before.shape != after.shape or before.dtype != after.dtype:
        return 1.0
    scale = 1.0 if before.dtype == np.float32 else float(np.iinfo(before.dtype).max)
    return float(np.abs(after.astype(np.float64) - before).max() / scale)
