"""The plan: what makes two builds the same build, and which photograph goes into which shard.

Its hash covers the recipe's fingerprint, the contents of what its steps take from elsewhere (folders of textures), the
corpus' listing (every path and size), the limit, the versions of all that decides bytes, and the source text of ops
that are none of this package's. Workers, start method and part are not in it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib import metadata
from typing import Any, NamedTuple

import numpy as np

from degrade.building.plan_check import check_facts
from degrade.building.rows import hashed_lines
from degrade.corpus import Corpus, Listing
from degrade.corpus.photographs import Photographs
from degrade.corpus.provenance import sources_of
from degrade.corpus.splits import divide
from degrade.jsontext import from_json
from degrade.ops.harvested import Harvested
from degrade.ops.texture import Texture
from degrade.plugins import plugin_digests
from degrade.recipes import Recipe, dump
from degrade.shards.index import COMPACT
from degrade.shards.layout import shard_file
from degrade.shards.members import suffixes
from degrade.shards.parquet import arrow
from degrade.textures import bank

_DISTRIBUTIONS = ("numpy", "numba", "simplejpeg", "isal")


class Shard(NamedTuple):
    """A shard to be.

    Attributes
    ----------
    number : int
        In the plan, from 0.
    split : str
    file : str
        Relative to the output.
    first : int
        Its first photograph, counted over all shards.
    photographs : int
        How many go in.
    """

    number: int
    split: str
    file: str
    first: int
    photographs: int

    @property
    def name(self) -> str:
        """What its ledger is called."""
        return f"{self.number:05d}"


@dataclasses.dataclass(frozen=True)
class Plan:
    """A build, before it runs.

    Attributes
    ----------
    fingerprint : str
        The recipe's.
    recipe : dict
        As plain data, without its source.
    recipe_text : str
        The same as YAML.
    contents : dict
        Hash of the contents of each thing that the steps take from elsewhere, by its name in the recipe.
    corpus : str
        Hash of the listing.
    limit : int or None
    versions : dict
        Of all that decides bytes.
    copies : int
    members : tuple of str
        Suffixes of each pair's files.
    splits : dict
        Photographs by split, in the order of shards.
    per_shard : int
        Photographs of a full shard.
    rejected : int
        Inputs that were bad at listing.
    textures : dict
        The licence of each source of textures, "" where it is not known.
    sources : list of dict
        Name, licence, origin and number of photographs of each source.
    plugins : dict
        Hash of the source text of each package or module that has ops of the recipe's, where that is not this one.
    """

    fingerprint: str
    recipe: dict[str, Any]
    recipe_text: str
    contents: dict[str, str]
    corpus: str
    limit: int | None
    versions: dict[str, str]
    copies: int
    members: tuple[str, ...]
    splits: dict[str, int]
    per_shard: int
    rejected: int
    textures: dict[str, str] = dataclasses.field(default_factory=dict)
    sources: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    plugins: dict[str, str] = dataclasses.field(default_factory=dict)

    @cached_property
    def hash(self) -> str:
        """32 hex digits that two builds have in common if, and only if, they are the same build."""
        decisive = {
            "fingerprint": self.fingerprint, "contents": self.contents, "corpus": self.corpus, "limit": self.limit,
            "versions": self.versions, **({"plugins": self.plugins} if self.plugins else {}),
        }  # fmt: skip
        plain = json.dumps(decisive, sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(plain.encode(), digest_size=16, person=b"degrade.plan").hexdigest()

    @cached_property
    def shards(self) -> tuple[Shard, ...]:
        """Every shard: those of a split one after the other, all full but each split's last."""
        shards: list[Shard] = []
        first, full, format = 0, self.per_shard, self.format
        for split, count in self.splits.items():
            of = -(-count // full)
            for index in range(of):
                photographs = min(full, count - index * full)
                shards.append(Shard(len(shards), split, shard_file(split, index, of, format), first, photographs))
                first += photographs
        return tuple(shards)

    @property
    def format(self) -> str:
        """How the shards are stored."""
        return str((self.recipe.get("output") or {}).get("format", "tar"))

    @property
    def photographs(self) -> int:
        """How many go in."""
        return sum(self.splits.values())

    def pair_keys(self, key: str) -> Iterator[str]:
        """The keys of a photograph's pairs."""
        yield key
        yield from (f"{key}/c{copy}" for copy in range(1, self.copies))

    def part(self, part: tuple[int, int] | None) -> list[Shard]:
        """The shards of part i of n (from 1); all for None."""
        if part is None:
            return list(self.shards)
        first, step = part
        return list(self.shards[first - 1 :: step])

    def to_json(self) -> str:
        """As JSON, from which `from_json` makes it again."""
        return json.dumps({"hash": self.hash, **dataclasses.asdict(self)}, indent=1)

    @classmethod
    def from_json(cls, text: str | bytes) -> Plan:
        """Raises KeyError, TypeError or ValueError for a text that is no plan."""
        data = from_json(text)
        check_facts(data)
        stored = data.pop("hash")
        plan = cls(**{**data, "members": tuple(data["members"])})
        if plan.hash != stored:
            raise ValueError("its hash is another")
        return plan

    @classmethod
    def of_manifest(cls, manifest: Mapping[str, Any]) -> Plan:
        """What a manifest tells of its plan: enough for its hash, and to say what differs."""
        told = manifest["plan"]
        return cls(
            fingerprint=manifest["fingerprint"], recipe=manifest["recipe"], recipe_text="",
            contents=told["contents"], corpus=told["corpus"], limit=told["limit"], versions=told["versions"],
            copies=1, members=tuple(manifest["members"]), per_shard=1, rejected=0,
            splits={name: split["photographs"] for name, split in manifest["counts"]["splits"].items()},
            plugins=told.get("plugins", {}),
        )  # fmt: skip


def make_plan(
    recipe: Recipe, listing: Listing, limit: int | None, corpus: Corpus | None = None
) -> tuple[Plan, Photographs]:
    """The plan of a build, and the photographs in the order of the shards. `corpus` tells of their sources.

    Raises CorpusError if the photographs cannot be divided as the recipe's splits say, DegradeError if something that
    its steps take from elsewhere is not there.
    """
    chosen = listing if limit is None else listing.limited(limit)
    output = recipe.output
    listed = Photographs.of(chosen.photographs)
    division = divide(listed, output.splits)
    by_split = {name: division.members(name) for name in division.names}
    public = recipe.without_places()
    plan = Plan(
        fingerprint=public.fingerprint,
        recipe=public.to_data(),
        recipe_text=dump(public),
        contents=public.contents(),
        corpus=_listing_hash(chosen),
        limit=limit,
        versions=versions(output.format),
        copies=output.copies,
        members=suffixes(recipe),
        splits={name: len(places) for name, places in by_split.items()},
        per_shard=max(1, output.pairs_per_shard // output.copies),
        rejected=len(chosen.rejects),
        textures=_texture_licences(public),
        plugins=plugin_digests(op for step in public.steps for op in step.flattened()),
    )
    photographs = listed.take(np.concatenate(list(by_split.values())))
    if corpus is not None:
        plan = dataclasses.replace(plan, sources=sources_of(corpus, photographs))
    return plan, photographs


def _texture_licences(recipe: Recipe) -> dict[str, str]:
    """The licence of each source of textures or of harvested damage that a step may draw, "" where it is not known."""
    ops = (op for step in recipe.steps for op in step.flattened() if isinstance(op, Texture | Harvested))
    return {name: bank.licence(name) for name in sorted({source for op in ops for source in op.sources()})}


def _listing_hash(listing: Listing) -> str:
    digest = hashlib.blake2b(digest_size=16, person=b"degrade.listing")
    for line in hashed_lines(Photographs.of(listing.photographs)):
        digest.update(line)
    for reject in listing.rejects:
        digest.update(COMPACT([reject.key, reject.source, reject.reason]).encode() + b"\n")
    return digest.hexdigest()


def versions(format: str = "tar") -> dict[str, str]:
    """The versions of all that decides a pair's bytes, in shards of a format.

    Raises MissingExtra if the format needs a library which is not installed.
    """
    import cv2

    from degrade._version import __version__

    # OpenCV comes as several distributions, which all say the truth in the module alone.
    found = {name: version_of(name) for name in _DISTRIBUTIONS} | {"cv2": cv2.__version__}
    if format == "parquet":
        arrow()
        found["pyarrow"] = version_of("pyarrow")
    return {"degrade": __version__, **dict(sorted(found.items()))}


@cache
def version_of(distribution: str) -> str:
    """As it is installed; it does not change within a process."""
    return metadata.version(distribution)
