"""The files of an output, which somebody else may have built: shards, index, manifest, ledger, plan, card, records."""

from __future__ import annotations

import json
import math
import tarfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from degrade.building import build, merge
from degrade.building.plan import Plan
from degrade.codecs import CodecError, decode, encode_jpeg
from degrade.corpus import CorpusError, CorpusReadError, open_corpus
from degrade.hub.changes import is_ours
from degrade.hub.errors import HubError
from degrade.hub.local import open_output
from degrade.hub.one_split import one_split
from degrade.hub.publishing import has_text
from degrade.hub.pulling import _manifest_problem
from degrade.recipes.replaying import replay_photograph
from degrade.shards import ShardError, open_pairs, verify
from degrade.shards.card_seal import is_as_written
from degrade.shards.layout import INDEX, MANIFEST, REJECTS
from degrade.shards.manifest import digest, read_manifest
from tests.fuzz.target import Prepare, Prepared

_RECIPE: dict[str, Any] = {
    "recipe": 1,
    "name": "tiny",
    "seed": 7,
    "frame": {"size": 32, "min_side": 8},
    "steps": ["grayscale", "target", {"scratches": {}}, {"gaussian_noise": {"sigma": 0.1}}, {"jpeg": {}}],
    "output": {"copies": 2, "pairs_per_shard": 4, "members": ["clean", "degraded", "mask"]},
}
_PHOTOGRAPHS = 3
_LARGE = 1 << 22
"""Pixels of a frame above which a record is not replayed here."""


def _picture(number: int) -> bytes:
    rows, columns, layers = np.ogrid[:40, :44, :3]
    return encode_jpeg(((rows * (2 + number) + columns * 5 + layers * 50) % 256).astype(np.uint8), 90)


def _built(folder: Path, format: str = "tar", **output: Any) -> Path:
    """An output of two shards of four and two pairs."""
    photographs = folder / "photographs"
    photographs.mkdir(parents=True)
    for number in range(_PHOTOGRAPHS):
        (photographs / f"{number}.jpg").write_bytes(_picture(number))
    (photographs / "broken.jpg").write_bytes(b"no picture")
    recipe = {**_RECIPE, "output": _RECIPE["output"] | {"format": format} | output}
    report = build(recipe, str(photographs), folder / "out", workers=1)
    assert report.pairs == 2 * _PHOTOGRAPHS, report
    return folder / "out"


def _read_all(out: Path) -> None:
    """Each member of each pair, by number and by key, and `verify`."""
    try:
        pairs = open_pairs(out)
        for pair in pairs[:8]:
            try:
                pair.read(["clean", "degraded", "mask", "key", "record"], size=8, dtype="float32")
                pairs.by_key(pair.key)
                for suffix in pair.suffixes:
                    pair.member(suffix)
                pair.read()
            except (ShardError, CodecError):
                continue
        list(pairs.domains)
    except ShardError:
        pass
    verify(out).to_data()


def _replaced(file: Path, check: Callable[[], object]) -> Callable[[bytes], object]:
    """A target that writes its input to `file` first."""

    def checked(data: bytes) -> object:
        file.write_bytes(data)
        return check()

    return checked


def _shards(out: Path, suffix: str) -> list[Path]:
    return sorted((out / "data").glob(f"*{suffix}"))


def mended_tar(data: bytes) -> bytes:
    """A tar with the checksums that its headers ask for."""
    mended = bytearray(data)
    for at in range(0, len(data) - 511, 512):
        if data[at + 257 : at + 262] == b"ustar":
            mended[at + 148 : at + 156] = b" " * 8
            mended[at + 148 : at + 156] = b"%06o\0 " % sum(mended[at : at + 512])
    return bytes(mended)


def _read_corpus(shard: Path) -> None:
    """Every photograph of a shard that is taken for a corpus."""
    try:
        corpus = open_corpus(str(shard))
        for photograph in corpus.listing().photographs:
            with suppress(CorpusReadError):
                corpus.read(photograph)
    except CorpusError:
        pass


def _tar(folder: Path) -> Prepared:
    out = _built(folder)
    shard = _shards(out, ".tar")[-1]
    seeds = [path.read_bytes() for path in _shards(out, ".tar")]
    pax = folder / "pax.tar"
    with tarfile.open(pax, "w", format=tarfile.PAX_FORMAT) as tar:
        for name in ("é/ü.clean.jpg", "a" * 180 + ".clean.jpg"):
            tar.add(folder / "photographs/0.jpg", name)
    words = [b"ustar\x0000", b"\x80\0\0\0", b"77777777777\0", b"../../x", b"/etc/passwd", b".clean.jpg", b".json"]
    words += [bytes([kind]) for kind in b"01234567xgSLKV"]

    def check() -> None:
        _read_corpus(shard)
        _read_all(out)

    return Prepared([*seeds, pax.read_bytes()], _replaced(shard, check), mended_tar, words=words, quick=12)


def _parquet(folder: Path) -> Prepared:
    out = _built(folder, "parquet")
    shard = _shards(out, ".parquet")[-1]

    def check() -> None:
        _read_corpus(shard)
        _read_all(out)

    return Prepared(
        [path.read_bytes() for path in _shards(out, ".parquet")], _replaced(shard, check), words=[b"PAR1"], quick=12
    )


def _index(folder: Path) -> Prepared:
    outs = [_built(folder / name, name) for name in ("tar", "folder")]
    manifest = read_manifest(outs[0])

    def check(data: bytes) -> None:
        for out in outs:
            (out / INDEX).write_bytes(data)
            _read_all(out)
        one_split(manifest, {INDEX: data, REJECTS: b""}, "train")

    return Prepared([(out / INDEX).read_bytes() for out in outs], check, is_json=True, quick=12)


def _metadata(folder: Path) -> Prepared:
    out = _built(folder, "folder")
    file = next(out.rglob("metadata.jsonl"))
    return Prepared([file.read_bytes()], _replaced(file, lambda: _read_all(out)), is_json=True, quick=12)


def _with_digest(data: bytes) -> bytes:
    try:
        manifest = json.loads(data)
        return json.dumps(manifest | {"sha256": digest(manifest)}).encode()
    except (ValueError, TypeError, AttributeError, RecursionError):
        return data


def _manifest(folder: Path) -> Prepared:
    outs = [_built(folder / name, name) for name in ("tar", "folder")]
    lists = {name: (outs[0] / name).read_bytes() for name in (INDEX, REJECTS)}

    def check(data: bytes) -> None:
        for out in outs:
            (out / MANIFEST).write_bytes(data)
            try:
                manifest = read_manifest(out)
            except ShardError:
                continue
            verify(out).to_data()
            try:
                open_output(out)
            except (HubError, ShardError):
                continue
            if _manifest_problem(manifest) is None:
                for split in [*manifest["counts"]["splits"]][:1]:
                    one_split(manifest, lists, split)

    return Prepared([(out / MANIFEST).read_bytes() for out in outs], check, _with_digest, is_json=True, quick=12)


def _ledger(folder: Path) -> Prepared:
    out = _built(folder)
    ledgers = sorted((out / ".degrade/ledgers").iterdir())
    plan = json.loads((out / ".degrade/plan.json").read_text())["hash"]

    def mended(data: bytes) -> bytes:
        """With the plan and the length that are asked of it."""
        first, newline, rest = data.partition(b"\n")
        try:
            return json.dumps(json.loads(first) | {"body": len(rest), "plan": plan}).encode() + newline + rest
        except (ValueError, TypeError, RecursionError):
            return data

    return Prepared(
        [ledger.read_bytes() for ledger in ledgers],
        _replaced(ledgers[-1], lambda: (merge(out), _read_all(out))), mended, is_json=True, quick=12,
    )  # fmt: skip


def _with_hash(data: bytes) -> bytes:
    try:
        facts = json.loads(data)
        stored = facts.pop("hash", "")
        plan = Plan(**{**facts, "members": tuple(facts["members"])})
        return json.dumps({**facts, "hash": plan.hash or stored}).encode()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return data


def _plan(folder: Path) -> Prepared:
    out = _built(folder)
    file = out / ".degrade/plan.json"
    return Prepared([file.read_bytes()], _replaced(file, lambda: merge(out)), _with_hash, is_json=True, quick=20)


def _card(folder: Path) -> Prepared:
    card = (_built(folder) / "README.md").read_bytes()

    def check(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        is_as_written(text)
        has_text(text)
        is_ours(text, text)

    return Prepared(
        [card, card.replace(b"\n", b"\r\n")], check, words=[b"\n---\n", b"<!--", b"-->", b"tags:", b"- degrade"]
    )


def _may_be_large(frame: Any) -> bool:
    """Whether a record's frame has so many pixels that gigabytes are what it may take (SECURITY.md)."""
    try:
        top, bottom, left, right = frame["print_box"]
        return max(math.prod(frame["size"]), (bottom - top) * (right - left)) > _LARGE
    except (TypeError, KeyError, ValueError):
        return False


def _record(folder: Path) -> Prepared:
    pairs = open_pairs(_built(folder))
    files = {luma: decode((folder / "photographs/0.jpg").read_bytes(), luma=luma) for luma in (False, True)}

    def check(data: bytes) -> None:
        try:
            record = json.loads(data)
        except (ValueError, RecursionError):
            return
        if isinstance(record, dict) and not _may_be_large(record.get("frame")):
            replay_photograph(files[bool(record.get("luma"))], record, "png")

    return Prepared([json.dumps(pair.record).encode() for pair in pairs], check, is_json=True, quick=12)


OUTPUTS: Sequence[tuple[str, Prepare]] = (
    ("tar", _tar), ("parquet", _parquet), ("index", _index), ("metadata", _metadata), ("manifest", _manifest),
    ("ledger", _ledger), ("plan", _plan), ("card", _card), ("record", _record),
)  # fmt: skip
