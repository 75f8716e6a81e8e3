"""Photo keys: injective, made from the path alone, and fit for the names in a tar."""

from __future__ import annotations

import io
import re
import tarfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from degrade.corpus import photo_keys
from degrade.corpus.keys import MAX_COMPONENT, MAX_KEY

KEY = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*")

# Few letters, so that paths collide; some that no key can hold; whatever else Unicode has, lone surrogates included.
letters = st.text("aAc1_-. \n\\é", min_size=1, max_size=6) | st.text(st.characters(exclude_characters="/"), max_size=5)
suffixes = st.sampled_from(["", ".jpg", ".JPG", ".png", ".tar.jpg"])
components = letters | st.integers(60, 260).map(lambda length: "x" * length)
paths = st.builds(
    lambda parts, suffix: "/".join(parts) + suffix, st.lists(components, min_size=1, max_size=6), suffixes
)
sets = st.lists(paths, min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("cat.jpg", "cat"),
        ("album/1923/IMG_0042.JPEG", "album/1923/IMG_0042"),
        ("a-b_c.tiff", "a-b_c"),
        ("no_suffix", "no_suffix"),
        ("c1.jpg", "c1"),
        ("c1/x.jpg", "c1/x"),
    ],
)
def test_plain_paths_are_kept(path: str, key: str) -> None:
    assert photo_keys([path]) == {path: key}


@pytest.mark.parametrize(
    ("path", "stem"),
    [
        ("my cat.jpg", "my_cat"),
        ("été/Löwe.png", "_t_/L_we"),
        ("v1.2/photo.final.jpg", "v1_2/photo_final"),
        ("line\nbreak.jpg", "line_break"),
        ("../up.jpg", "__/up"),
        ("/root.jpg", "_/root"),
        (".jpg", "_jpg"),
        ("a/c1.jpg", "a/c1"),
        ("y" * 81 + ".jpg", "y" * 71),
        ("z" * 99 + "/a.jpg", "z" * 80 + "/a"),
    ],
)
def test_changed_paths_end_in_their_hash(path: str, stem: str) -> None:
    assert re.fullmatch(re.escape(stem) + "-[0-9a-f]{8}", photo_keys([path])[path])


def test_of_equal_keys_the_first_in_byte_order_is_kept() -> None:
    keys = photo_keys(["a.png", "a.jpg", "a.tif"])
    assert keys["a.jpg"] == "a"
    assert re.fullmatch("a-[0-9a-f]{8}", keys["a.png"])
    assert re.fullmatch("a-[0-9a-f]{8}", keys["a.tif"])


def test_a_path_that_imitates_anothers_hash() -> None:
    derived = photo_keys(["a.jpg", "a.png"])["a.png"]
    keys = photo_keys(["a.jpg", "a.png", f"{derived}.jpg"])
    assert keys[f"{derived}.jpg"] == derived
    assert keys["a.png"] not in (derived, "a")
    assert len(set(keys.values())) == 3


@given(sets)
@example(["a.jpg", "a.JPG", "a", "a.png", "./a.jpg", "a//a.jpg", "a/a.jpg"])
@example(["\ud800.jpg", "\udcff.jpg", "\x00.jpg", "_.jpg"])
def test_keys_are_injective_and_fit(paths: list[str]) -> None:
    keys = photo_keys(paths)
    assert set(keys) == set(paths)
    assert len(set(keys.values())) == len(set(paths))
    for key in keys.values():
        assert KEY.fullmatch(key)
        assert len(key) <= MAX_KEY
        assert max(map(len, key.split("/"))) <= MAX_COMPONENT


@given(sets, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(paths: list[str], random: object) -> None:
    shuffled = paths + paths[:3]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert photo_keys(shuffled) == photo_keys(paths)


@given(sets)
def test_a_key_depends_on_no_other_path_but_one_that_claims_it(paths: list[str]) -> None:
    alone = {path: photo_keys([path])[path] for path in paths}
    together = photo_keys(paths)
    for path, key in alone.items():
        if list(alone.values()).count(key) == 1 and key not in together.values():
            raise AssertionError(f"{path!r} lost {key} to nobody")
        if together[path] != key:
            assert key in together.values()


@given(sets, st.integers(1, 3))
def test_copies_never_meet_another_photo(paths: list[str], copies: int) -> None:
    keys = photo_keys(paths).values()
    pairs = [*keys, *(f"{key}/c{copy}" for key in keys for copy in range(1, copies + 1))]
    assert len(set(pairs)) == len(pairs)


@given(sets)
def test_a_tar_can_hold_every_name(paths: list[str]) -> None:
    with tarfile.open(fileobj=io.BytesIO(), mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for key in photo_keys(paths).values():
            tar.addfile(tarfile.TarInfo(f"{key}.degraded.jpg"))
            tar.addfile(tarfile.TarInfo(f"{key}/c12345.degraded.jpg"))


def test_keys_are_pinned() -> None:
    """The same on every machine and in every version: a changed key is a changed data set."""
    assert photo_keys(["my cat.jpg", "a/c1.jpg", "a.jpg", "a.png", "Löwe.png"]) == {
        "Löwe.png": "L_we-71555602",
        "a.jpg": "a",
        "a.png": "a-29d6e224",
        "a/c1.jpg": "a/c1-7fb7298d",
        "my cat.jpg": "my_cat-45a70dc0",
    }
