"""The root of every error that `degrade` raises on purpose.

    DegradeError
    ├── CodecError        bytes that are no usable picture            (degrade.codecs)
    ├── ParameterError    an op declared with impossible parameters   (degrade.engine)
    ├── RecipeError       every mistake of a recipe, at once          (degrade.recipes)
    ├── CorpusError       a source that cannot be listed              (degrade.corpus)
    ├── ShardError        an output that does not hold what it says   (degrade.shards)
    └── BuildError        a build that cannot start or finish         (degrade.building)

Each carries its facts as attributes, and its text says what was expected and what to do about it.
"""

from __future__ import annotations


class DegradeError(Exception):
    """A mistake that the user can mend; `exit_code` is what the command line ends with (1 failed, 2 wrong usage)."""

    exit_code = 1
