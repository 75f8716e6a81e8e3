"""The YAML at the head of a README.md, which the Hub reads and refuses if it is wrong."""

from __future__ import annotations

import re
from typing import Any

import yaml

_SIZES = re.compile(r"n<1K|1K<n<10K|10K<n<100K|100K<n<1M|1M<n<10M|10M<n<100M|100M<n<1B|1B<n<10B|10B<n<100B|n>1T")
_LICENCE = re.compile(r"[a-z0-9][a-z0-9.\-]*")
_LISTS = ("tags", "task_categories", "task_ids", "source_datasets", "annotations_creators")


def metadata(text: str) -> dict[str, Any]:
    """What stands between the first two lines of `---`; empty where there are none.

    Raises:
        ValueError: it is no YAML, or no mapping.
    """
    found = re.match(r"---\r?\n(.*?\n)?---(\r?\n|$)", text, re.DOTALL)
    if not found or not found[1]:
        return {}
    try:
        values = yaml.safe_load(found[1])
    except yaml.YAMLError as error:
        raise ValueError(f"YAML: {error}") from error
    if not isinstance(values, dict):
        raise ValueError("the metadata are no mapping")
    return values


def mistakes(text: str) -> list[str]:
    """What the Hub would refuse in a dataset's README.md."""
    try:
        values = metadata(text)
    except ValueError as error:
        return [str(error)]
    found = [f'"{name}" must be a list of strings' for name in _LISTS if not _is_strings(values.get(name, []))]
    if not isinstance(values.get("pretty_name", ""), str):
        found.append('"pretty_name" must be a string')
    sizes, licences = _as_list(values.get("size_categories", [])), _as_list(values.get("license", []))
    found += [f'"size_categories" has no "{size}"' for size in sizes if not _SIZES.fullmatch(str(size))]
    found += [f'"license" has no "{licence}"' for licence in licences if not _LICENCE.fullmatch(str(licence))]
    if not all(_is_config(config) for config in _as_list(values.get("configs", []))):
        found.append('each of "configs" must have "config_name" and "data_files"')
    return found


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_config(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("config_name"), str) and "data_files" in value


def _is_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
