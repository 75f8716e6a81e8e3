"""Building: from a recipe and a corpus to shards, by any number of workers, always the same bytes.

    build          make an output, or finish one that was interrupted
    merge          finish an output that was built in parts
    replay         one pair of an output again, from its record and the photograph
    warm           compile the kernels that steps need
    Progress       what a build tells while it runs
    Report         what it tells when it is done
    BuildError     a build that cannot start or finish

Inside: `run` (all of it, in order), `plan` (what makes two builds the same build), `workfolder` (the output's own
memory), `wiping`, `locks`, `ledger` (a finished shard), `worker` (makes a shard), `executors` (who makes them),
`finish` (index, rejects, manifest, card), `arguments`, `progress`, `report`.
"""

from __future__ import annotations

from degrade.building.errors import BuildError
from degrade.building.progress import Planned, Progress, ShardDone
from degrade.building.replay import replay
from degrade.building.report import Report
from degrade.building.run import build, merge
from degrade.building.warm import warm

__all__ = ["BuildError", "Planned", "Progress", "Report", "ShardDone", "build", "merge", "replay", "warm"]
