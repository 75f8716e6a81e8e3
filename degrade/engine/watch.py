"""A look at single steps: what each of them covers, and what the picture would be without one of them.

Nobody pays for it who does not ask: a photo without a `Watch` draws all steps into the same masks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from degrade.engine.photo import Layers, Photo


class Watch:
    """Looks at the steps of one photo.

    Parameters
    ----------
    muted : collection of str
        Labels of steps that draw nothing into the picture, while their masks and all that they share with other steps
        stay: the counterfactual.
    apart : bool
        Whether to keep each step's own masks.

    Attributes
    ----------
    own : dict
        (mask, loss, classes) of each step that drew any, by label.
    before : tuple or None
        The masks of all steps before the one that runs now, while it draws into masks of its own.
    """

    def __init__(self, muted: Collection[str] = (), apart: bool = False) -> None:
        self.own: dict[str, Layers] = {}
        self._muted = frozenset(muted)
        self._apart = apart
        self.before: Layers | None = None

    def step(self, photo: Photo, label: str, apply: Callable[[], None]) -> None:
        """Run one step, `apply`, under watch."""
        kept = photo.pixels.copy() if label in self._muted else None
        self.before = photo.swap_layers(None) if self._apart else None
        apply()
        if self._apart:
            self._take(photo, label)
        if kept is not None:
            photo.pixels = kept

    def _take(self, photo: Photo, label: str) -> None:
        """Put the step's own masks aside, and lay them over those before it."""
        before, self.before = self.before, None
        own = photo.swap_layers(before)
        if own is None:
            return
        self.own[label] = own
        merge(photo.layers, own)

    def whole(self, own: Layers | None) -> Layers:
        """A copy of the masks before the present step, with its `own` over them: what it sees of the photo."""
        assert self.before is not None
        mask, loss, classes = self.before
        whole = mask.copy(), loss.copy(), classes.copy()
        if own is not None:
            merge(whole, own)
        return whole

    def seen(self) -> Iterator[Layers]:
        """The masks that are put aside at the moment, and go along when pixels move."""
        yield from self.own.values()
        if self.before is not None:
            yield self.before

    def clear(self) -> None:
        """Forget the masks: what was drawn so far is not damage."""
        self.own.clear()


def merge(into: Layers, later: Layers) -> None:
    """Lay masks over others, in place, as drawing them there would have done (`kernels.layers.mark`)."""
    over = (later[0] >= into[0]) & (later[0] > 0)
    into[2][over] = later[2][over]
    np.maximum(into[0], later[0], out=into[0])
    np.maximum(into[1], later[1], out=into[1])
