"""What the tests of textures share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache for textures; kernels stay where they are."""
    cache = tmp_path / "cache"
    cache.mkdir()
    monkeypatch.setattr("degrade.textures.cache.user_cache", lambda: cache)
    return cache
