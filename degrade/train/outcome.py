"""What comes out of a training."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from degrade.train.state import Row


@dataclass(frozen=True)
class Report:
    """What came out of a training.

    Attributes
    ----------
    out : str
        Its folder, with best.safetensors, last.safetensors, history.csv, curves.png, samples/ and run.json.
    epochs : int
        Whole ones.
    ended : str
        "epochs", "patience" or "minutes": what brought the end.
    best_epoch : int
    best : dict
        The figures of that epoch, a row of history.csv.
    parameters : int
        Of all networks.
    precision : str
    images_per_second : float
        Of this session, waiting for pairs included, judging and saving left out.
    waiting : float
        The share of that time in which it waited for pairs.
    seconds : float
        Of all sessions.
    skipped : dict
        Why pairs were left out, by photograph.
    notes : list of str
        What about the method is not as one would expect, such as a term that is off.
    """

    out: str
    epochs: int
    ended: str
    best_epoch: int
    best: Row
    parameters: int
    precision: str
    images_per_second: float
    waiting: float
    seconds: float
    skipped: dict[str, str]
    notes: list[str]

    def to_data(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)
