"""The user's cache folder: compiled kernels and rendered textures live here, and may be deleted at any time."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def user_cache() -> Path | None:
    """The cache folder of `degrade`, an absolute path, created if need be; None where nothing can be written.

    `DEGRADE_CACHE` names the folder itself. Without it the folder is `degrade` in the platform's own place:
    `XDG_CACHE_HOME` or `~/.cache` (Linux and others), `~/Library/Caches` (macOS), `LOCALAPPDATA` (Windows).
    There is no second choice: a folder that was asked for and cannot be written gives None, never another folder.
    """
    try:
        folder = _wanted()
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # RuntimeError: pathlib finds no home
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None


def _wanted() -> Path:
    named = os.environ.get("DEGRADE_CACHE")
    if named:
        return Path(named).expanduser().absolute()
    return _platform_caches() / "degrade"


def _platform_caches() -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    xdg = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # The XDG base directory specification: a relative path is invalid and must be ignored.
    return xdg if xdg.is_absolute() else Path.home() / ".cache"
