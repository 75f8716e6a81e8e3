"""Masks: true of the picture, and of each other."""

from __future__ import annotations

import numpy as np
from hypothesis import assume

from degrade.engine.damage import DamageClass
from degrade.engine.key import Key
from degrade.engine.pair import Pair, checked_image
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace
from degrade.testing.check import check, op_of
from degrade.testing.checks.pictures import large_picture
from degrade.testing.picture import Array, Picture
from degrade.testing.subject import OpSubject, Subject
from degrade.testing.verdict import expect

_KEYS = "abcd"


@check(ops_only=True)
def masks(subject: Subject, image: Array, key: str) -> None:
    """Masks are (H, W) uint8, say the same of each place, know only classes there are, and are empty for global ops."""
    op = op_of(subject)
    pair = op.pair(image, key=key)
    for layer in (pair.mask, pair.loss, pair.classes):
        expect(layer.shape == image.shape[:2], f"a mask of shape {layer.shape} for an image of {image.shape}")
        expect(layer.dtype == np.uint8, f"a mask of {layer.dtype}, not uint8")
    expect(np.array_equal(pair.mask > 0, pair.classes > 0), "mask and classes disagree on where there is damage")
    expect((pair.loss <= pair.mask).all(), "more is lost than damaged")
    expect(set(np.unique(pair.classes)) <= {0, *map(int, DamageClass)}, "classes holds a code that is no DamageClass")
    expect(_damage(op, pair) is not None or not pair.mask.any(), "an op without a damage class left a mask")


def _damage(op: object, pair: Pair) -> DamageClass | None:
    """The class of damage that a pair of one op says it has."""
    found: DamageClass | None = type(op)().damage_of(pair.record["steps"][0]["drawn"])  # type: ignore[attr-defined]
    return found


def _maskless(subject: Subject) -> str:
    """Why a mask says nothing of where it changes the picture."""
    if isinstance(subject, OpSubject):
        return "" if subject.op.damage is not None else "it keeps no mask"
    return "it moves the picture's content" if subject.moves else ""


@check(dtypes=("float32",), applies=_maskless)
def truthful(subject: Subject, image: Array, key: str) -> None:
    """Where the mask is 0 nothing has changed, not by the last bit."""
    if isinstance(subject, OpSubject):
        pair = subject.op.pair(image, key=key)
        assume(_damage(subject.op, pair) is not None)
        clean, changed, mask = pair.clean, pair.degraded, pair.mask
    else:
        outcome = subject.outcome(image, key)
        if outcome.mask is None:
            return
        clean, changed, mask = image, outcome.degraded, outcome.mask
    _expect_unchanged(clean, changed, mask)


def _expect_unchanged(clean: Array, changed: Array, mask: Array, case: tuple[Picture, str] | None = None) -> None:
    expect(mask.shape[:2] == changed.shape[:2], f"a mask of shape {mask.shape} for a picture of {changed.shape}")
    untouched = (mask if mask.ndim == 2 else mask.max(axis=2)) == 0
    differs = np.broadcast_to(clean, changed.shape) != changed
    lies = int((differs if differs.ndim == 2 else differs.any(axis=2))[untouched].sum())
    expect(lies == 0, f"{lies} pixels have changed where the mask is 0", case)


@check(drawn=False, applies=_maskless)
def covering(subject: Subject) -> None:
    """In a larger picture, too, nothing changes where the mask is 0; and somewhere it is not 0."""
    picture = large_picture(subject, 300, 420, dtype="float32")
    damaged = 0
    for key in _KEYS:
        outcome = subject.outcome(picture.array, key)
        if outcome.mask is None:
            return
        _expect_unchanged(picture.array, outcome.degraded, outcome.mask, (picture, key))
        damaged += int(np.count_nonzero(outcome.mask))
    expect(damaged, "the mask was empty at four keys", (picture, _KEYS[0]))


@check(ops_only=True, channels=(1, 3))
def buffers(subject: Subject, image: Array, key: str) -> None:
    """The shared buffers that coverage and relief are drawn in are left empty."""
    with borrowed_workspace() as workspace:
        photo = Photo(checked_image(image), workspace)
        op_of(subject).run(photo, Key(0, key))
        expect(not photo.coverage.any(), "coverage was drawn and handed to no verb")
        expect(not photo.relief.any(), "relief was drawn and handed to no verb")
        photo.coverage.fill(0)
        photo.relief.fill(0)
