"""From a folder, parquet files or a name on the Hub to a `DatasetCorpus`, through the `datasets` library."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from degrade.corpus.hf_datasets import DatasetCorpus, Rows, table_of
from degrade.corpus.listing import CorpusError
from degrade.corpus.names import source_of
from degrade.corpus.remote import refused
from degrade.corpus.roles import choices

HUB = "hf://datasets/"
_LONGEST_LICENCE = 100
_SAVED = ("dataset_dict.json", "state.json")


def is_saved_dataset(folder: Path) -> bool:
    """Whether `save_to_disk` of the library has written this folder."""
    return any((folder / name).is_file() for name in _SAVED) and any(folder.rglob("dataset_info.json"))


def open_saved(folder: Path, column: str = "") -> DatasetCorpus:
    """What `save_to_disk` wrote."""
    library = _library(str(folder))
    return _opened(lambda: library.load_from_disk(str(folder)), source_of(folder.name), column, str(folder))


def open_parquet(files: list[str], name: str, column: str = "") -> DatasetCorpus:
    """Parquet files, by absolute paths or URLs; the rows of each are numbered by themselves."""
    library = _library(name)
    parts = {f"part{number}": file for number, file in enumerate(files)}
    stems = [file.rpartition("/")[2].rpartition(".")[0] for file in files]
    if len(set(stems)) < len(stems):
        repeated = next(stem for stem in stems if stems.count(stem) > 1)
        raise CorpusError(f"two of the parquet files are called {repeated}; rename one or name their folder", name)
    corpus = _opened(lambda: library.load_dataset("parquet", data_files=parts), name, column, name)
    names = dict(zip(parts, stems, strict=True)) if len(files) > 1 else dict.fromkeys(parts, "")
    return replace(corpus, parts=tuple(replace(part, name=source_of(names[part.name])) for part in corpus.parts))


def open_parquet_folder(folder: Path, column: str = "") -> DatasetCorpus:
    """A folder of parquet files, divided into splits as the library divides it: by their names or its README.md."""
    library = _library(str(folder))
    return _opened(lambda: library.load_dataset(str(folder)), source_of(folder.name), column, str(folder))


def open_hub(url: str, column: str = "", config: str = "") -> DatasetCorpus:
    """A dataset of the Hub, by `hf://datasets/USER/NAME` or with `@REVISION` behind it."""
    name, _, revision = url.removeprefix(HUB).strip("/").partition("@")
    library = _library(url)
    corpus = _opened(
        lambda: library.load_dataset(name, name=config or None, revision=revision or None), name, column, url
    )
    return replace(corpus, origin=HUB + name)


def _library(spec: str) -> Any:
    try:
        return importlib.import_module("datasets")
    except ImportError as error:
        message = f'the source {spec} needs the library datasets; pip install "degrade[hub]"'
        raise CorpusError(message, spec) from error


def _opened(load: Callable[[], Any], name: str, column: str, spec: str) -> DatasetCorpus:
    try:
        loaded = load()
    except Exception as error:  # noqa: BLE001 - each library fails in its own ways
        raise refused(f"the dataset {name}", error, spec) from None
    splits = loaded if isinstance(loaded, dict) else {"": loaded}
    first = next(iter(splits.values()))
    classes = {key: tuple(kind.names) for key, kind in first.features.items() if hasattr(kind, "int2str")}
    return DatasetCorpus(
        name=name,
        parts=tuple(_rows(split, dataset, name, spec) for split, dataset in splits.items()),
        column=_picture_column(first.features, column, name, spec),
        licence=str(first.info.license or "").strip().partition("\n")[0][:_LONGEST_LICENCE],
        classes=classes,
    )


def _rows(split: str, dataset: Any, name: str, spec: str) -> Rows:
    files = tuple((file["filename"], table_of(file["filename"]).num_rows) for file in dataset.cache_files)
    if sum(count for _, count in files) != dataset.num_rows:
        raise CorpusError(f"the dataset {name} lies in no files of its own; save it with save_to_disk first", spec)
    return Rows(source_of(str(split)), files)


def _picture_column(features: Mapping[str, Any], column: str, name: str, spec: str) -> str:
    """The column that holds pictures: by its feature, else one of bytes."""
    if column:
        if column not in features:
            raise CorpusError(f"the dataset {name} has no column {column!r}; {choices(column, features)}", spec)
        if not (_is_image(features[column]) or _is_bytes(features[column])):
            raise CorpusError(
                f"the column {column} of the dataset {name} holds no pictures; it needs their bytes", spec
            )
        return column
    found = [key for key, kind in features.items() if _is_image(kind)]
    found = found or [key for key, kind in features.items() if _is_bytes(kind)]
    if len(found) == 1:
        return found[0]
    if not found:
        listed = ", ".join(features) or "no columns"
        raise CorpusError(f"no column of the dataset {name} holds pictures; it has {listed}", spec)
    raise CorpusError(f"{len(found)} columns of {name} hold pictures ({', '.join(found)}); say which by column:", spec)


def _is_image(kind: Any) -> bool:
    return type(kind).__name__ == "Image"


def _is_bytes(kind: Any) -> bool:
    if isinstance(kind, Mapping):
        return "bytes" in kind and _is_bytes(kind["bytes"])
    return getattr(kind, "dtype", None) in ("binary", "large_binary")
