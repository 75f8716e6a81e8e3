"""Building: from a recipe and a corpus to shards, by any number of workers, always the same bytes.

    build          make an output, or finish one that was interrupted
    merge          finish an output that was built in parts
    replay         one pair of an output again, from its record and the photograph
    repair         what is damaged or missing of a finished output
    Repaired       what it did
    warm           compile the kernels that steps need
    Progress       what a build tells while it runs
    Report         what it tells when it is done
    BuildError     a build that cannot start or finish

Inside: `run` (all of it, in order), `plan` (what makes two builds the same build), `differences` (of two plans),
`workfolder` (the output's own memory), `wiping`, `locks`, `ledger` (a finished shard), `worker` (makes a shard),
`executors` (who makes them), `finish` (index, rejects, manifest, card), `repairing`, `arguments`, `progress`, `report`.
"""

from __future__ import annotations

from degrade.building.errors import BuildError
from degrade.building.progress import Planned, Progress, ShardDone
from degrade.building.repairing import Repaired, repair
from degrade.building.replay import replay
from degrade.building.report import Report
from degrade.building.run import build, merge
from degrade.building.warm import warm

__all__ = [
    "BuildError", "Planned", "Progress", "Repaired", "Report", "ShardDone", "build", "merge", "repair", "replay",
    "warm",
]  # fmt: skip
