"""The dataset card: README.md, with which `datasets.load_dataset` reads an output as it is, in place or on the Hub.

The YAML on top names a glob of shards for each split and fixes the features; without them `datasets` guesses both from
the first few pairs. Reference: huggingface/hub-docs, datasetcard.md.
"""

from __future__ import annotations

from typing import Any

from degrade.shards.layout import DATA, INDEX, MANIFEST, REJECTS
from degrade.shards.members import COLUMNS, JSON

_TYPES = {str: "string", int: "int64", float: "float64"}
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10**7, "1M<n<10M"))
_MEMBERS = {
    "clean": "the clean picture",
    "degraded": "the damaged picture",
    "mask": "soft coverage of all damage, 0 to 255",
    "loss": "soft coverage of destroyed content, 0 to 255",
    "classes": "code of the damage that covers most, 0 where there is none",
    "layers": "soft coverage of each step, one below the other in the order of `layers` in the column `frame`",
    JSON: "how it was made: the columns below",
}


def card_text(manifest: dict[str, Any], recipe_text: str) -> str:
    """The card of an output.

    Parameters
    ----------
    manifest : dict
        Its facts; used are recipe, members, counts.
    recipe_text : str
        The recipe as YAML.
    """
    import yaml

    head = yaml.safe_dump(_head(manifest), sort_keys=False, allow_unicode=True, width=120)
    return f"---\n{head}---\n\n{_body(manifest, recipe_text)}"


def features(suffixes: list[str]) -> list[dict[str, Any]]:
    """`dataset_info.features`: pictures and masks as images, the JSON as a struct of fixed columns."""
    row = [{"name": name, "dtype": _TYPES[kind]} for name, (kind, _) in COLUMNS.items()]
    members = [
        {"name": suffix, "struct": row} if suffix == JSON else {"name": suffix, "dtype": "image"} for suffix in suffixes
    ]
    return [*members, {"name": "__key__", "dtype": "string"}, {"name": "__url__", "dtype": "string"}]


def _head(manifest: dict[str, Any]) -> dict[str, Any]:
    pairs = manifest["counts"]["pairs"]
    files = [
        {"split": split, "path": f"{DATA}/{split}-*.tar"}
        for split, counts in manifest["counts"]["splits"].items()
        if counts["pairs"]
    ]
    return {
        "pretty_name": manifest["recipe"]["name"],
        "task_categories": ["image-to-image"],
        "tags": ["image-restoration", "old-photographs", "synthetic", "webdataset", "degrade"],
        "size_categories": [next((name for limit, name in _SIZES if pairs < limit), "n>10M")],
        **({"configs": [{"config_name": "default", "data_files": files}]} if files else {}),
        "dataset_info": {"features": features(manifest["members"])},
    }


def _meaning(suffix: str) -> str:
    """What a member is, ``clean.jpg`` or a further target's ``clean.grainy.jpg``."""
    side, _, target = suffix.rpartition(".")[0].partition(".")
    return _MEMBERS[side or suffix] + (f" as it was at the target {target}" if target else "")


def _body(manifest: dict[str, Any], recipe_text: str) -> str:
    recipe = manifest["recipe"]
    counts = manifest["counts"]
    about = " ".join(str(recipe.get("about", "")).split())
    members = "\n".join(f"| `KEY.{suffix}` | {_meaning(suffix)} |" for suffix in manifest["members"])
    columns = "\n".join(f"| `{name}` | {_TYPES[kind]} | {help} |" for name, (kind, help) in COLUMNS.items())
    splits = "\n".join(
        f"| {name} | {split['photographs']} | {split['pairs']} | {split['rejected']} | {split['shards']} |"
        for name, split in counts["splits"].items()
    )
    first = next((name for name, split in counts["splits"].items() if split["pairs"]), "train")
    return f"""# {recipe["name"]}

{about + chr(10) * 2 if about else ""}Pairs of a clean and a damaged photograph, with the damage as ground truth.

| split | photographs | pairs | rejected | shards |
|---|---|---|---|---|
{splits}

## Reading

```python
import degrade
pairs = degrade.open_pairs(".", split="{first}")   # len(pairs), pairs[0].clean, pairs.by_key(...)

import datasets
rows = datasets.load_dataset(".", split="{first}")
```

The shards are also plain WebDataset tars.

| member | what it is |
|---|---|
{members}

| column of `KEY.json` | type | meaning |
|---|---|---|
{columns}

`{MANIFEST}` has the recipe, the plan, the environment and the SHA-256 of every shard, `{INDEX}` where each member lies,
`{REJECTS}` every input that gave no pairs, with the reason. `degrade verify .` checks all of it.

## Recipe

```yaml
{recipe_text}```

The licence of the pictures is that of the photographs they were made from.
"""
