"""What real old photographs measure, for whoever has none at hand: numbers of each photograph, and no picture.

    shipped_reference   what comes with the package
    Reference           a table of features, its strata and where it came from

`python -m degrade.realism.reference --real FOLDER --out NAME` measures photographs of one's own likewise (`making`).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from degrade.realism.errors import RealismError
from degrade.realism.features.table import FeatureTable

_SHIPPED = Path(__file__).with_name("old_photographs.npz")


@dataclass(frozen=True, eq=False)
class Reference:
    """Features of real photographs.

    Attributes
    ----------
    name : str
    table : FeatureTable
        Keys, groups and sources are hashes: they tell what belongs together, and no name of a file.
    strata : dict
        Name -> keys of its photographs; a photograph may be in several.
    about : str
        Where the photographs are from.
    lost : int
        Photographs that could not be measured, most of them too small.
    """

    name: str
    table: FeatureTable
    strata: dict[str, tuple[str, ...]]
    about: str
    lost: int

    def of(self, stratum: str | None) -> FeatureTable:
        """The photographs of a stratum, all by default. Raises RealismError for one that there is not."""
        if stratum is None:
            return self.table
        if stratum not in self.strata:
            have = ", ".join(f"{name} ({len(keys)})" for name, keys in self.strata.items()) or "none"
            raise RealismError(f"{self.name} has no stratum {stratum!r}", f"choose one of {have}")
        kept = set(self.strata[stratum])
        return self.table.take([row for row, key in enumerate(self.table.keys) if key in kept])

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write NAME.npz, the numbers, and NAME.json, the strata and where they came from."""
        file = Path(path)
        self.table.save(file, patches=True)
        facts = {"about": self.about, "photographs": len(self.table), "lost": self.lost, "strata": self.strata}
        file.with_suffix(".json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", "utf-8")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Reference:
        """What `save` wrote. Raises RealismError for anything else."""
        file = Path(path)
        table = FeatureTable.load(file)
        facts_file = file.with_suffix(".json")
        if not facts_file.is_file():
            return cls(file.stem, table, {}, "", len(table.left_out))
        try:
            facts = json.loads(facts_file.read_text("utf-8"))
            strata = {name: tuple(keys) for name, keys in facts["strata"].items()}
            return cls(file.stem, table, strata, str(facts["about"]), int(facts["lost"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RealismError(f"{facts_file.name} tells nothing of {file.name}", "make both again") from error


def shipped_reference() -> Reference:
    """Real old photographs as they were measured for this version."""
    return Reference.load(_SHIPPED)
