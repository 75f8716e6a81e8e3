"""The command line: one short function a command, which parses, calls one library function and prints.

    group       the `degrade` command itself: errors become one line and an exit code
    outputs     build, merge, verify, replay
    recipes     check, recipes, schema
    plan        plan
    preview     preview
    screen      screen
    pairs       pairs
    harvest     harvest
    ops         ops, warm
    new_op      new-op
    hub         push, pull
    train       train
    evaluate    evaluate
    experiment  experiment
    restore     restore
    demo        demo
    realism     realism
    fit         fit
    console     words on stderr, data on stdout
    progress    what a build says while it runs; `hub_progress`, what a push or a pull says; `training`, a training;
                `bars`, anything that counts

Nothing that works on pictures is imported before a command needs it: `degrade --help` answers at once.
"""

from __future__ import annotations

from degrade.cli.demo import demo
from degrade.cli.evaluate import evaluate
from degrade.cli.experiment import experiment
from degrade.cli.fit import fit
from degrade.cli.group import main
from degrade.cli.harvest import harvest
from degrade.cli.hub import pull, push
from degrade.cli.new_op import new_op
from degrade.cli.ops import ops, warm
from degrade.cli.outputs import build, merge, replay, verify
from degrade.cli.pairs import pairs
from degrade.cli.plan import plan
from degrade.cli.preview import preview
from degrade.cli.realism import realism
from degrade.cli.recipes import check, recipes, schema
from degrade.cli.restore import restore
from degrade.cli.screen import screen
from degrade.cli.train import train

__all__ = ["main"]

for _command in (
    build, plan, merge, screen, pairs, harvest, check, preview, recipes, ops, replay, verify, push, pull, train,
    evaluate, restore, experiment, realism, fit, demo, schema, new_op, warm,
):  # fmt: skip
    main.add_command(_command)
