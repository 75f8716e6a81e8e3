"""Chance: it comes from the key, all of it, and from nothing else."""

from __future__ import annotations

import hashlib
import json
import random
from typing import Any

import numpy as np

from degrade.engine.key import Key
from degrade.engine.pair import checked_image
from degrade.engine.photo import Photo
from degrade.engine.record import replay_steps
from degrade.engine.workspace import borrowed_workspace
from degrade.testing.check import check, op_of
from degrade.testing.checks.pictures import degraded, large_picture
from degrade.testing.picture import Array
from degrade.testing.subject import OpSubject, Subject
from degrade.testing.verdict import expect


def digest(subject: Subject, image: Array, key: str) -> str:
    """The bytes of everything that comes out, hashed; for an op its record too."""
    hashed = hashlib.blake2b()
    if not isinstance(subject, OpSubject):
        members, record = subject.outcome(image, key).members, ""
    else:
        pair = subject.op.pair(image, key=key)
        members, record = [pair.clean, pair.degraded, pair.mask, pair.loss, pair.classes], json.dumps(pair.record)
    for member in members:
        hashed.update(repr((member.shape, member.dtype.str)).encode() + member.tobytes())
    return hashed.hexdigest() + record


def _global_state() -> tuple[Any, Any]:
    _, words, *rest = np.random.get_state()  # noqa: NPY002 - whether somebody else moved it is asked
    return random.getstate(), (np.asarray(words).tobytes(), rest)


@check()
def repeatable(subject: Subject, image: Array, key: str) -> None:
    """The same key gives the same bytes, however the picture lies in memory, and no global generator is touched."""
    before = _global_state()
    first = digest(subject, image, key)
    expect(
        subject.seeds_globally or _global_state() == before,
        "it draws from a global generator (random or numpy.random), or seeds one",
    )
    expect(digest(subject, np.ascontiguousarray(image), key) == first, "the same picture and key gave other bytes")


def _never_varies(subject: Subject) -> str:
    return "" if subject.random else "it promises no chance"


@check(drawn=False, applies=_never_varies)
def varied(subject: Subject) -> None:
    """Another key gives another picture: of twelve, some differ."""
    picture = large_picture(subject, 60, 80)
    found = {degraded(subject, picture.array, str(index)).tobytes() for index in range(12)}
    expect(len(found) > 1, "twelve keys gave the same picture", (picture, "0"))


@check(ops_only=True)
def skipped(subject: Subject, image: Array, key: str) -> None:
    """With the probability 0 nothing happens, and what would have been drawn is on record."""
    op = op_of(subject)
    never = type(op)(**{name: getattr(op, name) for name in op.specs}, p=0)
    pair = never.pair(image, key=key)
    expect(np.array_equal(pair.degraded.reshape(pair.clean.shape), pair.clean), "it worked in spite of p=0")
    expect(not pair.mask.any(), "a skipped op left a mask")
    expect([step["fired"] for step in pair.record["steps"]] == [False], "the record says that a skipped op ran")
    drawn = op.pair(image, key=key).record["steps"][0]["drawn"]
    expect(pair.record["steps"][0]["drawn"] == drawn, "a skipped op has other draws on record than one that runs")


@check(ops_only=True)
def replayed(subject: Subject, image: Array, key: str) -> None:
    """The record alone, by way of JSON, makes the same pair again."""
    op = op_of(subject)
    pair = op.pair(image, key=key)
    record = json.loads(json.dumps(pair.record))
    with borrowed_workspace() as workspace:
        photo = Photo(checked_image(image), workspace, record["format"])
        photo.root = Key(record["seed"], record["photo"], record["variant"])
        replay_steps(photo, photo.root, record["steps"], {op.name: type(op)})
        again = photo.rounded(image.dtype, pair.degraded.shape[2])
        expect(np.array_equal(again, pair.degraded), "the record alone gave another picture")
        for layer in ("mask", "loss", "classes"):
            expect(
                np.array_equal(getattr(photo, layer), getattr(pair, layer)), f"the record alone gave another {layer}"
            )
