"""A real S3 server on this machine: folders, patterns, lists and archives, read by worker processes."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from degrade.corpus import Corpus, CorpusError, CorpusReadError, Photograph, open_corpus
from degrade.corpus import remote as remote_module

pytestmark = [
    pytest.mark.slow,
    # botocore and aiohttp leave these to the end of the process; none is about this package.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

PICTURES = {f"album{number % 3}/{number:03d}.jpg": os.urandom(2000 + number) for number in range(20)}


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[bytes]]:
    """A server with one bucket of photographs; the environment says where it is."""
    pytest.importorskip("moto")
    pytest.importorskip("s3fs")
    found = shutil.which("moto_server", path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip("moto is installed without its server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [found, "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        settings = {
            "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": url,
        }  # fmt: skip
        try:
            _wait(url)
            with pytest.MonkeyPatch.context() as patch:
                for name, value in settings.items():
                    patch.setenv(name, value)
                forget_servers()
                _fill()
                yield process
        finally:
            forget_servers()
            process.terminate()


def forget_servers() -> None:
    """fsspec keeps its file systems, and with them the servers of other tests in this process."""
    pytest.importorskip("s3fs").S3FileSystem.clear_instance_cache()


def _wait(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{url}/moto-api/data.json", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail("the server does not start")


def _fill() -> None:
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("s3")
    system.mkdir("photos")
    for name, data in PICTURES.items():
        system.pipe(f"photos/all/{name}", data)
    system.pipe("photos/all/notes.txt", b"x")
    system.pipe("photos/all/.hidden.jpg", b"x")
    system.pipe("photos/all/", b"")  # the object that marks a folder
    system.pipe("photos/all/list.csv", b"path,group\nalbum0/000.jpg,x\nalbum1/001.jpg,y\nalbum1/none.jpg,y\n")
    zipped, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in PICTURES.items():
            archive.writestr(name, data)
    with tarfile.open(fileobj=tarred, mode="w") as archive:
        for name, data in PICTURES.items():
            row = json.dumps({"album": name.partition("/")[0]}).encode()
            for member, content in ((name, data), (name.replace(".jpg", ".json"), row)):
                entry = tarfile.TarInfo(member)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    system.pipe("photos/archives/all.zip", zipped.getvalue())
    system.pipe("photos/archives/all-000.tar", tarred.getvalue())


def read_all(corpus: Corpus) -> dict[str, bytes]:
    return {one.source: corpus.read(one) for one in corpus.listing().photographs}


def test_all_kinds(server: Any) -> None:
    assert read_all(open_corpus("s3://photos/all")) == PICTURES
    assert open_corpus("s3://photos/all/").listing().ignored == {"hidden": 1, "not_a_picture": 2}
    some = {name: data for name, data in PICTURES.items() if not name.startswith("album2")}
    assert read_all(open_corpus("s3://photos/all/album{0,1}/*.jpg")) == some
    assert read_all(open_corpus("s3://photos/archives/all.zip")) == PICTURES
    shards = open_corpus("s3://photos/archives/all-*.tar")
    assert read_all(shards) == {f"all-000/{name}": data for name, data in PICTURES.items()}
    listed = open_corpus("s3://photos/all/list.csv").listing()
    assert [(one.source, one.group) for one in sorted(listed.photographs, key=lambda one: one.source)] == [
        ("album0/000.jpg", "x"),
        ("album1/001.jpg", "y"),
    ]
    assert [(one.source, one.reason) for one in listed.rejects] == [("album1/none.jpg", "vanished")]
    with pytest.raises(CorpusError, match="is not there"):
        open_corpus("s3://photos/none").listing()
    with pytest.raises(CorpusError, match="is not there"):
        open_corpus("s3://nobucket/none").listing()


@pytest.mark.parametrize("method", ["spawn", "fork", "threads"])
def test_workers(server: Any, method: str) -> None:
    for source in ("s3://photos/all", "s3://photos/archives/all.zip"):
        corpus = open_corpus(source)
        photographs = list(corpus.listing().photographs)
        pool = (
            ThreadPoolExecutor(4)
            if method == "threads"
            else ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method))
        )
        with pool:
            found = dict(pool.map(_read, [corpus] * len(photographs), photographs))
        assert found == PICTURES


def _read(corpus: Corpus, photograph: Photograph) -> tuple[str, bytes]:
    return photograph.source, corpus.read(photograph)


@pytest.mark.long
def test_a_server_that_dies(server: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_module, "PAUSES", (0.0,))
    corpus = open_corpus("s3://photos/all")
    one = corpus.listing().photographs[0]
    assert corpus.read(one) == PICTURES[one.source]
    server.terminate()
    server.wait()
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(one)
    assert (caught.value.reason, caught.value.source) == ("unreadable", one.source)
    with pytest.raises(CorpusError) as refused:
        corpus.listing()
    assert "\n" not in str(refused.value)
