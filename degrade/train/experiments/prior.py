"""Deep Image Prior as one of several methods: fitted anew to each test picture, without learning from others."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

import degrade
from degrade.train.evaluation import evaluate
from degrade.train.experiments.plan import Training
from degrade.train.prior import fit_prior


def measured_prior(pairs: Any, training: Training, iterations: int, device: str) -> dict[str, Any]:
    """What fits to the degraded pictures of `pairs` give: no target and no mask is looked at, and each ends by the
    blind rule of `fit_prior`."""
    begun = time.monotonic()
    counts: list[int] = []
    options = dict(training.settings.get("options", {}))

    def fitted(picture: Any) -> Any:
        found = fit_prior(picture, iterations=iterations, seed=training.seed, device=device, **options)
        counts.append(found.iterations)
        return found.picture

    found = evaluate(fitted, pairs, split="test", mode="rgb", name=training.row, compare=False, shown=0)
    from degrade.train.models import create_model
    from degrade.train.models.registry import count_parameters

    parameters = count_parameters(create_model("deep_image_prior", device="meta", **options)).trainable
    seconds = time.monotonic() - begun
    return {
        "figures": found.to_data() | {"rows": found.rows}, "seconds": seconds, "parameters": parameters,
        "epochs": float(np.mean(counts)), "images_per_second": len(counts) / seconds, "precision": "float32",
        "notes": [f"{np.mean(counts):.0f} iterations a picture"], "degrade": degrade.__version__,
    }  # fmt: skip
