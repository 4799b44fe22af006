"""From a specification to a divided data set: find it, decode it once, divide it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from suite.core.refusals import Refusal, unknown
from suite.data.cache import Entry, cached
from suite.data.choosing import chosen_classes, guessing
from suite.data.contents import Source, images_hash
from suite.data.copies import leaks, without_copies
from suite.data.dataset import AS_EVER, Dataset, DataSpec, Indices
from suite.data.hardships import harder
from suite.data.redivision import divided_anew
from suite.data.registry import NamedSet, named_sets
from suite.data.splits import divide
from suite.data.views import viewed


def dataset_names() -> list[str]:
    """The sets that `load` knows: the embedded one, the published ones, and `folder` for one's own."""
    return list(named_sets())


def load(spec: DataSpec, *, data_dir: Path | None, cache_dir: Path, offline: bool = False) -> Dataset:
    """The data set that `spec` asks for.

    Looks under `data_dir`, $SUITE_DATA_DIR and Keras' folder, downloads (unless `offline`) only what is nowhere, and
    keeps decoded images under `cache_dir`. Raises Refusal for everything that a user can mend.
    """
    named = _named(spec)
    source, size = named.find(spec, data_dir, offline), spec.source_size or spec.image_size
    if size == named.side:
        size = None  # what the set has anyway: one entry of the cache, not two
    more = [spec.target] if spec.target else []  # an entry of its own: who asks for classes alone reads nothing else
    if named.side is None or size is None:
        own = entry = cached(source, spec.name, cache_dir, size, *more)
    else:
        own = cached(source, spec.name, cache_dir, None, *more)  # tells the test images apart, whatever their size
        assert isinstance(size, int), "refused above"
        entry = cached(_resized(source, size), spec.name, cache_dir, size, *more)
    fit = entry.fit if named.takes_path and entry.fit else named.fit
    if spec.source_size is not None:
        entry, fit = viewed(entry, source, spec, cache_dir), fit.of_larger(spec.source_size, spec.crop_pct or 1.0)
    entry, groups = divided_anew(entry, spec) if named.takes_path else (entry, None)
    entry = without_copies(entry, spec) if named.takes_path else entry
    some = chosen_classes(entry, spec.classes)
    leaked = leaks(entry, spec) if named.takes_path else ()
    train, validation, test, notes = divide(some.targets.labels, some.part, some.class_names, spec, groups)
    train, targets, hardships = harder(train, some.targets, len(some.class_names), spec)
    return Dataset(
        name=spec.name,
        images=entry.images,
        targets=targets,
        class_names=some.class_names,
        train=train,
        validation=validation,
        test=test,
        hash=some.hash,
        notes=(*some.notes, *leaked, *notes, *hardships, *(guessing(some, test) if named.takes_path else ())),
        location=source.location,
        checksum=entry.checksum,
        test_hash=_test_hash(own, some, test, spec, by_file=named.side is None and spec.target is None),
        fit=fit,
        files=entry.files,
        larger=entry.larger,
    )


def _test_hash(own: Entry, some: Entry, test: Indices, spec: DataSpec, by_file: bool) -> str:
    """Which images are tested on, whatever their size: by the files' bytes, or by the pixels of the set's own size."""
    if by_file and own.originals is not None:
        return images_hash((), own.originals[test], some.targets.take(test))
    return images_hash(own.images.shape[1:], own.digests[test], chosen_classes(own, spec.classes).targets.take(test))


def _named(spec: DataSpec) -> NamedSet:
    sets = named_sets()
    if spec.name not in sets:
        raise unknown("dataset", spec.name, sets)
    if spec.path is not None and not sets[spec.name].takes_path:
        raise Refusal(f"data.path is for dataset=folder; {spec.name} is looked for under data_dir=DIR")
    for key in () if sets[spec.name].takes_path else ("labels", *AS_EVER):
        if getattr(spec, key) != AS_EVER.get(key):
            raise Refusal(f"data.{key} is for dataset=folder; leave it out for {spec.name}")
    if isinstance(spec.image_size, tuple) and not sets[spec.name].takes_path:
        raise Refusal(f"data.image_size={list(spec.image_size)} is for dataset=folder; {spec.name} has square images")
    of_a_list = spec.labels is not None  # whose column it names
    if spec.label_from is not None and not of_a_list and spec.label_from not in sets[spec.name].labels_from:
        valid = sets[spec.name].labels_from
        if not valid:
            raise Refusal(f"data.label_from: {spec.name} has one kind of labels; leave it out")
        raise unknown("value of data.label_from", str(spec.label_from), valid)
    side = sets[spec.name].side
    if side is not None and spec.source_size is not None and spec.source_size > side:
        raise Refusal(
            f"data.source_size={spec.source_size}: the images of {spec.name} have {side}x{side} pixels, and crops from "
            f"enlarged ones would show no more; set it to {side} or less, and data.image_size to less than that"
        )
    if spec.target and spec.target not in sets[spec.name].knows:
        having = [name for name, known in sets.items() if spec.target in known.knows]
        raise Refusal(
            f"dataset={spec.name} has no {spec.target} for each image, which the task needs: {_among(having)}"
        )
    return sets[spec.name]


def _among(names: list[str]) -> str:
    return f"choose dataset={' or dataset='.join(names)}" if names else "no set has any"


def _resized(source: Source, size: int) -> Source:
    from suite.data.decoding import resized  # Pillow: only for those who need it

    return replace(source, read=lambda: resized(source.read(), size))
