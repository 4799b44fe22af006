"""What a source of images delivers before it is divided: the one form that all sets take on their way to the cache."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.data.fit import Fit, Images
from suite.data.targets import Labels, Targets

TRAIN, VALIDATION, TEST = 0, 1, 2
"""The publisher's division of a set. Only VALIDATION that a folder brings along is marked as such."""

LEFT_OUT = 3
"""Of an image that is in no part."""

CHUNK = 1024
"""Images that are decoded, written and hashed at a time: bounds the memory whatever the size of the set."""

DIGEST_BYTES = 16

Digests = npt.NDArray[np.void]
"""(N,) of DIGEST_BYTES each: equal where the pixels of two images of one shape are."""


@dataclass
class Along:
    """What is found out of each file while its pixels come: complete once all chunks were read.

    originals: a digest of DIGEST_BYTES of each file's bytes. skipped: the row of each file that cannot be read and was
    left out of the chunks, and why; originals has none for it.
    """

    originals: list[bytes] = field(default_factory=list)
    skipped: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Contents:
    """A whole set, its pixels still to come.

    shape: (N, H, W, C). chunks: uint8 (n, H, W, C), together N images, in the order of targets and part.
    part: (N,) uint8 of TRAIN, VALIDATION, TEST. checksum: how the files compare with the publisher's, in words.
    files: each image's file, below the set's folder; none where a set has no file for each. along: what comes with the
    chunks of such a set. fit: how these pictures came to be images, where that is not what the set declares.
    resume: the chunks from the k-th on, where they are worth keeping one by one; what is found along comes with them.
    held_out: whether the test images are a part of the training images that was taken for them here.
    compared: whether near duplicates of test images are looked for: nobody has looked at a folder before.
    """

    shape: tuple[int, int, int, int]
    chunks: Iterable[Images]
    targets: Targets
    part: npt.NDArray[np.uint8]
    class_names: tuple[str, ...]
    notes: tuple[str, ...]
    checksum: str
    files: tuple[str, ...] = ()
    along: Along | None = None
    fit: Fit | None = None
    compared: bool = False
    held_out: bool = False
    resume: Callable[[int], Iterable[Images]] | None = None

    @property
    def labels(self) -> Labels:
        return self.targets.labels

    def settled(self) -> Contents:
        """The same without the images that did not come, once all chunks were read."""
        if self.along is None or not self.along.skipped:
            return self
        kept = np.array([row for row in range(self.shape[0]) if row not in self.along.skipped], np.int64)
        count = f"{len(self.along.skipped):,} of {self.shape[0]:,}"
        note = f"{count} pictures cannot be read and were left out (data.on_bad=skip): {self._lost()}"
        if self.notes:
            note += "; what is said of all pictures counts them, too"
        return replace(
            self,
            shape=(len(kept), *self.shape[1:]),
            targets=self.targets.take(kept),
            part=self.part[kept],
            notes=(*self.notes, note),
            files=tuple(self.files[row] for row in kept),
        )

    def _lost(self) -> str:
        """How many of each class did not come."""
        assert self.along is not None
        lost = np.bincount(self.labels[list(self.along.skipped)], minlength=len(self.class_names))
        words = [f"{self.class_names[label]} {lost[label]:,}" for label in np.flatnonzero(lost)]
        return ", ".join(words[:10]) + (f" and {len(words) - 10} more" if len(words) > 10 else "")


@dataclass(frozen=True)
class Source:
    """Where a set was found.

    identity: everything that the decoded images depend on, as JSON can hold it, cheap to find out: it keys the cache.
    """

    location: str
    identity: Any
    read: Callable[[], Contents]


def in_chunks(images: Images) -> Iterator[Images]:
    """An array that is in memory anyway, a chunk at a time."""
    for start in range(0, len(images), CHUNK):
        yield images[start : start + CHUNK]


def image_digests(images: Images) -> Digests:
    """One digest of DIGEST_BYTES for each image, so that equal pixels are found without comparing all pairs."""
    rows = np.ascontiguousarray(images).reshape(len(images), -1)
    digests = b"".join(hashlib.blake2b(row.data, digest_size=DIGEST_BYTES).digest() for row in rows)
    return np.frombuffer(digests, dtype=np.dtype((np.void, DIGEST_BYTES)))


def content_hash(contents: Contents, digests: Digests) -> str:
    """The identity of a set: blake2b over shape, pixels (through their digests), labels, division and class names.

    Targets besides labels follow at the end, so that sets without them keep the hash that finished runs carry.
    """
    whole = hashlib.blake2b(digest_size=DIGEST_BYTES)
    whole.update(repr(contents.shape).encode())
    whole.update(digests.tobytes())
    whole.update(contents.targets.label_bytes())
    whole.update(contents.part.tobytes())
    for name in contents.class_names:
        whole.update(f"{len(name)}:{name}".encode())
    for block in contents.targets.other_bytes():
        whole.update(block)
    return whole.hexdigest()


def images_hash(shape: tuple[int, ...], digests: Digests, targets: Targets) -> str:
    """Which images these are, in their order: blake2b over the shape of one (H, W, C), their digests and targets."""
    whole = hashlib.blake2b(digest_size=DIGEST_BYTES)
    whole.update(repr(tuple(int(size) for size in shape)).encode())
    whole.update(digests.tobytes())
    whole.update(targets.label_bytes())
    for block in targets.other_bytes():
        whole.update(block)
    return whole.hexdigest()


def conflicts_note(contents: Contents, digests: Digests) -> tuple[str, ...]:
    """A note about images that are there under two classes or more, pixel for pixel: all labels but one are wrong."""
    words = np.frombuffer(digests.tobytes(), np.uint64).reshape(len(digests), -1)
    order = np.lexsort((contents.labels, *words.T))
    same = (words[order][1:] == words[order][:-1]).all(axis=1)
    labels = contents.labels[order]
    rows = np.flatnonzero(same & (labels[1:] != labels[:-1]))
    if not len(rows):
        return ()
    one, two = order[rows[0]], order[rows[0] + 1]
    first = f"{contents.files[one]} = {contents.files[two]}" if contents.files else f"images {one} and {two}"
    return (
        f"{len(rows):,} images are there under two classes, pixel for pixel, so that one label is wrong (first "
        f"{first}); python -m suite.data duplicates=FILE.csv lists them",
    )


def duplicates_note(digests: Digests, part: npt.NDArray[np.uint8]) -> tuple[str, ...]:
    """A note when test images stand, pixel for pixel, among the training or validation images too."""
    test = digests[part == TEST]
    repeated = int(np.isin(test, digests[part != TEST]).sum())
    if not repeated:
        return ()
    have = "has" if repeated == 1 else "have"
    return (f"{repeated} of {len(test)} test images {have} an exact copy among the training or validation images",)
