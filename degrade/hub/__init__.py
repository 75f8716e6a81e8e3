"""The Hugging Face Hub: outputs and recipes to it, and back.

    push         an output, or a recipe, as a dataset
    pull         a dataset that was pushed, into a folder
    Progress     what they tell while they run
    PushReport, PullReport    what they tell when they are done
    HubError     something that cannot be pushed or pulled

Inside: `names` (user/name), `client` (the Hub's own, quiet, and what a repository holds), `local` (an output's files,
and whether they are the manifest's), `changes` (these against those on the Hub), `sending` (commits, and again after
what passes), `publishing`, `outputs` and `recipes` (what is pushed), `pushing`, `fetching`, `pulling`, `one_split`,
`progress`, `report`.
Reading in place is `degrade.open_pairs("hf://…")`.
"""

from __future__ import annotations

from degrade.hub.errors import HubError
from degrade.hub.progress import Planned, Progress
from degrade.hub.pulling import pull
from degrade.hub.pushing import push
from degrade.hub.report import PullReport, PushReport

__all__ = ["HubError", "Planned", "Progress", "PullReport", "PushReport", "pull", "push"]
