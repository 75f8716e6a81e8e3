"""The version of the package: its only home, read by the build and by the manifest of every build of pairs."""

from __future__ import annotations

__version__ = "0.1.0"
