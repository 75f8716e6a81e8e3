"""TIFFs of several pages, each page a photograph of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from degrade.codecs import CodecError, Pages, tiff_page, tiff_pages
from degrade.corpus.listing import Corpus, CorpusReadError, Listing, ListingMaker, Photograph
from degrade.corpus.options import excluding
from degrade.corpus.photographs import Photographs

_TIFF = re.compile(r".*\.tiff?", re.IGNORECASE | re.DOTALL)
_PAGE = re.compile(r"(.*\.tiff?)/p([0-9]{4,6})", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class PagesCorpus:
    """Another corpus whose TIFFs of several pages are as many photographs: ``scan.tif/p0001``, ``scan.tif/p0002`` …

    Thumbnails and masks are no pages, but count. A TIFF whose only picture is its first page stays one photograph under
    its own name, and so do photographs that have a target. All pages of a file are in its group, or are one.
    """

    inner: Corpus

    @property
    def name(self) -> str:
        """The corpus' own."""
        return self.inner.name

    @property
    def licence(self) -> str:
        """As the corpus says, else ""."""
        return str(getattr(self.inner, "licence", ""))

    @property
    def origin(self) -> str:
        """As the corpus says, else ""."""
        return str(getattr(self.inner, "origin", ""))

    def excluding(self, folder: Path) -> Corpus:
        """The same without what lies in `folder`."""
        return replace(self, inner=excluding(self.inner, folder))

    def listing(self) -> Listing:
        """What the corpus has; each of its TIFFs is read once, to count its pages."""
        listing = self.inner.listing()
        maker = ListingMaker()
        photographs = Photographs.of(listing.photographs)
        for one, label in zip(photographs, photographs.labels(), strict=True):
            self._add(maker, one, label)
        for reject in listing.rejects:
            maker.reject(reject.source, reject.reason, reject.detail)
        for reason, count in listing.ignored.items():
            maker.ignore(reason, count)
        return maker.finish()

    def read(self, photograph: Photograph) -> bytes:
        """The photograph's file, with its page as the first."""
        page = _PAGE.fullmatch(photograph.source)
        if page is None:
            return self.inner.read(photograph)
        try:
            data = self.inner.read(replace(photograph, source=page[1]))
            return tiff_page(data, int(page[2]))
        except CorpusReadError as error:
            raise CorpusReadError(error.reason, error.detail, photograph.source) from error
        except CodecError as error:
            raise CorpusReadError("changed", error.detail, photograph.source) from error

    def _add(self, maker: ListingMaker, one: Photograph, label: str) -> None:
        if _PAGE.fullmatch(one.source):
            maker.reject(one.source, "repeated", "its name is that of a page of a TIFF; rename it")
            return
        pages = None if one.target or not _TIFF.fullmatch(one.source) else self._pages(one)
        if pages is None or (pages.whole and pages.full in ((), (1,))):
            group, sources = one.group, [one.source]
        else:
            group, sources = one.group or one.source, [f"{one.source}/p{number:04d}" for number in pages.full]
            if not pages.whole:
                detail = "its chain of pages is damaged, so that there may be more; copy it again or export it anew"
                maker.reject(one.source, "damaged_pages", detail)
        for source in sources:
            maker.add(source, one.size, one.offset, group, one.split, label, one.domain, one.target)
            if one.target_size:
                maker.size_target(one.target_size)

    def _pages(self, photograph: Photograph) -> Pages | None:
        """None where there are none to be found: reading or decoding it will tell why."""
        try:
            return tiff_pages(self.inner.read(photograph))
        except (CorpusReadError, CodecError):
            return None
