"""The server of the page: on this machine alone, and without a way out of it.

What gradio would fetch or send is switched off; its ways that lead elsewhere are closed (`guard`); and browsers are
told to load nothing from anywhere else. Uploads and pictures lie in a folder of their own that is removed at the end.
"""

from __future__ import annotations

import os
import socket
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from degrade.demo.choices import Recipes
from degrade.demo.errors import DemoError, gradio
from degrade.demo.guard import Guard
from degrade.demo.photographs import LARGEST_BYTES, Samples

HERE = "127.0.0.1"
_QUIET = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}


@dataclass(frozen=True)
class Served:
    """A page that is being served.

    Attributes
    ----------
    url : str
    """

    url: str
    _ended: threading.Event = field(default_factory=threading.Event, repr=False)

    def wait(self) -> None:
        """Until Ctrl-C."""
        try:
            self._ended.wait()
        except KeyboardInterrupt:
            self._ended.set()


@contextmanager
def serve(
    host: str = HERE,
    port: int | None = None,
    *,
    recipe: str | None = None,
    checkpoint: str | None = None,
    browser: bool = False,
) -> Iterator[Served]:
    """Serve the page for as long as the `with` lasts.

    Parameters
    ----------
    host : str
        The address; only 127.0.0.1 keeps others away.
    port : int, optional
        By default the first free one from 7860 on.
    recipe : str, optional
        The recipe to begin with: a file, or the name of a shipped one.
    checkpoint : str, optional
        The network to restore with.
    browser : bool
        Whether the page is opened.

    Raises
    ------
    MissingExtra
        gradio is not installed.
    RecipeError, CorpusError
        The recipe has mistakes; the samples are not there.
    DemoError
        There is no such checkpoint, or the address cannot be had.
    """
    if checkpoint is not None and not Path(checkpoint).exists():
        raise DemoError(f"there is no checkpoint {checkpoint}", "name a .safetensors file or a training's folder", 2)
    _check_address(host, port)
    recipes = Recipes(recipe)
    with TemporaryDirectory(prefix="degrade-demo-") as folder, _environment({**_QUIET, "GRADIO_TEMP_DIR": folder}):
        gradio()
        from degrade.demo.page import Page

        blocks = Page(recipes, Samples(), checkpoint).blocks
        try:
            url = _launched(blocks, host, port)
            if browser:
                webbrowser.open(url)
            yield Served(url)
        finally:
            blocks.close(verbose=False)


def _launched(blocks: Any, host: str, port: int | None) -> str:
    from starlette.middleware import Middleware

    from degrade.demo import look

    try:
        _, url, _ = blocks.launch(
            server_name=host, server_port=port, share=False, inbrowser=False, inline=False, quiet=True,
            prevent_thread_lock=True, show_error=False, max_file_size=LARGEST_BYTES, allowed_paths=[],
            app_kwargs={"middleware": [Middleware(Guard)], "docs_url": None, "redoc_url": None, "openapi_url": None},
            footer_links=[], run_history=False, enable_monitoring=False, ssr_mode=False, pwa=False, mcp_server=False,
            num_workers=0, strict_cors=True, theme=look.theme(), css=look.CSS,
        )  # fmt: skip
    except OSError as error:
        raise _no_address(host, port) from error
    return str(url)


def _check_address(host: str, port: int | None) -> None:
    """Raises DemoError where nothing can be served at that address, before anything is loaded."""
    try:
        (family, *_, address), *_ = socket.getaddrinfo(host, port or 0, type=socket.SOCK_STREAM)
        with socket.socket(family, socket.SOCK_STREAM) as place:
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            place.bind(address)
    except OSError as error:
        raise _no_address(host, port) from error


def _no_address(host: str, port: int | None) -> DemoError:
    where = f"{host}, port {port}" if port else host
    return DemoError(
        f"the page cannot be served at {where}", "choose another --port, or leave --port and --host out", 2
    )


@contextmanager
def _environment(changed: dict[str, str]) -> Iterator[None]:
    """These variables, and afterwards those that there were before."""
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
