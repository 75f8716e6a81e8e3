"""What people are handed besides pictures and outputs: recipes, lists, archives, textures, banks, checkpoints."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from degrade.codecs import encode_jpeg, encode_png
from degrade.corpus import CorpusReadError, open_corpus
from degrade.engine.damage import DamageClass
from degrade.ops import degradations
from degrade.recipes import dump, load_recipe
from degrade.recipes.loading import examine
from degrade.resources import shipped, shipped_names
from degrade.textures.bank_files import index_of, write_bank
from degrade.textures.cutouts import Rate
from degrade.textures.damage_bank import DamageBank
from degrade.textures.folder import Folder
from tests.fuzz.target import Prepare, Prepared

_RECIPES = ("aged_photo", "imagenet_c", "bsrgan", "plain_list")


def _picture() -> np.ndarray:
    rows, columns, layers = np.ogrid[:20, :24, :3]
    return ((rows * 5 + columns * 7 + layers * 50) % 256).astype(np.uint8)


def _recipe(folder: Path) -> Prepared:
    file = folder / "recipe.yaml"
    names = [name for name in shipped_names("recipes") if name in _RECIPES] or shipped_names("recipes")[:3]
    words = [
        name.encode() for name in (*degradations(), "one_of", "some_of", "shuffle", "include", "presets", "target")
    ]
    words += [
        b"steps:\n- ",
        b"&a ",
        b"*a",
        b"!!python/object/apply:os.system ",
        b"<<: ",
        b"- {",
        b"}: ",
        b"uniform: [0, 1]",
    ]
    words += [
        b"{normal: {mean: 1, sd: 2}}",
        b"p: 0.5",
        b".inf",
        b".nan",
        b"1e999",
        b"? ",
        b"| \n",
        b"--- \n",
        b"%YAML 1.2\n",
    ]

    def check(data: bytes) -> None:
        file.write_bytes(data)
        recipe, _ = examine(file)
        again = folder / "again.yaml"
        again.write_text(dump(recipe), "utf-8")
        assert load_recipe(again).fingerprint == recipe.fingerprint

    seeds = [(shipped("recipes") / f"{name}.yaml").read_bytes() for name in names]
    seeds.append(
        b"recipe: 1\nname: small\nframe: {size: 64}\nsteps:\n- grayscale\n- target\n- jpeg: {quality: [10, 90]}\n"
    )
    return Prepared(seeds, check, words=words, quick=25)


def _listed(spec: dict[str, Any] | str) -> None:
    corpus = open_corpus(spec)
    for photograph in corpus.listing().photographs:
        try:
            corpus.read(photograph)
        except CorpusReadError:
            continue


def _list(suffix: str, *seeds: bytes) -> Prepare:
    def prepare(folder: Path) -> Prepared:
        (folder / "a").mkdir()
        for name in ("a/0.jpg", "1.jpg"):
            (folder / name).write_bytes(encode_jpeg(_picture(), 80))
        file = folder / f"list{suffix}"

        def check(data: bytes) -> None:
            file.write_bytes(data)
            _listed(str(file))

        words = [
            b"../../../etc/passwd",
            b"/etc/passwd",
            b"~root/x",
            b"file:///etc/passwd",
            b"http://0/x",
            b"\0",
            b'"',
            b"\r\n",
        ]
        return Prepared(seeds, check, is_json=suffix == ".jsonl", words=words)

    return prepare


def mended_zip(data: bytes) -> bytes:
    """A zip whose central table is where its end says, if there is one before its end."""
    end, table = data.rfind(b"PK\5\6"), data.find(b"PK\1\2")
    if table < 0 or end < table or len(data) < end + 22:
        return data
    return data[: end + 12] + struct.pack("<II", end - table, table) + data[end + 20 :]


def _zip(folder: Path) -> Prepared:
    file = folder / "photographs.zip"
    seeds = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(file, "w", method) as archive:
            archive.writestr("a/0.jpg", encode_jpeg(_picture(), 80))
            archive.writestr("a/0.json", json.dumps({"group": "g", "label": 3}))
            archive.writestr("b/1.png", encode_png(_picture(), False))
        seeds.append(file.read_bytes())

    def check(data: bytes) -> None:
        file.write_bytes(data)
        for spec in (str(file), {"path": str(file), "group_by": {"folder": 1}}):
            _listed(spec)

    return Prepared(
        seeds, check, mended_zip, words=[b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\7\b", b"../", b"\x08\0"]
    )


def _textures(folder: Path) -> Prepared:
    scans = folder / "scans"
    scans.mkdir()
    seeds = [
        encode_png(_picture(), True),
        encode_jpeg(_picture(), 90),
        encode_png(_picture().astype(np.uint16) * 257, True),
    ]

    def check(data: bytes) -> None:
        (scans / "dust.png").write_bytes(data)
        found = Folder("scans", str(scans))
        assert found.digest
        for name in found.names:
            assert found.sheet(name).levels

    return Prepared(seeds, check)


def bank_folder(folder: Path) -> Path:
    rows = [
        [0, "scratch", 5, 6, 10.0, False, 0.5, [1.0, 0.5, 0.2], 1.0, 0.2],
        [0, "dust", 3, 3, 10.0, True, 0.9, [0.1] * 3, 0.3, 0.3],
    ]
    index = index_of(
        rows=rows, scans=[{"group": 0, "name": "a"}], groups=["a"], area_mm2=100.0, clustering=0.3, licence="CC0",
        rates={DamageClass.SCRATCH: Rate(1.0, 2.0), DamageClass.DUST: Rate(2.0, 1.0)}, about={"about": "a test"},
    )  # fmt: skip
    write_bank(folder / "bank", index, [np.full((5, 6), 200, np.uint8), np.full((3, 3), 100, np.uint8)], {})
    return folder / "bank"


def _opened_bank(folder: Path) -> None:
    bank = DamageBank("bank", str(folder))
    assert bank.digest
    for number in range(min(4, len(bank.cutouts))):
        assert bank.cutouts.alpha(number).size
    for damage in bank.rates:
        bank.pool("train", damage)


def _bank(folder: Path) -> Prepared:
    bank = bank_folder(folder)

    def check(data: bytes) -> None:
        (bank / "bank.json").write_bytes(data)
        _opened_bank(bank)

    return Prepared([(bank / "bank.json").read_bytes()], check, is_json=True)


def _cutouts(folder: Path) -> Prepared:
    bank = bank_folder(folder)

    def check(data: bytes) -> None:
        (bank / "cutouts.npy").write_bytes(data)
        _opened_bank(bank)

    words = [b"'descr': '|O'", b"'shape': (99999999999,)", b"'fortran_order': True", b"\x93NUMPY\1\0", b"\x93NUMPY\2\0"]
    return Prepared([(bank / "cutouts.npy").read_bytes()], check, words=words)


def _with_digest(data: bytes) -> bytes:
    """A checkpoint whose digest is that of its tensors."""
    from safetensors import SafetensorError
    from safetensors.torch import load, save

    from degrade.train.checkpoint import _digest

    try:
        tensors = load(data)
        size = int.from_bytes(data[:8], "little")
        facts = json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["degrade"])
        return save(tensors, {"degrade": json.dumps(facts | {"digest": _digest(tensors)})})
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, RecursionError):
        return data


def _facts_edited(data: bytes, more: dict[str, Any]) -> bytes:
    """A checkpoint with other facts beside the same tensors."""
    size = int.from_bytes(data[:8], "little")
    head = json.loads(data[8 : 8 + size])
    head["__metadata__"]["degrade"] = json.dumps(json.loads(head["__metadata__"]["degrade"]) | more)
    packed = json.dumps(head).encode()
    return len(packed).to_bytes(8, "little") + packed + data[8 + size :]


def _checkpoint(folder: Path) -> Prepared:
    import torch

    from degrade.train import load_checkpoint
    from degrade.train.checkpoint import write_checkpoint
    from degrade.train.models import create_model

    torch.set_num_threads(1)
    model = create_model("unet", width=2, depth=1)
    file = folder / "best.safetensors"
    tensors = {f"networks.main.{name}": tensor for name, tensor in model.state_dict().items()}
    facts = {"main": "main", "model": model.name, "options": model.options, "epoch": 1, "settings": {}}
    write_checkpoint(file, tensors, facts)
    seed = file.read_bytes()

    def check(data: bytes) -> None:
        file.write_bytes(data)
        load_checkpoint(file)

    names = ("unet", "conv_autoencoder", "pix2pix_generator", "dense_autoencoder")
    others = ({"model": name, "options": {}} for name in names)
    seeds = [seed, *(_facts_edited(seed, more) for more in others)]
    words = [
        b'"F64"',
        b'"BF16"',
        b'"shape":[999999999]',
        b'"data_offsets":[0,8]',
        b"[[[[[[",
        b'\\\\"width\\\\": 1024',
        b'\\\\"depth\\\\": 7',
    ]
    return Prepared(seeds, check, _with_digest, words=words, quick=20)


INPUTS: Sequence[tuple[str, Prepare]] = (
    ("recipe", _recipe),
    ("list_csv", _list(".csv", b"path,group,split\na/0.jpg,g,train\n1.jpg,h,val\n", b"path;label\n1.jpg;x\n")),
    ("list_jsonl", _list(".jsonl", b'{"path": "a/0.jpg", "group": "g"}\n{"path": "1.jpg", "label": 3}\n')),
    ("zip", _zip), ("textures", _textures), ("bank", _bank), ("cutouts", _cutouts), ("checkpoint", _checkpoint),
)  # fmt: skip
