"""A new op's three files: the op, its test and its page."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from degrade.engine.declaration import snake_case
from degrade.errors import CuredError

_OP = '''"""{words}."""

from __future__ import annotations

from degrade import DamageClass, Degradation, Key, Photo, Real, Stage, field


class {title}(Degradation):
    """A round stain, as a wet glass leaves it where it stood; write here what yours imitates.

    Say how it looks, what it is sized by, and which field does what. The coverage is drawn into the photo's buffer, and
    a verb of the photo (remove, stain, cover, tear, shade, light) composites it and keeps the masks from it.

    Reference: the paper, the measurement or the code that the numbers come from.
    """

    stage = Stage.STAINS
    damage = DamageClass.STAIN

    radius_mm: Real = field((4.0, 15.0), "radius of the stain, in mm on the print", low=0, high=200)
    density: Real = field((0.1, 0.4), "how dark it is", low=0, high=3, unit="optical density")

    def apply(self, photo: Photo, drawn: dict[str, float], key: Key) -> None:
        """A disc about a random place, that pales over a pixel at its edge."""
        x, y = key.at("place").uniforms()[:2]
        row, column = y * photo.height, x * photo.width
        radius = drawn["radius_mm"] * photo.px_per_mm
        for i in range(photo.height):
            for j in range(photo.width):
                distance = ((i + 0.5 - row) ** 2 + (j + 0.5 - column) ** 2) ** 0.5
                photo.coverage[i, j] = round(255 * min(max(radius - distance + 0.5, 0.0), 1.0))
        whole = (0, photo.height, 0, photo.width)
        photo.stain(photo.coverage, whole, DamageClass.STAIN, density=(drawn["density"],) * 3)
'''
_TEST = '''"""{title} holds what every degradation holds."""

from __future__ import annotations

import numpy as np
from {name} import {title}

from degrade.testing import parametrize_with_checks


@parametrize_with_checks([{title}])
def test_it_holds(subject, check):
    check(subject, examples=10)


def test_a_larger_one_covers_more():
    image = np.full((60, 80, 3), 128, np.uint8)
    small, large = ({title}(radius_mm=radius).pair(image, key="a") for radius in (5, 30))
    assert small.coverage < large.coverage
'''
_PAGE = """# {words}

What it imitates, how it looks, and where its numbers come from.

```yaml
- {name}: {{}}
```

`degrade --plugin ./{name}.py ops {name}` lists its parameters; `degrade --plugin ./{name}.py preview
--strength-sweep {name}` shows it.
"""


def write_op(name: str, folder: Path | str = ".") -> list[Path]:
    """Write NAME.py, test_NAME.py and NAME.md: an op that works and passes every check, to be made into another one.

    Parameters
    ----------
    name : str
        In snake_case: ``coffee_ring``.
    folder : path
        Where to; made if it is not there.

    Returns
    -------
    list of Path
        The op, its test, its page.

    Raises
    ------
    CuredError
        The name is no name of an op, is taken, or a file is there already: nothing is written.
    """
    from degrade.ops import degradations

    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*", name) or keyword.iskeyword(name):
        raise CuredError(f"an op can't be called {name!r}", "write it in snake_case, such as coffee_ring", 2)
    if name in degradations():
        raise CuredError(f"there is an op {name} already", f"choose another name; `degrade ops {name}` shows it", 2)
    title = "".join(word.title() for word in name.split("_"))
    assert snake_case(title) == name
    facts = {"name": name, "title": title, "words": name.replace("_", " ").capitalize()}
    files = {f"{name}.py": _OP, f"test_{name}.py": _TEST, f"{name}.md": _PAGE}
    for file in files:
        if (Path(folder) / file).exists():
            raise CuredError(f"{Path(folder) / file} is there already", "remove it, or choose another name", 2)
    Path(folder).mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (Path(folder) / file).write_text(text.format(**facts), "utf-8")
    return [Path(folder) / file for file in files]
