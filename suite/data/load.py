"""From a specification to a divided data set: find it, decode it once, divide it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from suite.core.refusals import Refusal, unknown
from suite.data.cache import cached
from suite.data.contents import Source
from suite.data.dataset import Dataset, DataSpec
from suite.data.sources import cifar, digits, mnist
from suite.data.sources.download import DownloadError, fetch
from suite.data.sources.places import not_found, search_places
from suite.data.splits import divide

NAMED: dict[str, mnist.MnistLike | cifar.Cifar] = {
    known.name: known for known in (mnist.MNIST, mnist.FASHION_MNIST, cifar.CIFAR10, cifar.CIFAR100)
}
NAMED_SIZE = 32
"""The side of the images of every named set, in pixels."""


def dataset_names() -> list[str]:
    """The sets that `load` knows: the embedded one, the published ones, and `folder` for one's own."""
    return ["digits", *NAMED, "folder"]


def load(spec: DataSpec, *, data_dir: Path | None, cache_dir: Path, offline: bool = False) -> Dataset:
    """The data set that `spec` asks for.

    Looks under `data_dir`, $SUITE_DATA_DIR and Keras' folder, downloads (unless `offline`) only what is nowhere, and
    keeps decoded images under `cache_dir`. Raises Refusal for everything that a user can mend.
    """
    source, size = _locate(spec, data_dir, offline), spec.image_size
    if spec.name != "folder":
        if size == NAMED_SIZE:
            size = None  # what the set has anyway: one entry of the cache, not two
        elif size is not None:
            source = _resized(source, size)
    entry = cached(source, spec.name, cache_dir, size)
    train, validation, test, notes = divide(entry.labels, entry.part, entry.class_names, spec)
    return Dataset(
        name=spec.name,
        images=entry.images,
        labels=entry.labels,
        class_names=entry.class_names,
        train=train,
        validation=validation,
        test=test,
        hash=entry.hash,
        notes=(*entry.notes, *notes),
        location=source.location,
        checksum=entry.checksum,
    )


def _resized(source: Source, size: int) -> Source:
    from suite.data.decoding import resized  # Pillow: only for those who need it

    return replace(source, read=lambda: resized(source.read(), size))


def _locate(spec: DataSpec, data_dir: Path | None, offline: bool) -> Source:
    if spec.name == "folder":
        if spec.path is None:
            raise Refusal("dataset=folder needs data.path=DIR: a folder with one sub-folder of pictures for each class")
        from suite.data.sources import folder

        return folder.locate(Path(spec.path).expanduser(), spec.image_size)
    if spec.name not in dataset_names():
        raise unknown("dataset", spec.name, dataset_names())
    if spec.path is not None:
        raise Refusal(f"data.path is for dataset=folder; {spec.name} is looked for under data_dir=DIR")
    if spec.name == "digits":
        return digits.locate()
    known = NAMED[spec.name]
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
