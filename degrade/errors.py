"""The root of every error that `degrade` raises on purpose.

    DegradeError
    ├── MissingResourceError  an installation without its recipes or textures  (degrade.resources)
    ├── CodecError            bytes that are no usable picture                 (degrade.codecs)
    ├── ParameterError        an op declared with impossible parameters        (degrade.engine)
    ├── ReplayError           a record that this version cannot replay         (degrade.engine)
    ├── TextureError          a texture that is not there or cannot be read    (degrade.textures)
    ├── RecipeError           every mistake of a recipe, at once               (degrade.recipes)
    ├── TooSmall              a photograph below the recipe's least size       (degrade.recipes)
    ├── CorpusError           a source that cannot be listed or divided        (degrade.corpus)
    ├── CorpusReadError       one photograph that cannot be read               (degrade.corpus)
    ├── ShardError            an output that does not hold what it says        (degrade.shards)
    │   ├── NameTooLong       a member's name that a tar cannot hold
    │   ├── NoSuchPair        a key that an output has no pair for
    │   ├── MissingExtra      a format that needs a library which is not installed
    │   ├── StorageError      a place on the network that cannot be reached, read or written
    │   └── WriteError        a write that the file system refused
    ├── StreamError           pairs that cannot be streamed as asked for       (degrade.streaming)
    ├── PairError             a photograph of which no pair can be made        (degrade.streaming)
    ├── BuildError            a build that cannot start or finish              (degrade.building)
    └── ScreeningError        a screening that cannot start or go on           (degrade.screening)

Each carries its facts as attributes, and its text says what was expected and what to do about it. A build takes what
CodecError, CorpusReadError and TooSmall say of a photograph as the reason of its reject.
"""

from __future__ import annotations


class DegradeError(Exception):
    """A mistake that the user can mend; `exit_code` is what the command line ends with (1 failed, 2 wrong usage)."""

    exit_code = 1
