"""The root of every error that `degrade` raises on purpose.

    DegradeError
    ├── MissingResourceError  an installation without its recipes or textures   (degrade.resources)
    ├── CodecError            bytes that are no usable picture                  (degrade.codecs)
    ├── ParameterError        an op declared with impossible parameters         (degrade.engine)
    ├── TransformFailed       what a transform of another library does not take (degrade.ops)
    ├── ReplayError           a record that this version cannot replay          (degrade.engine)
    ├── TextureError          a texture that is not there or cannot be read     (degrade.textures)
    ├── RecipeError           every mistake of a recipe, at once                (degrade.recipes)
    ├── TooSmall              a photograph below the recipe's least size        (degrade.recipes)
    ├── SizesDiffer           an input and a target that have not the same size (degrade.recipes)
    ├── CorpusError           a source that cannot be listed or divided         (degrade.corpus)
    ├── CorpusReadError       one photograph that cannot be read                (degrade.corpus)
    ├── PairError             a photograph of which no pair can be made         (degrade.streaming)
    └── CuredError            a line: what is wrong, and its cure               (degrade.errors)
        ├── MissingExtra          what needs a library that is not installed        (degrade.errors)
        ├── ShardError            an output that does not hold what it says         (degrade.shards)
        │   ├── NameTooLong       a member's name that a tar cannot hold
        │   ├── NoSuchPair        a key that an output has no pair for
        │   ├── ReadError         a way to read pairs that there is none of
        │   ├── StorageError      a place on the network that cannot be reached, read or written
        │   └── WriteError        a write that the file system refused
        ├── StreamError           pairs that cannot be streamed as asked for        (degrade.streaming)
        ├── HubError              what cannot be pushed to the Hub, or pulled       (degrade.hub)
        ├── BuildError            a build that cannot start or finish               (degrade.building)
        ├── ScreeningError        a screening that cannot start or go on            (degrade.screening)
        ├── TrainError            a training that cannot start or go on             (degrade.train)
        │   ├── SettingsError     settings with mistakes, all at once
        │   └── CheckpointError   a checkpoint that is not there, damaged, or does not fit
        ├── ModelError            a model that cannot be made or used as asked for  (degrade.train)
        ├── HarvestError          scans that nothing can be harvested from          (degrade.harvest)
        ├── RealismError          pictures that cannot be measured or compared      (degrade.realism)
        ├── DemoError             what a demonstration's page cannot take or show   (degrade.demo)
        ├── UnknownCheck          a check of transforms that there is none of           (degrade.testing)
        └── PluginError           a module of ops of one's own that cannot be used      (degrade.plugins)

Each carries its facts as attributes, and its text says what was expected and what to do about it. A build takes what
CodecError, CorpusReadError and TooSmall say of a photograph as the reason of its reject.
"""

from __future__ import annotations


class DegradeError(Exception):
    """A mistake that the user can mend; `exit_code` is what the command line ends with (1 failed, 2 wrong usage)."""

    exit_code = 1


class CuredError(DegradeError):
    """A mistake told in one line: what it is, and what to do about it.

    Attributes
    ----------
    what : str
        What is wrong.
    cure : str
        What to do about it.
    exit_code : int
        1 failed, 2 wrong usage; that of the class unless given.
    """

    def __init__(self, what: str, cure: str = "", exit_code: int | None = None) -> None:
        super().__init__(what, cure, exit_code)  # what pickle makes it again from
        self.what, self.cure = what, cure
        if exit_code is not None:
            self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.what}; {self.cure}" if self.cure else self.what


class MissingExtra(CuredError):
    """Something that needs a library which is not installed, or not in a version that will do: `cure` is the command
    that installs it."""

    exit_code = 2
