"""The dataset card: README.md, with which `datasets.load_dataset` reads an output as it is, in place or on the Hub.

The YAML on top names a glob of shards for each split and fixes the features; without them `datasets` guesses both from
the first few pairs. Reference: huggingface/hub-docs, datasetcard.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from degrade.shards.card_seal import sealed
from degrade.shards.layout import (
    DATA,
    INDEX,
    MANIFEST,
    RECIPE,
    REJECTS,
    SHEET,
    member_pattern,
    metadata_file,
    plain_name,
)  # fmt: skip
from degrade.shards.manifest import format_of
from degrade.shards.members import COLUMNS, JSON, SIDE_BY_SIDE

if TYPE_CHECKING:
    from degrade.shards.damage import DamageStatistics

_TYPES = {str: "string", int: "int64", float: "float64"}
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10**7, "1M<n<10M"))
_PATTERNS = {"tar": "-*.tar", "parquet": "-*.parquet", "folder": "/**", "aligned": "/**"}
_TAGS = {"tar": "webdataset", "parquet": "parquet", "folder": "imagefolder", "aligned": "imagefolder"}
_LICENCES = (
    "cc0-1.0", "cc-by-4.0", "cc-by-3.0", "cc-by-2.0", "cc-by-sa-4.0", "cc-by-sa-3.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0",
    "cc-by-nd-4.0", "cc-by-nc-nd-4.0", "mit", "apache-2.0", "bsd-2-clause", "bsd-3-clause", "pddl", "odc-by", "odbl",
)  # fmt: skip
"""What the Hub knows a licence by, where a source names it so."""
_KINDS = {
    "tar": "The shards are also plain WebDataset tars.",
    "parquet": "The shards are also plain Parquet: `pandas.read_parquet` reads them, pictures as `{bytes, path}`.",
    "folder": "Each pair has the same name in every folder; slashes of its key are written as `~`.",
    "aligned": "Each picture shows the clean photograph on the left, the damaged one on the right, as pix2pix reads "
    "them (`--dataset_mode aligned --direction BtoA`); slashes of its key are written as `~`.",
}
_COLUMNS_OF = {
    "tar": "`KEY.json`",
    "parquet": "the shards",
    "folder": "`metadata.jsonl`",
    "aligned": "`metadata.jsonl`",
}
_MEMBERS = {
    "clean": "the clean picture",
    "degraded": "the damaged picture",
    "mask": "soft coverage of all damage, 0 to 255",
    "loss": "soft coverage of destroyed content, 0 to 255",
    "classes": "code of the damage that covers most, 0 where there is none",
    SIDE_BY_SIDE: "the clean and the damaged picture side by side, clean on the left",
    "layers": "soft coverage of each step, one below the other in the order of `layers` in the column `frame`",
    JSON: "how it was made: the columns below",
}


@dataclass(frozen=True)
class Published:
    """What the card of an output on the Hub says besides.

    Attributes
    ----------
    name : str
        ``user/name``.
    damage : DamageStatistics
    sheet : bool
        Whether the contact sheet lies beside it.
    """

    name: str
    damage: DamageStatistics
    sheet: bool


def card_text(manifest: dict[str, Any], recipe_text: str, published: Published | None = None) -> str:
    """The card of an output; it ends with the mark of `degrade.shards.card_seal`.

    Parameters
    ----------
    manifest : dict
        Its facts; used are degrade, recipe, fingerprint, members, counts, sources, textures.
    recipe_text : str
        The recipe as YAML.
    published : Published, optional
        For the card on the Hub.
    """
    import yaml

    head = yaml.safe_dump(_head(manifest), sort_keys=False, allow_unicode=True, width=120)
    return sealed(f"---\n{head}---\n\n{_body(manifest, recipe_text, published)}")


def features(suffixes: list[str], format: str) -> list[dict[str, Any]]:
    """`dataset_info.features`: pictures and masks as images; the JSON as a struct of fixed columns in tars, as columns
    beside them elsewhere."""
    row = [{"name": name, "dtype": _TYPES[kind]} for name, (kind, _) in COLUMNS.items()]
    if format != "tar":
        return [*({"name": _column(suffix), "dtype": "image"} for suffix in suffixes if suffix != JSON), *row]
    members = [
        {"name": suffix, "struct": row} if suffix == JSON else {"name": suffix, "dtype": "image"} for suffix in suffixes
    ]
    return [*members, {"name": "__key__", "dtype": "string"}, {"name": "__url__", "dtype": "string"}]


def _column(suffix: str) -> str:
    """What `datasets` calls a picture that stands in a column or a folder."""
    name = plain_name(suffix)
    return "image" if name == SIDE_BY_SIDE else name


def _head(manifest: dict[str, Any]) -> dict[str, Any]:
    pairs = manifest["counts"]["pairs"]
    format = format_of(manifest)
    files = [
        {"split": split, "path": f"{DATA}/{split}{_PATTERNS[format]}"}
        for split, counts in manifest["counts"]["splits"].items()
        if counts["pairs"]
    ]
    return {
        "pretty_name": manifest["recipe"]["name"],
        **_licence(manifest),
        "task_categories": ["image-to-image"],
        "tags": ["image-restoration", "old-photographs", "synthetic", _TAGS[format], "degrade"],
        "size_categories": [next((name for limit, name in _SIZES if pairs < limit), "n>10M")],
        **({"configs": [{"config_name": "default", "data_files": files}]} if files else {}),
        "dataset_info": {"features": features(manifest["members"], format)},
    }


def _licence(manifest: dict[str, Any]) -> dict[str, str]:
    """The licence of all pictures, where every source has the same one, by a name that the Hub knows."""
    named = {" ".join(one["licence"].split()).lower().replace(" ", "-") for one in manifest.get("sources", [])}
    return {"license": named.pop()} if len(named) == 1 and named <= {*_LICENCES} else {}


def _meaning(suffix: str) -> str:
    """What a member is, ``clean.jpg`` or a further target's ``clean.grainy.jpg``."""
    side, _, target = suffix.rpartition(".")[0].partition(".")
    return _MEMBERS[side or suffix] + (f" as it was at the target {target}" if target else "")


def _where(suffix: str, format: str) -> str:
    """Where a member is, in words of the format."""
    if format == "tar":
        return f"KEY.{suffix}"
    if format == "parquet":
        return _column(suffix) if suffix != JSON else "the other columns"
    where = metadata_file("SPLIT") if suffix == JSON else member_pattern("SPLIT", suffix)
    return where.replace("*", "KEY")


def _body(manifest: dict[str, Any], recipe_text: str, published: Published | None) -> str:
    recipe = manifest["recipe"]
    counts = manifest["counts"]
    about = " ".join(str(recipe.get("about", "")).split())
    format = format_of(manifest)
    members = "\n".join(f"| `{_where(suffix, format)}` | {_meaning(suffix)} |" for suffix in manifest["members"])
    columns = "\n".join(f"| `{name}` | {_TYPES[kind]} | {help} |" for name, (kind, help) in COLUMNS.items())
    splits = "\n".join(
        f"| {name} | {split['photographs']} | {split['pairs']} | {split['rejected']} | {split['shards']} |"
        for name, split in counts["splits"].items()
    )
    first = next((name for name, split in counts["splits"].items() if split["pairs"]), "train")
    place = f"hf://datasets/{published.name}" if published else "."
    sheet = f"![Some of the pairs]({SHEET})\n\n" if published and published.sheet else ""
    return f"""# {recipe["name"]}

{about + chr(10) * 2 if about else ""}Pairs of a clean and a damaged photograph, with the damage as ground truth.

{sheet}| split | photographs | pairs | rejected | shards |
|---|---|---|---|---|
{splits}

## Reading

```python
import degrade
pairs = degrade.open_pairs("{place}", split="{first}")   # len(pairs), pairs[0].clean, pairs.by_key(...)

import datasets
rows = datasets.load_dataset("{published.name if published else "."}", split="{first}")
```

{_KINDS[format]}

| member | what it is |
|---|---|
{members}

| column of {_COLUMNS_OF[format]} | type | meaning |
|---|---|---|
{columns}

`{MANIFEST}` has the recipe, the plan, the environment and the SHA-256 of every shard, `{INDEX}` where each member lies,
`{REJECTS}` every input that gave no pairs, with the reason. `degrade verify {place}` checks all of it.
{_damage(published.damage) if published else ""}
## Recipe

```yaml
{recipe_text}```

{_rebuilding(manifest, published)}
## Licences

{_licences(manifest)}

## Citation

```bibtex
{_citation(manifest, published)}
```
"""


def _damage(found: DamageStatistics) -> str:
    """What was done to the pairs, in numbers."""
    classes = [f"| {name} | {share:.1%} |" for name, share in found.classes.items()]
    steps = [f"| `{_cell(label)}` | {op} | {share:.1%} |" for (label, op), share in found.steps.items()]
    tables = [
        "\n".join([f"| {head} |", f"|{'---|' * (head.count('|') + 1)}", *rows, ""])
        for head, rows in (("class | pairs with it", classes), ("step | op | happens to", steps))
        if rows
    ]
    return f"""
## Damage

Of {found.pairs:,} pairs, {found.damaged:.1%} have damage that the mask knows; on average it covers {found.coverage:.2%}
of a picture.

{chr(10).join(tables)}"""


def _rebuilding(manifest: dict[str, Any], published: Published | None) -> str:
    """How to make the same pairs, or others by the same recipe."""
    folders = ", ".join(f"`{name}`" for name in manifest.get("plan", {}).get("contents", {}))
    fetched = published is not None and not folders
    recipe = f"hf://datasets/{published.name}/{RECIPE}" if published and fetched else RECIPE
    package = f"degrade[hub]=={manifest['degrade']}" if fetched else f"degrade=={manifest['degrade']}"
    saved = "" if fetched else f", with the text above saved as `{RECIPE}`"
    saved += f" and the folders of textures {folders} in place" if folders else ""
    return f"""With the versions in `{MANIFEST}` the same photographs give the same pairs, byte for byte{saved}:

```
pip install "{package}"
degrade build --recipe {recipe} --source PHOTOS
```
"""


def _citation(manifest: dict[str, Any], published: Published | None) -> str:
    name = str(manifest["recipe"]["name"])
    user, _, _ = published.name.partition("/") if published else ("", "", "")
    lines = [
        f"  title  = {{{{{_plain(name)}: pairs of clean and damaged photographs}}}},",
        *([f"  author = {{{{{user}}}}},", f"  url    = {{hf://datasets/{published.name}}},"] if published else []),
        f"  note   = {{Made by degrade {manifest['degrade']}, recipe {manifest['fingerprint'][:16]}}}",
    ]
    return "\n".join([f"@misc{{{_plain(name)},", *lines, "}"])


def _plain(name: str) -> str:
    """A name as a key of BibTeX: letters, digits, `_` and `-`."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in name)


def _licences(manifest: dict[str, Any]) -> str:
    """What is known of where photographs and textures are from."""
    said = "The licence of the pictures is that of the photographs they were made from."
    sources = manifest.get("sources", [])
    if sources:
        rows = (f"| {_cell(one['name'])} | {one['photographs']} | {_cell(one['licence'])} | {_cell(one['origin'])} |"
                for one in sources)  # fmt: skip
        said += "\n\n| source | photographs | licence | origin |\n|---|---|---|---|\n" + "\n".join(rows)
    if textures := manifest.get("textures"):
        rows = (f"| {_cell(name)} | {_cell(licence)} |" for name, licence in textures.items())
        said += "\n\n| texture | licence |\n|---|---|\n" + "\n".join(rows)
    return said


def _cell(text: str) -> str:
    """A text in a cell of a table."""
    return " ".join(text.replace("|", "\\|").split()) or "not known"
