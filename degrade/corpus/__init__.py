"""Where clean photographs come from.

    open_corpus        what a user wrote -> a Corpus
    Corpus             the interface: name, listing(), read()
    FolderCorpus, FileCorpus, GlobCorpus, SampleCorpus
    ListCorpus         a list file            (lists; its lines: list_rows)
    ArchiveCorpus      zip and tar archives   (archives; zips, tars, members)
    DatasetCorpus      rows of a dataset      (hf_datasets; hf_opening, the library's side)
    RemoteCorpus, RemoteFileCorpus
                       folders and files behind a URL (remote_folder; remote, connections)

    Listing            photographs, what was ignored, what was rejected
    ListingMaker       what a kind of corpus finds -> a Listing
    Photograph         key, source, size, order; offset, group, split, domain, target … where the source has them
    Reject             one line of rejects.jsonl
    CorpusError        a source that cannot be listed or divided (exit code 2)
    CorpusReadError    one photograph that cannot be read

    photo_keys         path -> key, the address of a photograph in every build
    assign_splits      key -> train, val, test …

A further kind of corpus is one file here that has a `name`, makes its Listing with a `ListingMaker`, and reads; if it
knows more of its photographs, it has `with_columns` (see `roles`). `texts` tells by what a source is written as that it
is meant.
"""

from __future__ import annotations

from degrade.corpus.archives import ArchiveCorpus
from degrade.corpus.folder import FileCorpus, FolderCorpus
from degrade.corpus.hf_datasets import DatasetCorpus
from degrade.corpus.keys import photo_keys
from degrade.corpus.listing import (
    IGNORED,
    REJECTED,
    Corpus,
    CorpusError,
    CorpusReadError,
    Listing,
    ListingMaker,
    Photograph,
    Reject,
    make_listing,
)
from degrade.corpus.lists import ListCorpus
from degrade.corpus.opening import open_corpus
from degrade.corpus.pattern import GlobCorpus
from degrade.corpus.remote_folder import RemoteCorpus, RemoteFileCorpus
from degrade.corpus.sample import SampleCorpus
from degrade.corpus.splits import assign_splits

__all__ = [
    "IGNORED",
    "REJECTED",
    "ArchiveCorpus",
    "Corpus",
    "CorpusError",
    "CorpusReadError",
    "DatasetCorpus",
    "FileCorpus",
    "FolderCorpus",
    "GlobCorpus",
    "ListCorpus",
    "Listing",
    "ListingMaker",
    "Photograph",
    "Reject",
    "RemoteCorpus",
    "RemoteFileCorpus",
    "SampleCorpus",
    "assign_splits",
    "make_listing",
    "open_corpus",
    "photo_keys",
]
