"""A check as a test of pytest."""

from __future__ import annotations

from typing import Any

import pytest

from degrade.testing.check import Check
from degrade.testing.verdict import NotApplicable


class AsTest:
    """Runs a check; the test is skipped where the check says nothing of the subject."""

    def __init__(self, check: Check) -> None:
        self.check, self.name, self.about = check, check.name, check.about

    def __call__(self, subject: Any, **options: Any) -> None:
        """Run the check on `subject`; takes the options of `check_degradation`."""
        try:
            self.check(subject, **options)
        except NotApplicable as reason:
            pytest.skip(str(reason))

    def __repr__(self) -> str:
        return self.name
