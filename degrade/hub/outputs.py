"""Pushing an output to the Hub as a dataset."""

from __future__ import annotations

import os

from degrade.hub.changes import changes, is_data, is_ours, refuse_foreign
from degrade.hub.client import State, connected, quiet
from degrade.hub.local import LocalFile, Output, open_output
from degrade.hub.names import Repository
from degrade.hub.progress import Progress
from degrade.hub.publishing import Wish, begin, dry_report, has_text, kept_card, remote_text, send
from degrade.hub.report import PushReport
from degrade.recipes.dumping import dump_data
from degrade.shards.card import Published, card_text
from degrade.shards.card_seal import is_as_written
from degrade.shards.damage import damage_statistics
from degrade.shards.layout import CARD, MANIFEST, RECIPE, SHEET
from degrade.shards.reader import open_pairs

_HEAD = 1 << 14
"""Bytes of a manifest that tell whose it is."""


def push_output(out: str | os.PathLike[str], to: Repository, wish: Wish, progress: Progress) -> PushReport:
    """See `degrade.hub.push`."""
    output = open_output(out)
    api = connected()
    with quiet():
        there = begin(api, to, wish)
        files, card = _files(output, to, there)
        found = changes(files, there)
        replaced = [
            *found.stale,
            *(file.name for file in found.send if is_data(file.name) and file.name in there.files),
        ]
        if replaced:
            refuse_foreign(to.id, replaced, _is_ours(to, there))
        if wish.dry_run:
            return dry_report(to, wish, there, found, card)
        title = f"Push {output.manifest['recipe']['name']}, plan {output.manifest['plan']['hash'][:12]}"
        return send(api, to, there, wish, files, title, card, progress)


def _files(output: Output, to: Repository, there: State) -> tuple[list[LocalFile], str]:
    """All that the repository is to hold of the output, and whose card. What lies in its folder besides stays here:
    `.degrade` above all, which knows the places of this machine."""
    sheet = output.folder / SHEET
    recipe_text = dump_data(output.manifest["recipe"])
    files = [*output.shards, *output.lists, LocalFile.of(RECIPE, recipe_text.encode())]
    if sheet.is_file():
        files.append(LocalFile.of(SHEET, sheet))
    here = output.folder / CARD
    text = here.read_text("utf-8") if here.is_file() else ""
    edited = has_text(text) and not is_as_written(text)
    if not edited:
        damage = damage_statistics(open_pairs(output.storage))
        text = card_text(output.manifest, recipe_text, Published(to.id, damage, sheet.is_file()))
    card, whose = kept_card(to.id, there, LocalFile.of(CARD, text.encode()), edited)
    return [*files, *card], whose


def _is_ours(to: Repository, there: State) -> bool:
    return is_ours(remote_text(to.id, there, MANIFEST, _HEAD), remote_text(to.id, there, CARD))
