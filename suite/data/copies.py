"""What becomes of training and validation images that are exact copies of test images: refused, said, or left out."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from suite.core.refusals import Refusal
from suite.data.cache import Entry
from suite.data.contents import LEFT_OUT, TEST, TRAIN, VALIDATION, duplicates_note
from suite.data.dataset import DROP, DataSpec
from suite.data.duplicates import exact

DROPPED = f"data.allow_duplicates={DROP}"


def without_copies(entry: Entry, spec: DataSpec) -> Entry:
    """The set without the training and validation images that are exact copies of test images, where that is asked."""
    test, others = np.flatnonzero(entry.part == TEST), np.flatnonzero(entry.part != TEST)
    copies = (
        others[np.isin(entry.digests[others], entry.digests[test])] if spec.allow_duplicates == DROP else others[:0]
    )
    if not len(copies):
        return entry
    part = entry.part.copy()
    part[copies] = LEFT_OUT
    whole = hashlib.blake2b(entry.hash.encode() + part.tobytes(), digest_size=16).hexdigest()
    said = duplicates_note(entry.digests, entry.part)
    note = f"{len(copies):,} images that are exact copies of test images were left out of the others ({DROPPED})"
    return replace(entry, part=part, hash=whole, notes=(*(text for text in entry.notes if text not in said), note))


def leaks(entry: Entry, spec: DataSpec) -> tuple[str, ...]:
    """Notes about test images that look like others. Raises Refusal for exact copies, unless they are allowed."""
    test, others = np.flatnonzero(entry.part == TEST), np.flatnonzero(np.isin(entry.part, (TRAIN, VALIDATION)))
    if not spec.allow_duplicates and np.isin(entry.digests[test], entry.digests[others]).any():
        pairs, files = exact(entry.digests, test, others), entry.files()
        first = ", ".join(f"{files[index]} = {files[other]}" for index, other in pairs[:5])
        raise Refusal(
            f"{len(pairs):,} of {len(test):,} test images are exact copies of training or validation images, so that "
            f"they test nothing ({first}{', ...' if len(pairs) > 5 else ''}): take out one of each; "
            f"{DROPPED} leaves out those that are no test images, data.allow_duplicates=true measures with them and "
            "says so in the report"
        )
    return entry.alike
