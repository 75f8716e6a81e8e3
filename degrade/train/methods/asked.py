"""Options of a method: they stand among those of the network, in the setting `options`."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from degrade.recipes.words import did_you_mean
from degrade.train.errors import TrainError
from degrade.train.settings import Settings

Options = TypeVar("Options")


def asked_of(kind: type[Options], settings: Settings, network: list[str]) -> tuple[Options, dict[str, Any]]:
    """The method's options, and those that are left for the network.

    Parameters
    ----------
    kind : dataclass
        Of fields made by `degrade.train.described.described`.
    settings : Settings
    network : list of str
        The names of the network's options.

    Raises
    ------
    TrainError
        A value that an option does not take, or an option that neither has.
    """
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    own = {name: value for name, value in settings.options.items() if name in fields}
    rest = {name: value for name, value in settings.options.items() if name not in fields}
    for name, value in own.items():
        if problem := fields[name].metadata["kind"].problem(value):
            raise TrainError(f"the option {name} of {settings.model}: {problem}", fields[name].metadata["help"], 2)
    known = [*fields, *network]
    for name in rest:
        if name not in network:
            cure = did_you_mean(name, known) or f"its options are {', '.join(known)}"
            raise TrainError(f"{settings.model} has no option {name!r}", cure, 2)
    return kind(**own), rest
