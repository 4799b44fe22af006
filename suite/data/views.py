"""What a network gets of images that are kept larger: their central part, brought to its input's size.

Training crops come from the larger images; what validates, tests, predicts or measures sees these alone, and so does
training with a recipe that has no random crop. As ImageNet recipes have it: Krizhevsky et al. 2012, section 4.1, and
Szegedy et al., arXiv:1409.4842, section 6; timm calls the central share crop_pct.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from suite.data.cache import Entry, cached
from suite.data.contents import Contents, Source, in_chunks
from suite.data.dataset import DataSpec
from suite.data.fit import Images


def viewed(entry: Entry, source: Source, spec: DataSpec, cache_dir: Path) -> Entry:
    """`entry`, whose images are of `spec.source_size`, with those that a network gets in their place.

    They are an entry of the cache of their own. The files, and what tells one picture from another, stay the larger
    ones'; the hash is of both.
    """
    more = [spec.target] if spec.target else []
    variant = spec.image_size, spec.source_size, spec.crop_pct or 1.0, *more
    view = cached(replace(source, read=lambda: _contents(entry, spec)), spec.name, cache_dir, *variant)
    whole = hashlib.blake2b(f"{entry.hash}:{view.hash}".encode(), digest_size=16)
    return replace(
        entry,
        images=view.images,
        larger=entry.images,
        targets=view.targets,
        hash=whole.hexdigest(),
        notes=(*entry.notes, _note(spec)),
    )


def _contents(entry: Entry, spec: DataSpec) -> Contents:
    from suite.data.decoding import central  # Pillow: only for those who need it

    size, share = spec.image_size, spec.crop_pct or 1.0
    assert isinstance(size, int), "the specification says so"

    def chunks() -> Iterator[Images]:
        for chunk in in_chunks(entry.images):
            yield central(chunk, size, share)

    count, side, _, channels = entry.images.shape
    return Contents(
        shape=(count, size, size, channels),
        chunks=chunks(),
        targets=entry.targets.enlarged(size / side),
        part=entry.part,
        class_names=entry.class_names,
        notes=(),
        checksum=entry.checksum,
    )


def _note(spec: DataSpec) -> str:
    size, larger = (f"{side}x{side}" for side in (spec.image_size, spec.source_size))
    share = "whole" if spec.crop_pct in (None, 1.0) else f"central {spec.crop_pct:.1%} of their sides"
    return (
        f"random resized crops are taken from images of {larger}; where there are none, in validation and test above "
        f"all, the {share} is resized to {size} (bicubic, antialiased)"
    )
