"""Pairs on the fly: damage that is never written to disk, in the pixels that a build stores.

    Pairs          a split's pairs by number: a map-style dataset
    stream         a split's pairs one after the other, shared by ranks and workers, resumed exactly: Stream
    eased_recipe   a recipe at another severity; Ramp, a severity that grows with the training
    eased          a pair that is made already at a lower severity, from its layers
    PairError      a photograph of which no pair can be made
    StreamError    pairs that cannot be streamed as they were asked for

Adaptors, to be imported by their names: `torch`, `webdataset` and `datasets` for these libraries, `transform` for the
pipelines of others (`degrade.as_transform`), `lab` for colours.

Inside: `maker` (one pair by its number), `order` (a permutation without a list; whose part of it is whose), `workers`
(ranks, workers of a loader, and what they share), `crew` (who makes the pairs of a stream), `prefetch` (threads or
processes for that), `curriculum`, `easing`.
"""

from __future__ import annotations

from degrade.streaming.curriculum import Ramp, eased_recipe
from degrade.streaming.easing import eased
from degrade.streaming.errors import PairError, StreamError
from degrade.streaming.pairs import Pairs
from degrade.streaming.streams import Stream, stream

__all__ = ["PairError", "Pairs", "Ramp", "Stream", "StreamError", "eased", "eased_recipe", "stream"]
