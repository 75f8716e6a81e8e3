"""Train a restoration filter in plain arrays: with JAX where it is installed, with numpy otherwise.

    python examples/jax_loop.py

Needs nothing but degrade. The batches are numpy's; any framework that takes arrays takes them.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

import degrade

try:
    import jax
    import jax.numpy as jnp
except ModuleNotFoundError:
    jax, jnp = None, np

BATCH = 8
RADIUS = 2
RATE = 0.3
HERE = Path(__file__).parent


def batches(pairs: Iterable[degrade.Pair]) -> Iterator[dict[str, Any]]:
    """Float arrays (N, H, W, 1) in [0, 1]; the last batch may be smaller."""
    left = iter(pairs)
    while held := [degrade.as_arrays(pair, ("clean", "degraded"), dtype="float32") for pair in islice(left, BATCH)]:
        yield {name: np.stack([arrays[name] for arrays in held]) for name in held[0]}


def around(pictures: Any) -> Any:
    """(N, H, W, 1) to (N, H, W, K): what lies around each pixel, and 1."""
    side = 2 * RADIUS + 1
    padded = jnp.pad(pictures - 0.5, ((0, 0), (RADIUS, RADIUS), (RADIUS, RADIUS), (0, 0)), mode="edge")
    height, width = pictures.shape[1:3]
    shifted = [padded[:, y : y + height, x : x + width] for y in range(side) for x in range(side)]
    return jnp.concatenate([*shifted, jnp.ones_like(pictures)], axis=-1)  # gray is 0: one rate suits all


def error(weights: Any, batch: dict[str, Any]) -> Any:
    """The mean squared error of the filtered picture."""
    return ((around(batch["degraded"]) @ weights - (batch["clean"][..., 0] - 0.5)) ** 2).mean()


def slope(weights: Any, batch: dict[str, Any]) -> Any:
    """The gradient of `error`, by hand."""
    seen = around(batch["degraded"]).reshape(-1, len(weights))
    return 2 * seen.T @ (seen @ weights - (batch["clean"].reshape(-1) - 0.5)) / len(seen)


def main() -> None:
    """Descend from a filter that does nothing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default=HERE / "small_prints.yaml", help="a shipped recipe, or a file")
    parser.add_argument("--source", help="photographs; by default those that come with the installation")
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()

    gradient = slope if jax is None else jax.jit(jax.grad(error))
    weights = np.zeros((2 * RADIUS + 1) ** 2 + 1, np.float32)
    weights[len(weights) // 2 - 1] = 1  # the pixel itself
    weights = jnp.asarray(weights)
    pairs = degrade.stream(options.recipe, options.source, shuffle=True)
    checks = list(batches(degrade.Pairs(options.recipe, options.source, split="val")))
    print(f"{'numpy' if jax is None else 'JAX'}, before: error {_mean(weights, checks):.6f}")
    for epoch in range(options.epochs):
        pairs.set_epoch(epoch)
        for batch in batches(pairs):
            weights = weights - RATE * gradient(weights, batch)
        print(f"epoch {epoch}: error {_mean(weights, checks):.6f}")


def _mean(weights: Any, checks: list[dict[str, Any]]) -> float:
    return sum(float(error(weights, batch)) for batch in checks) / len(checks)


if __name__ == "__main__":
    main()
