"""The sample photographs."""

from __future__ import annotations

import importlib.util
import pickle
import subprocess
import sys

import pytest

from degrade.codecs import decode
from degrade.corpus import CorpusError, SampleCorpus, assign_splits, open_corpus
from degrade.corpus import sample as sample_module


def test_every_sample_is_a_photograph_large_enough() -> None:
    corpus = SampleCorpus()
    listing = corpus.listing()
    assert len(listing.photographs) == len(sample_module.SAMPLES) >= 8
    assert listing.rejects == ()
    channels = set()
    for photograph in listing.photographs:
        pixels = decode(corpus.read(photograph), photograph.source).pixels
        assert min(pixels.shape[:2]) >= 256
        assert pixels.std() > 10
        channels.add(pixels.shape[2])
    assert channels == {1, 3}


def test_keys_are_the_names() -> None:
    keys = {photograph.key for photograph in SampleCorpus().listing().photographs}
    assert keys == {name.partition(".")[0] for name in sample_module.SAMPLES}


def test_the_usual_splits_have_samples_in_each() -> None:
    splits = assign_splits(SampleCorpus().listing().photographs, {"train": 0.9, "val": 0.05, "test": 0.05})
    assert set(splits.values()) == {"train", "val", "test"}


def test_it_can_be_pickled() -> None:
    corpus = open_corpus(None)
    again = pickle.loads(pickle.dumps(corpus))
    assert again.listing() == corpus.listing()


def test_scikit_image_is_not_imported() -> None:
    script = (
        "import sys\nfrom degrade.corpus import open_corpus\ncorpus = open_corpus('sample')\n"
        "corpus.read(corpus.listing().photographs[0])\nprint('skimage' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_scikit_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_module, "find_spec", lambda _: None)
    with pytest.raises(CorpusError, match="pip install scikit-image"):
        open_corpus(None).listing()


def test_a_sample_that_is_missing_is_a_reject(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_module, "SAMPLES", ("astronaut.png", "no_such.png"))
    listing = SampleCorpus().listing()
    assert [photograph.source for photograph in listing.photographs] == ["astronaut.png"]
    assert [(reject.source, reject.reason) for reject in listing.rejects] == [("no_such.png", "vanished")]


def test_the_wheel_of_scikit_image_holds_them() -> None:
    spec = importlib.util.find_spec("skimage")
    assert spec is not None
    assert spec.submodule_search_locations
