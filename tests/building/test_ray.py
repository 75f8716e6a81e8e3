"""Shards made on a Ray cluster: the same bytes, whoever dies meanwhile."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import util
from pathlib import Path
from typing import Any

import pytest

from degrade.building import BuildError, build
from degrade.building.executors import ray_tasks
from degrade.building.executors.ray_tasks import Errand
from degrade.building.plan import versions
from degrade.building.worker import Job
from degrade.corpus import open_corpus
from degrade.recipes import load_recipe
from degrade.shards import verify

ROOT = Path(__file__).resolve().parents[2]
Contents = Callable[[Path], dict[str, bytes]]

needs_ray = pytest.mark.skipif(util.find_spec("ray") is None, reason="Ray is not installed")

# --- refusals ---------------------------------------------------------------------------------------------------------


def test_ray_is_not_installed(
    photos: Path, recipe: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BuildError, match=r'pip install "degrade\[ray\]"') as caught:
        build(recipe, photos, tmp_path / "out", engine="ray")
    assert caught.value.exit_code == 2
    assert not (tmp_path / "out").exists()


@needs_ray
def test_no_cluster_answers(photos: Path, recipe: dict[str, Any], tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(BuildError, match=f"no Ray cluster answers at {address}") as caught:
            build(recipe, photos, tmp_path / "out", engine="ray", ray_address=address)
    assert caught.value.exit_code == 1
    assert build(recipe, photos, tmp_path / "out", workers=1).finished  # nothing is in its way


def errand(recipe: dict[str, Any], photos: Path, **other: Any) -> Errand:
    corpus = open_corpus(photos)
    photograph = corpus.listing().photographs[3]
    digest = ray_tasks._digest(corpus.read(photograph))
    job = Job(load_recipe(recipe), corpus, photos / "out", "", {})
    facts: dict[str, Any] = {"versions": versions(), "contents": {}, "photograph": (photograph, digest)}
    return Errand(job, **facts | other)


def test_a_machine_with_other_versions(recipe: dict[str, Any], photos: Path) -> None:
    ray_tasks._check_versions(errand(recipe, photos), "10.0.0.2")
    sent = errand(recipe, photos, versions=versions() | {"cv2": "4.0"})
    with pytest.raises(BuildError, match=r"10\.0\.0\.2 has cv2 .*, not 4\.0; install the same versions"):
        ray_tasks._check_versions(sent, "10.0.0.2")


def test_a_machine_that_sees_other_photographs(recipe: dict[str, Any], photos: Path, tmp_path: Path) -> None:
    here = tmp_path / "photos"
    shutil.copytree(photos, here)
    sent = errand(recipe, here)
    ray_tasks._check_sight(sent, "10.0.0.2")
    assert sent.photograph is not None
    path = here / sent.photograph[0].source
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(BuildError, match=f"10.0.0.2 cannot read {sent.photograph[0].source} of photos as the machine"):
        ray_tasks._check_sight(sent, "10.0.0.2")
    path.unlink()
    with pytest.raises(BuildError, match="at the same place"):
        ray_tasks._check_sight(sent, "10.0.0.2")


def test_a_machine_that_sees_other_textures(recipe: dict[str, Any], photos: Path) -> None:
    with pytest.raises(BuildError, match=r"10\.0\.0\.2 has other textures in dust"):
        ray_tasks._check_sight(errand(recipe, photos, contents={"dust": "0" * 16}), "10.0.0.2")


# --- on this machine --------------------------------------------------------------------------------------------------


@needs_ray
@pytest.mark.slow
def test_the_same_bytes(
    command: Callable[..., subprocess.CompletedProcess[str]],
    photos: Path,
    tmp_path: Path,
    contents: Contents,
    expected: dict[str, bytes],
) -> None:
    """Also a second time, when only one shard is missing."""
    arguments = ("build", "--recipe", "tiny.yaml", "--source", str(photos), "--out", "out", "--engine", "ray", "--json")
    for made in (7, 1):
        done = command(*arguments, "--workers", "2")
        assert done.returncode == 0, done.stderr
        events = [json.loads(line) for line in done.stdout.splitlines()]
        assert len([event for event in events if event["event"] == "shard"]) == made
        assert events[0]["workers"] == min(2, made)
        written = contents(tmp_path / "out")
        del written["contact_sheet.png"]
        assert written == expected
        min((tmp_path / "out" / "data").glob("*.tar")).unlink()


OP = '''
"""An op that ends its process."""
import os, signal
import degrade
from degrade.engine.damage import Stage

class Fatal(degrade.Degradation):
    """It kills whoever applies it to a picture of a build."""
    stage = Stage.FILE
    def apply(self, photo, drawn, key):
        if photo.pixels.shape[0] == 64 and os.environ.get("MAY_DIE") and os.getpid() != int(os.environ["MAY_DIE"]):
            os.kill(os.getpid(), signal.SIGKILL)
'''
BUILD = """
import os, sys
os.environ["MAY_DIE"] = str(os.getpid())
import degrade
from fatal import Fatal
recipe = degrade.Recipe(name="fatal", steps=(Fatal(),), frame=degrade.Frame(size=64))
try:
    degrade.build(recipe, sys.argv[1], sys.argv[2], engine="ray", workers=2)
except degrade.BuildError as error:
    print(error)
"""


@needs_ray
@pytest.mark.slow
@pytest.mark.long
def test_a_shard_that_kills_every_worker(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "fatal.py").write_text(OP)
    (tmp_path / "script.py").write_text(BUILD)
    done = subprocess.run(
        [sys.executable, "script.py", str(photos), "out"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert "was begun 6 times, and its worker died each time (WorkerCrashedError); see that no" in done.stdout
    assert not list((tmp_path / "out").rglob("*.tmp"))


# --- two machines, one of which dies ----------------------------------------------------------------------------------

CLUSTER = """
import json, os, subprocess, sys, time
from pathlib import Path

root, *build = sys.argv[1:]
HEAD, OTHER = "127.0.0.2", "127.0.0.3"

def ray(*arguments):
    own = ["--num-cpus=1", "--object-store-memory=80000000", "--disable-usage-stats"]
    subprocess.run([str(Path(sys.executable).with_name("ray")), "start", *arguments, *own], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

def processes(*words):
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().decode().replace(chr(0), " ")
        except OSError:
            continue
        if all(word in line for word in words):
            yield folder

def half_written(folder):
    try:
        names = [os.readlink(descriptor) for descriptor in (folder / "fd").iterdir()]
    except OSError:
        return None
    return next((name for name in names if name.endswith(".tar.tmp")), None)

def busy_worker(node):
    while True:
        raylets = {folder.name for folder in processes("raylet/raylet ", f"--node_ip_address={node}")}
        for worker in processes("ray::degrade"):
            try:
                parent = (worker / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if parent in raylets and (name := half_written(worker)):
                return int(worker.name), name
        time.sleep(0.01)

def until_shard():
    for line in builder.stdout:
        if json.loads(line)["event"] == "shard":
            return

ray("--head", f"--node-ip-address={HEAD}", "--port=6399", "--include-dashboard=false", f"--temp-dir={root}")
ray(f"--address={HEAD}:6399", f"--node-ip-address={OTHER}")
builder = subprocess.Popen([sys.executable, "-m", "degrade", *build, "--ray-address", f"{HEAD}:6399", "--json"],
                           stdout=subprocess.PIPE, text=True)
told = {}
until_shard()
worker, told["worker_at"] = busy_worker(HEAD)
os.kill(worker, 9)
until_shard()
_, told["node_at"] = busy_worker(OTHER)
[raylet] = processes("raylet/raylet ", f"--node_ip_address={OTHER}")
os.kill(int(raylet.name), 9)
told["lines"] = list(builder.stdout)
told["code"] = builder.wait()
print(json.dumps(told))
"""


@pytest.fixture
def alone() -> list[str]:
    """The command that runs another one in namespaces of its own: a network with loopback alone, and processes
    that all end with it."""
    apart = ["unshare", "--map-root-user", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
    up = [*apart, "ip", "link", "set", "lo", "up"]
    if not all(map(shutil.which, ("unshare", "ip"))) or subprocess.run(up, capture_output=True, check=False).returncode:
        pytest.skip("network and process namespaces cannot be made here")
    return [*apart, "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """Ray puts sockets into it, whose paths have at most 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="ray", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@needs_ray
@pytest.mark.long
def test_a_worker_and_a_machine_are_killed(
    photos: Path, recipe: dict[str, Any], tmp_path: Path, contents: Contents, alone: list[str], short_folder: Path
) -> None:
    recipe["frame"] = {"size": 256}
    recipe["output"] |= {"copies": 250, "pairs_per_shard": 250}  # a shard a photograph, about a second each
    (tmp_path / "slow.yaml").write_text(json.dumps(recipe))
    out = tmp_path / "out"
    arguments = ["build", "--recipe", str(tmp_path / "slow.yaml"), "--source", str(photos), "--out", str(out)]
    done = subprocess.run(
        [*alone, sys.executable, "-c", CLUSTER, str(short_folder), *arguments, "--engine", "ray"],
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)},
        capture_output=True, text=True, check=False, timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["code"] == 0, done.stderr
    assert [line for line in told["lines"] if not line.startswith("{")] == []  # what Ray has to say of the dead
    assert json.loads(told["lines"][-1])["event"] == "done"
    assert told["worker_at"] != told["node_at"]
    assert not list(out.rglob("*.tmp"))
    assert verify(out).ok
    build(recipe, photos, tmp_path / "undisturbed", workers=1)
    (out / "contact_sheet.png").unlink()
    assert contents(out) == contents(tmp_path / "undisturbed")
