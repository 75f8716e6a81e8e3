"""Render every degradation small, by its defaults, and every shipped recipe with each of its presets:
`python tests/update_goldens.py` writes `tests/goldens` and `tests/goldens_of_recipes`.

With `--digests [OP…]` it writes nothing, but says the hash of each op's rendering, as JSON. Look at the pictures before
you commit them: they are what the tests then hold to be right.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parents[1]
GOLDENS = ROOT / "tests" / "goldens"
GOLDENS_OF_RECIPES = ROOT / "tests" / "goldens_of_recipes"
FORMAT = "film_35mm"  # small, so that what is sized in mm shows

Picture = npt.NDArray[np.uint8]


def source() -> Picture:
    """A colour picture, 48×96: ramps, a disc, fine checks, black and white."""
    rows, columns = np.indices((48, 96))
    picture = np.stack([60 + 2 * columns, 40 + 4 * rows, 250 - columns - 2 * rows], axis=2)
    picture[(rows - 20) ** 2 + (columns - 24) ** 2 < 200] = (200, 150, 120)
    picture[30:44, 60:90] = 255 * ((rows // 2 + columns // 2) % 2)[30:44, 60:90, None]
    picture[4:12, 70:80] = 0
    picture[4:12, 80:90] = 255
    return np.clip(picture, 0, 255).astype(np.uint8)


def rendered(name: str) -> Picture:
    """What the op makes of `source`, in colour, and below it the mask if it keeps one; at most 96×96.

    The key is the one of eight under which it changes the picture most.
    """
    from degrade.ops import degradations

    op, image = degradations()[name](), source()
    op.prepare()
    pairs = [op.pair(image, key=f"golden/{number}", format=FORMAT) for number in range(8)]
    changes = [np.abs(pair.degraded.astype(int) - image).sum() for pair in pairs]
    pair = pairs[int(np.argmax(changes))]
    members = [pair.degraded] if op.damage is None else [pair.degraded, pair.mask[:, :, None]]
    return np.concatenate([np.broadcast_to(member, image.shape) for member in members])


def variants() -> list[str]:
    """Every shipped recipe, with every combination of its presets."""
    from degrade.recipes import shipped_recipes

    return [
        "@".join(filter(None, (each.name, "+".join(settings))))
        for each in shipped_recipes()
        for settings in product(*each.presets.values())
    ]


def rendered_recipe(name: str) -> Picture:
    """What the recipe makes of `source`, twice over, at its size, in colour: at most 96×96; plates of three exposures
    are up to 320 high."""
    from degrade.recipes import load_recipe

    recipe = dataclasses.replace(load_recipe(name), frame=None)
    recipe.prepare()
    image = np.concatenate([source(), source()[:, ::-1]])
    degraded = recipe(image, key="golden").degraded
    return np.broadcast_to(degraded, (*degraded.shape[:2], 3))


def write(folder: Path, names: Iterable[str], render: Callable[[str], Picture]) -> None:
    """A PNG for each name, and no other."""
    import cv2

    folder.mkdir(exist_ok=True)
    for stale in {path.stem for path in folder.glob("*.png")} - set(names):
        (folder / f"{stale}.png").unlink()
    for name in names:
        cv2.imwrite(str(folder / f"{name}.png"), render(name)[:, :, ::-1])


def digests(names: Iterable[str]) -> dict[str, str]:
    """The hash of the rendering of each of these ops, or, if there are none, of every op, if it is portable."""
    from degrade.ops import degradations

    ops = degradations()
    portable = [name for name in names or ops if ops[name].portable]
    return {name: hashlib.sha256(rendered(name).tobytes()).hexdigest() for name in portable}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if "--digests" in sys.argv:
        sys.stdout.write(json.dumps(digests(sys.argv[sys.argv.index("--digests") + 1 :])))
    else:
        from degrade.ops import degradations

        write(GOLDENS, list(degradations()), rendered)
        write(GOLDENS_OF_RECIPES, variants(), rendered_recipe)
