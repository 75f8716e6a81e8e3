"""The manifest: what an output is, how it came about, and the SHA-256 of everything that must not change.

    manifest      1, the version of this format
    degrade       the version that wrote it
    recipe        as plain data, without its source
    fingerprint   the recipe's
    members       suffixes of each pair's files
    plan          hash, hashes of the steps' folders of textures and of the corpus' listing, limit, versions of what
                  decides bytes; and, where steps are ops of plugins, hashes of these plugins' source text
    environment   versions of everything else that is there
    sources       name, licence, origin and photographs of each source; "" where the source says nothing
    textures      the licence of each source of textures
    counts        photographs, pairs, rejects by reason, and the same by split
    shards        file, split, photographs, pairs, bytes, sha256 (null where no pairs means no file; of members that are
                  files of their own: of all their bytes, one after the other)
    files         SHA-256 of the index, the rejects and, where members are files of their own, the metadata of splits
    sha256        of the manifest itself without this line, as canonical JSON

No time, host or absolute path stands in it, so that two builds of one plan write the same manifest.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from degrade.jsontext import from_json
from degrade.shards.errors import ShardError
from degrade.shards.layout import MANIFEST
from degrade.shards.manifest_check import manifest_problem
from degrade.shards.storage import Place, open_storage

VERSION = 1


def manifest_bytes(facts: dict[str, Any]) -> bytes:
    """The file of a manifest with these facts, in their order."""
    whole = {"manifest": VERSION, **facts}
    return (json.dumps(whole | {"sha256": digest(whole)}, indent=1) + "\n").encode("ascii")


def digest(manifest: dict[str, Any]) -> str:
    """SHA-256 of a manifest's facts, whatever their layout."""
    facts = {name: value for name, value in manifest.items() if name != "sha256"}
    plain = json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(plain.encode("ascii")).hexdigest()


def format_of(manifest: dict[str, Any]) -> str:
    """The format of an output's shards: tar, parquet, folder or aligned."""
    return str((manifest["recipe"].get("output") or {}).get("format", "tar"))


def read_manifest(out: Place) -> dict[str, Any]:
    """The manifest of the output `out`; whether it was edited is for `verify` to say.

    Raises
    ------
    ShardError
        There is none, or it is none; a StorageError where the output cannot be reached.
    """
    storage = open_storage(out)
    path = storage.place_of(MANIFEST)
    try:
        found = from_json(storage.read(MANIFEST))
    except (FileNotFoundError, NotADirectoryError):
        cure = "name the folder of a finished build, or finish it by the same command"
        raise ShardError(f"{storage.name} has no {MANIFEST}", cure) from None
    except (OSError, ValueError) as error:
        cure = "run its build again, which writes the manifest anew"
        raise ShardError(f"{path} cannot be read ({error})", cure) from error
    if not isinstance(found, dict) or found.get("manifest") != VERSION or not isinstance(found.get("shards"), list):
        cure = "read it with the version of degrade that wrote it"
        raise ShardError(f"{path} is no manifest of format {VERSION}", cure)
    if what := manifest_problem(found):
        raise ShardError(f"{path} is damaged: {what}", "run its build again, which writes the manifest anew")
    return found
