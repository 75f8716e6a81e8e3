"""Pages of the manual that are made of code: the reference, a page for each part of the package, and the examples.

A hook of mkdocs. The pages exist only while the manual is built: what is public is said in the package alone.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import degrade

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
PARTS = {
    "recipes": "Recipes",
    "engine": "Degradations, groups, distributions",
    "building": "Builds",
    "shards": "Stored pairs",
    "streaming": "Streams",
    "corpus": "Sources",
    "screening": "Screening",
    "hub": "The Hub",
    "train": "Training",
    "realism": "Realism",
    "harvest": "Harvest",
    "testing": "Testing",
    "errors": "Errors",
}
"""Titles of the pages, by the part of the package; the ops are in the gallery."""


def public_names() -> dict[str, list[str]]:
    """Full names of all public classes and functions, by the part that they are at home in."""
    found = [(getattr(degrade, name), name) for name in degrade.__all__]
    for part in PARTS:
        module = importlib.import_module(f"degrade.{part}")
        found += [(getattr(module, name), name) for name in getattr(module, "__all__", ())]
    paths = (f"{one.__module__}.{name}" for one, name in found if inspect.isclass(one) or inspect.isfunction(one))
    parts: dict[str, list[str]] = defaultdict(list)
    for path in dict.fromkeys(paths):
        part = path.split(".")[1]
        if path.startswith("degrade.") and part != "ops":
            parts[part].append(path)
    return dict(parts)


def example_pages() -> dict[str, str]:
    """The examples as pages: text by name."""
    return {
        path.name: f"# {path.name}\n\n```python\n{path.read_text('utf-8')}```\n"
        for path in sorted(EXAMPLES.glob("*.py"))
    }


def on_files(files: Any, config: Any) -> Any:
    """Add the pages to those in the folder."""
    from mkdocs.structure.files import File

    for part, names in public_names().items():
        text = f"# {PARTS[part]}\n\n" + "\n".join(f"::: {name}\n" for name in names)
        files.append(File.generated(config, f"reference/{part}.md", content=text))
    for name, text in example_pages().items():
        files.append(File.generated(config, f"examples/{name}.md", content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Links from the manual to the examples, which lie beside it, lead to their pages."""
    return re.sub(r"\]\(\.\./examples/(\w+\.py)\)", r"](examples/\1.md)", markdown)
