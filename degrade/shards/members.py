"""A pair as the files of a shard: its pictures, its masks, and one flat JSON whose columns never change.

A member is called KEY.SUFFIX, such as ``album/0042.clean.jpg``; the members of a pair stand in the order of suffixes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import orjson

from degrade.codecs import Decoded, encode_jpeg, encode_png
from degrade.engine.mask_file import mask_png
from degrade.engine.photo import with_channels
from degrade.jsontext import from_json
from degrade.shards.errors import ShardError

if TYPE_CHECKING:
    from degrade.engine.pair import Pair
    from degrade.recipes.output import Output
    from degrade.recipes.recipe import Recipe

JSON = "json"
CLEAN = "clean"
PICTURES = (CLEAN, "degraded")
MASKS = ("mask", "loss", "classes")
LAYERS = "layers"
SYNTHETIC = "synthetic"
"""The domain of a photograph of which its source says none: what a recipe damages."""
SIDE_BY_SIDE = "aligned"
"""The clean and the damaged picture in one, from left to right."""

COLUMNS: dict[str, tuple[type, str]] = {
    "key": (str, "the pair's key: the photo's, with /c1, /c2 … for further copies"),
    "photo": (str, "the photo's key"),
    "source": (str, "path of the photo, relative to the source"),
    "copy": (int, "which of the photo's damaged copies, 0 first"),
    "epoch": (int, "0 in a build"),
    "split": (str, "the split that photo and copies belong to"),
    "domain": (str, "what its source calls it: real (no clean picture is known), clean, pair …; else synthetic"),
    "group": (str, "empty, unless photos are kept together in one split by group"),
    "seed": (int, "the recipe's seed"),
    "fingerprint": (str, "hash of all in the recipe that decides pixels and files"),
    "width": (int, "pixels"),
    "height": (int, "pixels"),
    "channels": (int, "of the degraded picture: 1 gray, 3 RGB; the clean one's stand in `frame`"),
    "depth": (int, "bits a sample of both pictures: 8 or 16"),
    "coverage": (float, "share of pixels with any damage (mask above 0), in [0, 1]"),
    "steps": (str, "JSON: each step's label, op, whether it fired, and every drawn value"),
    "frame": (str, "JSON: variant, format, channels of both sides, and how the photo was framed"),
    "instances": (str, "JSON: the single damages with their outlines, where the recipe asks for instances"),
}
"""The columns of every pair's JSON, in order: their type and meaning."""

_IN_FRAME = ("variant", "format", "channels", "frame", "story", "scale", "layers", "luma", "given")
_COMPACT = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode


def suffixes(recipe: Recipe) -> tuple[str, ...]:
    """The suffixes of each pair's files, in their order in a shard: ``clean.jpg``, for a further target
    ``clean.NAME.jpg``, ``mask.png`` and so on."""
    kind = "jpg" if recipe.output.image == "jpg" else "png"
    if recipe.output.format == SIDE_BY_SIDE:
        return f"{SIDE_BY_SIDE}.{kind}", JSON
    names = [name for name in recipe.output.members if name != "instances"]
    names += [f"{CLEAN}.{target}" for target in recipe.targets if CLEAN in names]
    return tuple(sorted([JSON, *(f"{name}.{kind if _side(name) in PICTURES else 'png'}" for name in names)]))


def _side(name: str) -> str:
    return name.partition(".")[0]


class PhotoEncoder:
    """The pairs of one photograph as bytes; what its copies have in common is encoded once.

    Parameters
    ----------
    source : str
        Path of the photograph, relative to the corpus.
    decoded : Decoded
        The photograph's file; its own bytes are the clean member where the pair left it untouched.
    output : Output
        Of the recipe.
    members : sequence of str
        `suffixes` of the recipe.
    domain, group : str
        What the photograph's source says of it.
    """

    def __init__(
        self,
        source: str,
        decoded: Decoded,
        output: Output,
        members: Sequence[str],
        domain: str = "",
        group: str = "",
    ) -> None:
        self._told = {"source": source, "domain": domain, "group": group}
        self._decoded = decoded
        self._output = output
        self._suffixes = members
        self._untouched: bytes | None = None

    def members(self, pair: Pair) -> list[tuple[str, bytes]]:
        """(suffix, bytes) of each member, in the order of suffixes.

        Raises CodecError where a picture does not fit the format.
        """
        return [(suffix, self._member(suffix, pair)) for suffix in self._suffixes]

    def _member(self, suffix: str, pair: Pair) -> bytes:
        name, _, rest = suffix.partition(".")
        if name == JSON:
            depth = 16 if self._output.image == "png16" else 8
            instances = pair.instances if "instances" in self._output.members else ()
            return _COMPACT(columns(pair, self._told, depth, instances)).encode("ascii")
        if name == CLEAN:
            target = rest.rpartition(".")[0]
            return self._picture(pair.targets[target]) if target else self._clean(pair)
        if name == LAYERS:
            return mask_png(stacked(pair))
        if name == SIDE_BY_SIDE:
            return self._picture(side_by_side(pair))
        if name == "degraded":
            if self._output.image == "jpg" and pair.degraded_jpeg is not None:
                return pair.degraded_jpeg
            return self._picture(pair.degraded)
        return mask_png(getattr(pair, name))

    def _clean(self, pair: Pair) -> bytes:
        if not pair.clean_is_source:
            return self._picture(pair.clean)
        if self._untouched is None:
            own = None
            decoded = self._decoded
            if self._output.image == "jpg" and (decoded.is_luma or pair.clean.shape == decoded.pixels.shape):
                own = decoded.jpeg
            self._untouched = self._picture(pair.clean) if own is None else own
        return self._untouched

    def _picture(self, pixels: npt.NDArray[Any]) -> bytes:
        if self._output.image == "jpg":
            return encode_jpeg(pixels, self._output.quality)
        return encode_png(pixels, filtered=True)


def side_by_side(pair: Pair) -> npt.NDArray[Any]:
    """The clean and the damaged picture of a pair as one, (H, 2·W, C); a gray one beside a coloured one is replicated
    to three channels."""
    channels = max(pair.clean.shape[2], pair.degraded.shape[2])
    return np.concatenate([with_channels(side, channels) for side in (pair.clean, pair.degraded)], axis=1)


def stacked(pair: Pair) -> npt.NDArray[np.uint8]:
    """The layers of a pair as one (N·H, W) picture, one below the other in the order of ``record["layers"]``; one empty
    layer where there is none."""
    empty = np.zeros((pair.height, pair.width), np.uint8)
    return np.concatenate([pair.layers.get(label, empty) for label in pair.record["layers"]] or [empty])


def columns(
    pair: Pair, told: Mapping[str, str], depth: int, instances: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The JSON columns of a pair, in the order of COLUMNS.

    Parameters
    ----------
    told : mapping
        The photograph's source, domain and group.
    depth : int
        8 or 16 bits.
    instances : list of dict
        `Pair.instances`, where they are asked for.
    """
    record = pair.record
    return {
        "key": record["key"], "photo": record["photo"], "source": told["source"],
        "copy": record["copy"], "epoch": record["epoch"], "split": record["split"],
        "domain": told["domain"] or SYNTHETIC, "group": told["group"],
        "seed": record["seed"], "fingerprint": record["fingerprint"],
        "width": pair.width, "height": pair.height, "channels": record["channels"][1], "depth": depth,
        "coverage": pair.coverage,
        "steps": _inner(record["steps"]),
        "frame": _inner({name: record[name] for name in _IN_FRAME if name in record}),
        "instances": _inner(instances),
    }  # fmt: skip


def _inner(value: Any) -> str:
    """JSON inside of JSON, much the largest part of it; the standard library takes ten times as long."""
    return orjson.dumps(value).decode()


def record_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """`Pair.record` back from its JSON columns: all that `degrade.replay_record` needs beside the photograph.

    Raises ShardError where they hold none.
    """
    try:
        kept = {name: row[name] for name in ("key", "photo", "copy", "epoch", "split", "seed", "fingerprint")}
        return {**kept, **from_json(row["frame"]), "steps": from_json(row["steps"])}
    except (KeyError, TypeError, ValueError) as error:
        raise ShardError(f"the record of {row.get('key')!r} is damaged ({error})", "run `degrade verify`") from error
