"""One pair of an output again, from its record and the photograph."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from degrade.building.errors import BuildError
from degrade.building.workfolder import WorkFolder
from degrade.corpus import Corpus, Photograph, open_corpus
from degrade.corpus.reading import read_pictures
from degrade.engine.pair import Pair
from degrade.recipes.given import PAIR
from degrade.recipes.output import Output
from degrade.recipes.replaying import replay_photograph
from degrade.recipes.source import Source
from degrade.shards import StoredPair, open_pairs
from degrade.shards.manifest import read_manifest
from degrade.shards.members import PhotoEncoder
from degrade.textures import bank


def replay(
    out: str | os.PathLike[str], key: str, source: Source | os.PathLike[str] | None = None, *, check: bool = True
) -> Pair:
    """Make the pair `key` of the output `out` again: the same pictures and masks, bit for bit.

    Parameters
    ----------
    out : path
        The folder or URL of a finished build.
    key : str
        The pair's key, such as ``"album/0042/c1"``.
    source : str, path, mapping or list, optional
        Where the photographs are now; by default where they were when the output was built.
    check : bool
        Whether to encode the pair and compare it with the members byte for byte.

    Raises
    ------
    ShardError
        There is no finished output, or no such pair.
    BuildError
        The photograph is not to be found, or the pair comes out different: the photograph, the versions or the machine
        are others.
    CorpusError, CodecError, TextureError, ReplayError
        The source, the photograph, a folder of textures or the record cannot be used.
    """
    stored = open_pairs(out).by_key(key)
    folder = WorkFolder(out)
    folders = _folders(folder)
    corpus = open_corpus(source if source is not None else _source(folder))
    photograph = _photograph(corpus, stored.row["source"], source)
    decoded, target = read_pictures(corpus, photograph, stored.record.get("luma", False))
    if (stored.record.get("given") == PAIR) != (target is not None):
        raise BuildError(
            f"{key} was made {'of a pair' if target is None else 'without a target'}, {photograph.source} of "
            f"{corpus.name} {'has no target' if target is None else 'is one'}",
            "name the source with --source that the output was built from",
        )
    manifest = read_manifest(folder.storage)
    output = _output(manifest)
    with bank.placed(folders):
        pair = replay_photograph(decoded, stored.record, output.image, output.apart, target)
    if check:
        told = photograph.source, target or decoded, output, manifest["members"], photograph.domain, photograph.group
        _compare(PhotoEncoder(*told).members(pair), stored)
    return pair


def _source(folder: WorkFolder) -> Source:
    found = folder.source()
    if found is None:
        what = f"{folder.out} does not know where its photographs are"
        raise BuildError(what, "name their folder with --source", exit_code=2)
    return found


def _folders(folder: WorkFolder) -> dict[str, str]:
    """Where the build had its folders of textures; a folder that has gone is looked for as in a recipe."""
    return {name: place for name, place in folder.folders().items() if Path(place).is_dir()}


def _photograph(corpus: Corpus, path: str, source: Source | os.PathLike[str] | None) -> Photograph:
    for photograph in corpus.listing().photographs:
        if photograph.source == path:
            return photograph
    cure = (
        "name the folder with --source that the output was built from"
        if source is not None
        else ("name their folder with --source")
    )
    raise BuildError(f"{corpus.name} has no photograph {path}", cure)


def _output(manifest: dict[str, Any]) -> Output:
    return Output(**manifest["recipe"].get("output", {}))


def _compare(again: list[tuple[str, bytes]], stored: StoredPair) -> None:
    for suffix, data in again:
        if data != stored.member(suffix):
            raise BuildError(
                f"{stored.key} comes out with another {suffix} than the output has",
                "replay it from the same photograph, with the same folders of textures and the versions in "
                "manifest.json, or without the check",
            )
