"""One shard: a pure function of the plan, the shard's number and the photographs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from degrade.building.errors import BuildError
from degrade.building.ledger import Ledger, reject_line
from degrade.building.plan import Plan, Shard
from degrade.building.progress import ShardDone
from degrade.building.workfolder import WorkFolder
from degrade.corpus import Corpus, Photograph, Reject
from degrade.corpus.reading import read_pictures, why_rejected
from degrade.engine.photo import LAYERS
from degrade.recipes import Recipe
from degrade.shards.errors import writing
from degrade.shards.members import PhotoEncoder
from degrade.shards.storage import Storage
from degrade.shards.tar import Sealed
from degrade.shards.writers import ShardWriter, open_writer
from degrade.textures import bank

Advanced = Callable[[int, int, int], None]
"""Told of photographs, pairs and rejects as they come."""
EncodedPair = tuple[str, list[tuple[str, bytes]]]
"""A pair's key, and (suffix, bytes) of its members."""


@dataclass(frozen=True)
class Job:
    """What a worker needs to know, to be sent to it once.

    Attributes
    ----------
    recipe : Recipe
    corpus : Corpus
    out : Path or Storage
        Holds the stored plan.
    plan : str
        Its hash.
    folders : dict
        Where the recipe's folders of textures are, by their names in it.
    """

    recipe: Recipe
    corpus: Corpus
    out: Path | Storage
    plan: str
    folders: Mapping[str, str]


class ShardMaker:
    """Makes shards of one plan, in one process."""

    def __init__(self, job: Job, plan: Plan) -> None:
        self.plan = plan
        self._job = job
        self._folder = WorkFolder(job.out)

    @classmethod
    def opened(cls, job: Job) -> ShardMaker:
        """In a process of its own, with the plan that is stored in the output.

        Raises BuildError if the plan is not the job's, TextureError if a folder of textures has gone.
        """
        folder = WorkFolder(job.out)
        plan = folder.stored_plan()
        if plan is None or plan.hash != job.plan:
            raise BuildError(f"another build has changed the plan of {folder.out}", "build into a folder of its own")
        for name, place in job.folders.items():
            bank.place(name, place)
        return cls(job, plan)

    def make(self, shard: Shard, advanced: Advanced) -> ShardDone:
        """Make one shard and its ledger.

        Raises
        ------
        WriteError
            The output cannot be written.
        BuildError
            The stored listing is damaged, or memory ran out.
        """
        photographs = self._photographs(shard)
        rejects: list[Reject] = []
        storage, plan = self._folder.storage, self.plan
        planned = (key for one in photographs for key in plan.pair_keys(one.key))
        with (
            writing(storage.workplace / shard.file),
            open_writer(plan.format, storage, shard.file, shard.split, plan.members, planned) as writer,
        ):
            for photograph in photographs:
                pairs, reject = self._attempt(photograph, shard.split)
                for key, members in pairs:
                    writer.add(key, members)
                rejects += [reject] if reject else []
                advanced(1, len(pairs), 1 if reject else 0)
            sealed = writer.commit()
            self._write_ledger(shard, writer, rejects, sealed)
        made = len(writer.index.keys)
        return ShardDone(shard.number, shard.file, shard.photographs, made, sealed.size, tuple(rejects))

    def _write_ledger(self, shard: Shard, writer: ShardWriter, rejects: list[Reject], sealed: Sealed) -> None:
        ledger = Ledger(
            plan=self.plan.hash, file=shard.file, split=shard.split, photographs=shard.photographs,
            pairs=len(writer.index.keys), size=sealed.size, sha256=sealed.sha256,
            rejects=dict(sorted(Counter(reject.reason for reject in rejects).items())),
            lines=(writer.index.line(), *(reject_line(reject, shard.split) for reject in rejects), *writer.rows),
        )  # fmt: skip
        self._folder.storage.write(self._folder.ledger_name(shard), ledger.to_bytes())

    def _photographs(self, shard: Shard) -> list[Photograph]:
        try:
            return self._folder.photographs(shard)
        except (OSError, ValueError, TypeError) as error:
            raise BuildError(
                f"the listing of {self._folder.out} is damaged ({error})",
                "add --overwrite to build it anew, or choose another --out",
            ) from error

    def _attempt(self, photograph: Photograph, split: str) -> tuple[list[EncodedPair], Reject | None]:
        """The pairs of a photograph, or why it has none."""
        try:
            return encoded_pairs(self._job.recipe, self._job.corpus, photograph, split, self.plan.members), None
        except MemoryError as error:
            raise BuildError(
                f"memory ran out at {photograph.source} ({photograph.size} bytes)",
                "run the same command again with fewer workers, or take the photograph out; finished shards are kept",
            ) from error
        except Exception as error:  # noqa: BLE001 - whatever a photograph provokes is its reject, named and counted
            return [], Reject(photograph.source, photograph.key, *why_rejected(error))


def encoded_pairs(
    recipe: Recipe, corpus: Corpus, photograph: Photograph, split: str, members: Sequence[str]
) -> list[EncodedPair]:
    """All copies of a photograph, or none: a pair that fails takes the others with it. `members` are their suffixes.

    Raises whatever reading, decoding, degrading or encoding raises.
    """
    decoded, target = read_pictures(corpus, photograph, recipe.reads_luma)
    layers = set(LAYERS).intersection(recipe.output.members)
    encoder = PhotoEncoder(
        photograph.source, target or decoded, recipe.output, members, photograph.domain, photograph.group
    )
    pairs = (
        recipe.of_photograph(
            decoded,
            key=photograph.key,
            copy=copy,
            split=split,
            layers=layers,
            apart=recipe.output.apart,
            target=target,
            domain=photograph.domain,
        )
        for copy in range(recipe.output.copies)
    )
    return [(pair.key, encoder.members(pair)) for pair in pairs]
