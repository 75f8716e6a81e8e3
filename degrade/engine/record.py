"""Replay: a record's numbers, applied again without the recipe that drew them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from degrade.engine.degradation import Degradation
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.errors import DegradeError


class ReplayError(DegradeError, ValueError):
    """A record that cannot be replayed here; `label` and `op` name the step, "" if it is the record as a whole."""

    def __init__(
        self, label: str, op: str, why: str, cure: str = "replay it with the version of degrade that wrote it"
    ) -> None:
        self.label, self.op, self._why, self._cure = label, op, why, cure
        where = f"step {label!r} ({op})" if op else "the record"
        super().__init__(f"{where}: {why}; {cure}")

    def __reduce__(self) -> Any:
        return type(self), (self.label, self.op, self._why, self._cure)


def replay_steps(
    photo: Photo, root: Key, steps: Sequence[Mapping[str, Any]], ops: Mapping[str, type[Degradation]]
) -> None:
    """Apply the recorded `steps` to `photo` in place, at the addresses below `root`.

    Parameters
    ----------
    steps : list of dict
        As in `Pair.record["steps"]`: label, op, fired, drawn.
    ops : mapping
        The ops by name.

    Raises
    ------
    ReplayError
        A step's op or one of its fields is not known here.
    """
    for step in steps:
        label, name, fired, drawn = step["label"], step["op"], step["fired"], step["drawn"]
        if len(photo.record) == photo.shrunk_at:
            photo.shrink_now()
        if name == "target":
            if fired:
                photo.take_target(label.partition(".")[2] or None)
            photo.record.append((label, name, fired, {}))
            continue
        if name not in ops:
            raise ReplayError(label, name, "there is no such op")
        if unknown := sorted(set(drawn) ^ set(ops[name].specs)):
            raise ReplayError(label, name, f"its fields are not the recorded ones: {', '.join(unknown)}")
        if fired:
            values = {key: tuple(value) if isinstance(value, list) else value for key, value in drawn.items()}
            apply = partial(ops[name]().apply, photo, values, root.at(label))
            if photo.watch is None:
                apply()
            else:
                photo.watch.step(photo, label, apply)
        photo.record.append((label, name, fired, dict(drawn)))
