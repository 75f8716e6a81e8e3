"""What every test shares: the Hypothesis profiles.

`fast` is the default; `thorough` runs in CI, always on the same examples. `HYPOTHESIS_PROFILE` names another choice.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A first example may compile kernels, which says nothing about the property: no deadline, and slow data is no failure.
_common = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("fast", max_examples=15, **_common)
settings.register_profile("thorough", max_examples=30, derandomize=True, **_common)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("thorough" if os.environ.get("CI") else "fast"))
