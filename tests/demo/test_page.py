"""The page without a browser: what its server answers, and what its parts do."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from degrade.cli import main
from degrade.demo.errors import DemoError
from degrade.demo.guard import names_a_url
from degrade.demo.serving import serve

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.filterwarnings("ignore")  # others' own


def answer(url: str, data: bytes | None = None, **headers: str) -> tuple[int, bytes, Any]:
    """(status, body, headers) of a GET, or of a POST of `data`."""
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=60) as got:
            return got.status, got.read(), got.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


def upload(page: Any, name: str, data: bytes) -> tuple[int, Any]:
    """(status, answer) of an upload as a browser makes it."""
    body = (
        f'--cut\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        + data
        + b"\r\n--cut--\r\n"
    )
    status, got, _ = answer(
        f"{page.url}gradio_api/upload", body, **{"Content-Type": "multipart/form-data; boundary=cut"}
    )
    return status, json.loads(got) if status == 200 else None


def called(page: Any, name: str, *data: Any) -> tuple[dict[str, Any], list[Any]]:
    """(the config's components by id, the data of the answer) of an event called by its name."""
    _, config, _ = answer(f"{page.url}config")
    read = json.loads(config)
    number = next(each["id"] for each in read["dependencies"] if each["api_name"] == name)
    join = {"data": data, "fn_index": number, "session_hash": "test", "event_data": None}
    status, _, _ = answer(f"{page.url}gradio_api/queue/join", json.dumps(join).encode())
    assert status == 200
    with urllib.request.urlopen(f"{page.url}gradio_api/queue/data?session_hash=test", timeout=120) as stream:
        for line in stream:
            if line.startswith(b"data:"):
                message = json.loads(line[5:])
                if message["msg"] == "process_completed":
                    outputs = next(each["outputs"] for each in read["dependencies"] if each["id"] == number)
                    names = {each["id"]: each["props"].get("elem_id") for each in read["components"]}
                    return {names[each]: place for place, each in enumerate(outputs)}, message["output"]["data"]
    raise AssertionError("no answer")


# --- the server -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_it_is_served_on_this_machine_and_lets_browsers_load_nothing_from_elsewhere(page: Any) -> None:
    assert page.url.startswith("http://127.0.0.1:")
    status, body, headers = answer(page.url)
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert b"fonts.googleapis" not in body
    _, theme, _ = answer(f"{page.url}theme.css")
    assert all(url.startswith(b"data:") for url in re.findall(rb"url\([\"']?([^)]+)", theme))


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        "gradio_api/file=/etc/passwd",
        f"gradio_api/file={ROOT}/pyproject.toml",
        "gradio_api/file=pyproject.toml",
        "gradio_api/file=../pyproject.toml",
        "gradio_api/file=http://127.0.0.1:9/x",
        "gradio_api/file=https:/127.0.0.1:9/x",
        "gradio_api/proxy=http://127.0.0.1:9/x",
        "gradio_api/vibe-code",
        "gradio_api/openapi.json",
        "monitoring",
        "monitoring/summary",
        "docs",
        "static/../../../etc/passwd",
    ],
)
def test_no_file_of_this_machine_and_no_other_server_is_reached(page: Any, path: str) -> None:
    status, _, _ = answer(page.url + path)
    assert status in (403, 404)
    assert page.connected() <= {"127.0.0.1"}


@pytest.mark.slow
def test_a_large_upload_is_refused(page: Any) -> None:
    assert upload(page, "large.jpg", bytes(2 << 20))[0] == 413
    status, files = upload(page, "small.jpg", bytes(1 << 10))
    assert status == 200
    assert Path(files[0]).is_relative_to(page.temporary)  # which is empty when the page has ended: see `started`


@pytest.mark.slow
def test_a_file_of_another_server_is_not_fetched(page: Any) -> None:
    for path in ("http://127.0.0.1:9/a.jpg", "ftp://127.0.0.1/a", " https://127.0.0.1:9/a"):
        join = {"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}], "fn_index": 0, "session_hash": "other"}
        assert answer(f"{page.url}gradio_api/queue/join", json.dumps(join).encode())[0] == 400
    assert answer(f"{page.url}gradio_api/queue/join", b"[" * 50_000)[0] == 400
    assert answer(f"{page.url}gradio_api/queue/join", b"[" + b"1," * (1 << 20))[0] == 400


def test_urls_in_what_a_page_sends_are_found() -> None:
    assert not names_a_url(b'{"data": [{"path": "folder/a.jpg"}, 3, "http://in.a/text"]}')
    assert names_a_url(b'{"data": [[{"x": {"path": "http://a/b"}}]]}')


@pytest.mark.slow
def test_a_photograph_is_uploaded_and_shown(page: Any, photo: Path) -> None:
    _, files = upload(page, photo.name, photo.read_bytes())
    file = {"path": files[0], "orig_name": photo.name, "meta": {"_type": "gradio.FileData"}}
    places, data = called(page, "uploaded", file, None, str_of(page, "recipe"), 5, 0, None)
    assert "holiday 1.jpg, 200 × 160 px" in data[places["said"]]
    shown = data[places["pair"]]
    status, picture, _ = answer(shown[1]["url"])
    assert status == 200
    assert picture.startswith(b"\x89PNG")
    assert not Path(files[0]).exists()  # what was uploaded is gone
    assert page.connected() <= {"127.0.0.1"}


@pytest.mark.slow
def test_a_bad_upload_is_a_line_on_the_page(page: Any) -> None:
    _, files = upload(page, "bad.png", b"no picture")
    file = {"path": files[0], "orig_name": "bad.png", "meta": {"_type": "gradio.FileData"}}
    places, data = called(page, "uploaded", file, None, str_of(page, "recipe"), 5, 0, None)
    assert 'role="alert"' in data[places["said"]]
    assert "bad.png cannot be shown" in data[places["said"]]
    assert "Traceback" not in json.dumps(data)


def str_of(page: Any, name: str) -> str:
    """The value that a part of the page has at first."""
    read = json.loads(answer(f"{page.url}config")[1])
    return str(next(each["props"]["value"] for each in read["components"] if each["props"].get("elem_id") == name))


# --- what its parts do ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def parts() -> Any:
    """The page's own object, not served."""
    pytest.importorskip("gradio")
    from degrade.demo.choices import Recipes
    from degrade.demo.page import Page
    from degrade.demo.photographs import Samples

    async def made() -> Page:  # gradio leaves a loop open where none is running
        return Page(Recipes("animal_faces"), Samples())

    return asyncio.run(made())


def state(parts: Any, seed: Any = 3, variant: Any = 0) -> tuple[Any, ...]:
    return parts.samples[0], "animal_faces", seed, variant, {}


def test_another_variant_and_another_recipe(parts: Any) -> None:
    first = parts.asked(*state(parts))
    following = parts.next_variant(*state(parts))
    assert following[parts.variant] == 1
    assert not np.array_equal(first[parts.pair][1], following[parts.pair][1])
    assert parts.next_variant(*state(parts, variant=99))[parts.variant] == 0
    chosen = parts.chosen(parts.samples[0], "faces_noise@48", 0)
    assert chosen[parts.settings] == {}
    assert chosen[parts.seed] == parts.recipes["faces_noise@48"].seed
    assert chosen[parts.text].count("faces_noise@48") == 1
    assert 'download="faces_noise@48.yaml"' in chosen[parts.save]


@pytest.mark.parametrize(
    ("strange", "line"),
    [
        ({"seed": None}, "the seed must be a whole number"),
        ({"seed": 1.5}, "the seed must be a whole number"),
        ({"variant": "<b>"}, "&lt;b&gt;"),
        ({"variant": 1e6}, "there is no variant 1000000"),
        ({"variant": True}, "the variant must be a whole number"),
    ],
)
def test_what_cannot_be_shown_is_a_line_and_leaves_the_rest(parts: Any, strange: dict[str, Any], line: str) -> None:
    answered = parts.asked(*state(parts, **strange))
    assert list(answered) == [parts.said]
    assert 'role="alert"' in answered[parts.said]
    assert line in answered[parts.said]


def test_sliders_of_another_recipe_and_numbers_that_do_not_fit_are_a_line(parts: Any) -> None:
    from degrade.demo.controls import panels_of

    panels = panels_of(parts.recipes["animal_faces"])
    photograph, name, seed, variant, _ = state(parts)
    assert "another recipe" in parts.moved(panels, photograph, name, seed, variant, True)[parts.said]
    count = sum(1 + len(panel.controls) for panel in panels)
    values = [True, *(control.start for panel in panels for control in panel.controls)]
    assert len(values) < count  # one switch a panel is missing
    assert 'role="alert"' in parts.moved(panels, photograph, name, seed, variant, *["x"] * count)[parts.said]


def test_a_fault_of_ours_is_a_line_too(parts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Any:
        raise KeyError("no such\nthing")

    monkeypatch.delenv("DEGRADE_TRACEBACK", raising=False)
    line = parts._told(parts.said, fail)[parts.said]
    assert "this is a fault of degrade" in line
    assert "\n" not in line
    monkeypatch.setenv("DEGRADE_TRACEBACK", "1")
    with pytest.raises(KeyError):
        parts._told(parts.said, fail)


def test_restoring_without_a_network_is_a_line(parts: Any) -> None:
    pytest.importorskip("torch")
    answered = parts.restored("the photograph itself", None, *state(parts))
    assert "choose a checkpoint" in answered[parts.restore_said]


# --- the command ------------------------------------------------------------------------------------------------------


def test_help_warns_of_other_addresses() -> None:
    said = CliRunner().invoke(main, ["demo", "--help"]).output
    assert "WARNING" in said
    assert "127.0.0.1" in said


def test_without_gradio_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gradio", None)
    done = CliRunner().invoke(main, ["demo", "--no-browser"], prog_name="degrade")
    assert done.exit_code == 2
    assert done.stderr == 'error: the demo needs gradio; pip install "degrade[demo]"\n'


def test_what_cannot_be_served_is_said_at_once(tmp_path: Path) -> None:
    for arguments, said in (
        (["--checkpoint", str(tmp_path / "run")], "there is no checkpoint"),
        (["--recipe", "no_such_recipe"], "no shipped recipe"),
    ):
        done = CliRunner().invoke(main, ["demo", "--no-browser", *arguments], prog_name="degrade")
        assert done.exit_code == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_an_error_with_its_cure() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(DemoError, match="choose another --port"), serve(port=taken.getsockname()[1]):
            pass
    with pytest.raises(DemoError, match=r"cannot be served at 203\.0\.113\.7"), serve("203.0.113.7"):
        pass
