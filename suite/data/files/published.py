"""Finding a published set in the folders where sets are looked for, and fetching it only if it is in none of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from suite.data.contents import Source
from suite.data.dataset import DataSpec
from suite.data.files.download import DownloadError, Published, fetch
from suite.data.files.places import not_found, search_places


class PublishedSet(Protocol):
    """What is known of a set that its publisher offers as files. wanted: the files to look for, in words."""

    @property
    def name(self) -> str: ...
    @property
    def wanted(self) -> str: ...
    @property
    def published(self) -> tuple[Published, ...]: ...
    @property
    def download_folder(self) -> str: ...
    def locate(self, place: Path) -> Source | None: ...


def finder(known: PublishedSet) -> Callable[[DataSpec, Path | None, bool], Source]:
    """The `find` of a NamedSet, for this set."""
    return lambda spec, data_dir, offline: find(known, data_dir, offline)


def find(known: PublishedSet, data_dir: Path | None, offline: bool) -> Source:
    """Where a set is: under `data_dir`, $SUITE_DATA_DIR or Keras' folder, else downloaded into the first of them.

    Raises Refusal with the ways out when it is nowhere and cannot be downloaded.
    """
    places = search_places(data_dir)
    for place in places:
        source = known.locate(place)
        if source is not None:
            return source
    if offline:
        raise not_found(known.name, known.wanted, places, "offline=true")
    try:
        for published in known.published:
            fetch(published, places[0] / known.download_folder)
    except DownloadError as error:
        raise not_found(known.name, known.wanted, places, str(error)) from error
    source = known.locate(places[0])
    assert source is not None, "a fetched set is located where it was put"
    return source
