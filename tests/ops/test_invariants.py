"""What holds for every degradation there is: a new op is tested here by standing in its folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from degrade.engine.damage import DamageClass
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Constant
from degrade.engine.key import Key
from degrade.engine.pair import Pair, checked_image
from degrade.engine.photo import Photo
from degrade.engine.record import replay_steps
from degrade.engine.workspace import borrowed_workspace
from degrade.ops import degradations

Array = npt.NDArray[Any]
Op = type[Degradation]
Declare = Callable[[Op, st.DataObject], Degradation]

OPS = degradations()
STRUCTURAL = {name: op for name, op in OPS.items() if op.damage is not None}
DTYPES = (np.uint8, np.uint16, np.float32)
KINDS = ("black", "gray", "white", "ramp", "checks", "rubble")
LAYOUTS = ("plain", "transposed", "every other", "backwards", "read-only")

every_op = pytest.mark.parametrize("op", OPS.values(), ids=OPS)
every_structural_op = pytest.mark.parametrize("op", STRUCTURAL.values(), ids=STRUCTURAL)

keys = st.text(max_size=4)

# --- pictures ---------------------------------------------------------------------------------------------------------


def picture(shape: tuple[int, ...], dtype: Any = np.uint8, kind: str = "rubble", seed: int = 0) -> Array:
    """A picture with the given content."""
    rows, columns = np.indices(shape[:2])
    values = {
        "black": lambda: 0.0 * rows,
        "gray": lambda: 0.0 * rows + 0.47,
        "white": lambda: 0.0 * rows + 1.0,
        "ramp": lambda: (rows + columns) / max(1, sum(shape[:2]) - 2),
        "checks": lambda: (rows // 3 + columns // 3) % 2.0,
        "rubble": lambda: np.random.default_rng(seed).random(shape[:2]) * 0.8 + 0.1,
    }[kind]()
    if len(shape) == 3:
        values = values[:, :, None] ** np.array([1.0, 0.7, 1.4])[: shape[2]]
    return values.astype(dtype) if dtype == np.float32 else np.rint(values * np.iinfo(dtype).max).astype(dtype)


def laid_out(image: Array, layout: str) -> Array:
    """The same picture, otherwise in memory."""
    if layout == "transposed":
        return np.ascontiguousarray(image.swapaxes(0, 1)).swapaxes(0, 1)
    if layout == "every other":
        return image.repeat(2, axis=0).repeat(2, axis=1)[::2, ::2]
    if layout == "backwards":
        return np.ascontiguousarray(image[::-1, ::-1])[::-1, ::-1]
    if layout == "read-only":
        image.flags.writeable = False
    return image


@st.composite
def images(draw: st.DrawFn, channels: tuple[int, ...] = (0, 1, 3), dtypes: tuple[Any, ...] = DTYPES) -> Array:
    """Pictures of every shape, dtype, content and layout."""
    sides = st.one_of(st.integers(1, 4), st.integers(5, 41))
    shape = (draw(sides), draw(sides))
    depth, dtype, kind = (draw(st.sampled_from(choices)) for choices in (channels, dtypes, KINDS))
    image = picture((*shape, depth) if depth else shape, dtype, kind, draw(st.integers(0, 9)))
    return laid_out(image, draw(st.sampled_from(LAYOUTS)))


def members(pair: Pair) -> list[Array]:
    """All arrays of a pair."""
    return [pair.clean, pair.degraded, pair.mask, pair.loss, pair.classes]


def damage_in(op: Op, pair: Pair) -> DamageClass | None:
    """The class of damage that a pair of one op says it has."""
    return op().damage_of(pair.record["steps"][0]["drawn"])


def digest(op: Degradation, image: Array, key: str) -> str:
    """The bytes of a pair, hashed, and its record."""
    pair = op.pair(image, key=key)
    hashed = hashlib.blake2b()
    for member in members(pair):
        hashed.update(repr((member.shape, member.dtype.str)).encode() + member.tobytes())
    return hashed.hexdigest() + json.dumps(pair.record)


# --- what goes in and what comes out ----------------------------------------------------------------------------------


@every_op
@given(data=st.data(), image=images(), key=keys)
def test_shape_dtype_and_range_are_kept(declare: Declare, op: Op, data: st.DataObject, image: Array, key: str) -> None:
    declared = declare(op, data)
    out = declared(image, key=key)
    assert out.shape == image.shape
    assert out.dtype == image.dtype
    if out.dtype == np.float32:
        assert out.min() >= 0  # which NaN is not
        assert out.max() <= 1
    pair = declared.pair(image, key=key)
    assert pair.degraded.dtype == pair.clean.dtype == image.dtype
    assert pair.degraded.shape[:2] == pair.clean.shape[:2] == image.shape[:2]
    assert pair.clean.shape[2] == (image.shape[2] if image.ndim == 3 else 1)


@every_op
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (1, 30, 1), (30, 1, 3), (2, 3), (17, 9, 3)], ids=str)
def test_small_and_odd_pictures(op: Op, shape: tuple[int, ...], dtype: Any) -> None:
    for key, kind in product("abc", ("black", "rubble", "white")):
        out = op()(picture(shape, dtype, kind), key=key)
        assert out.shape == shape
        assert out.dtype == dtype
        assert dtype != np.float32 or 0 <= out.min() <= out.max() <= 1


@every_op
@given(data=st.data(), image=images(), key=keys)
def test_the_picture_is_left_alone(declare: Declare, op: Op, data: st.DataObject, image: Array, key: str) -> None:
    before = image.copy()
    pair = declare(op, data).pair(image, key=key)
    assert np.array_equal(image, before)
    assert op.moves_pixels or np.array_equal(pair.clean.reshape(image.shape), before)


@every_op
@given(data=st.data(), image=images(), key=keys)
def test_what_comes_out_is_fresh(declare: Declare, op: Op, data: st.DataObject, image: Array, key: str) -> None:
    declared = declare(op, data)
    first = members(declared.pair(image, key=key))
    kept = [member.copy() for member in first]
    second = members(declared.pair(image, key=key + "2"))
    for index, member in enumerate(first):
        assert np.array_equal(member, kept[index])
        assert not any(np.shares_memory(member, other) for other in [image, *second, *first[:index]])
        member[...] = 7
    for old, new in zip(kept, members(declared.pair(image, key=key)), strict=True):
        assert np.array_equal(old, new)


@every_op
@given(data=st.data(), image=images(channels=(1, 3)), key=keys)
def test_it_knows_how_many_channels_it_leaves(
    declare: Declare, op: Op, data: st.DataObject, image: Array, key: str
) -> None:
    declared = declare(op, data)
    with borrowed_workspace() as workspace:
        photo = Photo(checked_image(image), workspace)
        declared.run(photo, Key(0, key))
        assert photo.channels in declared.channels_after(frozenset({image.shape[2]}))
        assert photo.rounded(np.float32).shape == (photo.height, photo.width, photo.channels)


# --- randomness -------------------------------------------------------------------------------------------------------


@every_op
@given(data=st.data(), image=images(), key=keys)
def test_the_same_key_gives_the_same_bytes(
    declare: Declare, op: Op, data: st.DataObject, image: Array, key: str
) -> None:
    declared = declare(op, data)
    assert digest(declared, image, key) == digest(declared, np.ascontiguousarray(image), key)


@every_op
def test_another_key_gives_another_picture(op: Op) -> None:
    varies = any(not isinstance(getattr(op(), name), Constant) for name in op.specs)
    image = picture((60, 80, 3))
    assert len({op()(image, key=str(index)).tobytes() for index in range(12)}) > 1 or not varies


@every_op
def test_the_defaults_are_visible(op: Op) -> None:
    image = picture((96, 128, 3))
    changes = [np.abs(op()(image, key=str(index)).astype(int) - image).max() for index in range(12)]
    assert max(changes) >= 3


@every_op
@given(data=st.data(), key=keys)
def test_with_probability_0_nothing_happens(declare: Declare, op: Op, data: st.DataObject, key: str) -> None:
    fields = declare(op, data)
    never = op(**{name: getattr(fields, name) for name in op.specs}, p=0)
    image = picture((9, 12, 3))
    pair = never.pair(image, key=key)
    assert np.array_equal(pair.degraded, image)
    assert not pair.mask.any()
    assert [step["fired"] for step in pair.record["steps"]] == [False]
    assert pair.record["steps"][0]["drawn"] == fields.pair(image, key=key).record["steps"][0]["drawn"]


@every_op
@given(data=st.data(), image=images(), key=keys)
def test_replay_is_exact(declare: Declare, op: Op, data: st.DataObject, image: Array, key: str) -> None:
    pair = declare(op, data).pair(image, key=key)
    record = json.loads(json.dumps(pair.record))
    with borrowed_workspace() as workspace:
        photo = Photo(checked_image(image), workspace, record["format"])
        photo.root = Key(record["seed"], record["photo"], record["variant"])
        replay_steps(photo, photo.root, record["steps"], OPS)
        assert np.array_equal(photo.rounded(image.dtype, pair.degraded.shape[2]), pair.degraded)
        assert np.array_equal(photo.mask, pair.mask)
        assert np.array_equal(photo.loss, pair.loss)
        assert np.array_equal(photo.classes, pair.classes)


# --- masks ------------------------------------------------------------------------------------------------------------


@every_op
@given(data=st.data(), image=images(), key=keys)
def test_masks_agree_with_each_other(declare: Declare, op: Op, data: st.DataObject, image: Array, key: str) -> None:
    pair = declare(op, data).pair(image, key=key)
    for layer in (pair.mask, pair.loss, pair.classes):
        assert layer.shape == image.shape[:2]
        assert layer.dtype == np.uint8
    assert np.array_equal(pair.mask > 0, pair.classes > 0)
    assert (pair.loss <= pair.mask).all()
    assert set(np.unique(pair.classes)) <= {0, *map(int, DamageClass)}
    assert damage_in(op, pair) is not None or not pair.mask.any()


@every_structural_op
@given(data=st.data(), image=images(dtypes=(np.float32,)), key=keys)
def test_nothing_changes_where_the_mask_is_0(
    declare: Declare, op: Op, data: st.DataObject, image: Array, key: str
) -> None:
    pair = declare(op, data).pair(image, key=key)
    assume(damage_in(op, pair) is not None)
    untouched = pair.mask == 0
    assert np.array_equal(pair.degraded[untouched], np.broadcast_to(pair.clean, pair.degraded.shape)[untouched])


@every_structural_op
def test_nothing_changes_where_the_mask_is_0_in_a_large_picture(op: Op) -> None:
    image = picture((300, 420, 3), np.float32)
    damaged = 0
    for key in "abcd":
        pair = op().pair(image, key=key)
        untouched = pair.mask == 0
        assert np.array_equal(pair.degraded[untouched], image[untouched])
        damaged += np.count_nonzero(pair.mask)
    assert damaged


@every_op
@given(data=st.data(), image=images(channels=(1, 3)), key=keys)
def test_shared_buffers_are_left_clean(declare: Declare, op: Op, data: st.DataObject, image: Array, key: str) -> None:
    declared = declare(op, data)
    with borrowed_workspace() as workspace:
        photo = Photo(checked_image(image), workspace)
        declared.run(photo, Key(0, key))
        assert not photo.coverage.any()
        assert not photo.relief.any()


# --- nothing depends on what ran before -------------------------------------------------------------------------------

CASES = [(name, shape) for name in OPS for shape in ((31, 22, 3), (22, 31), (64, 64, 1))]


def results(order: list[tuple[str, tuple[int, ...]]]) -> dict[tuple[str, tuple[int, ...]], str]:
    return {case: digest(OPS[case[0]](), picture(case[1]), "same") for case in order}


@given(st.permutations(CASES))
def test_the_order_of_the_ops_does_not_matter(order: list[tuple[str, tuple[int, ...]]]) -> None:
    with ThreadPoolExecutor(1) as fresh:
        assert fresh.submit(results, CASES).result() == results(order)


def test_threads_do_not_matter() -> None:
    rotations = [CASES[start:] + CASES[:start] for start in range(0, len(CASES), max(1, len(CASES) // 8))]
    with ThreadPoolExecutor(4) as several:
        assert all(found == results(CASES) for found in several.map(results, rotations))
