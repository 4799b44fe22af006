"""Pictures that a set has twice: exact copies by their pixels, and near ones by small sketches of them.

A test image that stands among the training images too is no test. Exact copies are equal images, pixel for pixel. Near
ones are sketched as 8x8 colours, each channel's mean taken out and their length made 1; the product of two sketches is
their correlation, and from `ALIKE` on they are nearly always one subject: saved anew, resized, slightly cut or
brightened (CIFAR-10's test against its training images: every pair looked at was). Mirrored or much cut pictures are
not found; where all pictures of a set look alike (digits, X-rays of one kind), it tells less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from suite.data.contents import CHUNK, TEST, TRAIN, VALIDATION, Digests
from suite.data.dataset import Indices
from suite.data.fit import Images

SIDE = 8
ALIKE = 0.98
TINT = 32.0
"""How far the mean of a channel may lie from the other picture's, in levels of 255."""

FLAT = 4.0
"""Standard deviation, in levels of 255, below which a sketch is of nothing and is compared with none."""

MANY = 0.1
"""From this part of the test images on, those that look like others are likelier subjects than chance."""

_SUBJECTS = (
    "; this looks like the same subject in several pictures: data.group=parent (a folder for each subject) or "
    "data.group='PATTERN' (on the path, the subject in brackets) keeps each on one side"
)

MOST_PAIRS = 2_000_000_000
"""That are compared: a minute or two on two cores."""

_ROWS, _COLUMNS = 512, 8192

Pairs = list[tuple[int, int]]


@dataclass(frozen=True)
class Sketches:
    """shapes: (N, 64 C) float32 of length 1, zeros for images that are nearly of one colour. colours: (N, C), means."""

    shapes: npt.NDArray[np.float32]
    colours: npt.NDArray[np.float32]


def sketches(images: Images) -> Sketches:
    """Of (N, H, W, C) uint8, which may be a map."""
    count, height, width, channels = images.shape
    shapes = np.zeros((count, SIDE * SIDE * channels), np.float32)
    colours = np.zeros((count, channels), np.float32)
    down, across = _averaging(height), _averaging(width)
    for start in range(0, count, CHUNK):
        some = images[start : start + CHUNK].astype(np.float32)
        rows = (down @ some.reshape(len(some), height, -1)).reshape(-1, width, channels)
        small = (across @ rows).reshape(len(some), -1, channels)
        means = small.mean(axis=1, keepdims=True)
        shape = (small - means).reshape(len(some), -1)
        length = np.linalg.norm(shape, axis=1, keepdims=True)
        flat = length < FLAT * np.sqrt(shape.shape[1])
        shapes[start : start + len(some)] = np.where(flat, 0, shape / np.maximum(length, 1e-6))
        colours[start : start + len(some)] = means[:, 0]
    return Sketches(shapes, colours)


def _averaging(side: int) -> npt.NDArray[np.float32]:
    """(SIDE, side): each row averages its share of a line of `side` pixels, parts of pixels included."""
    edges = np.linspace(0, side, SIDE + 1)
    pixels = np.arange(side)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    weights = np.maximum(overlap, 0)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def near(found: Sketches, some: npt.NDArray[np.int64], others: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Pairs (of `some`, of `others`) that are alike, each image's own excepted; both within one part once.

    Raises ValueError where there are more than MOST_PAIRS to compare.
    """
    if len(some) * len(others) > MOST_PAIRS:
        raise ValueError(f"{len(some):,} images were not compared with {len(others):,}: that takes too long")
    one_part = some is others
    for start in range(0, len(some), _ROWS):
        rows = found.shapes[some[start : start + _ROWS]]
        for left in range(0 if not one_part else start - start % _COLUMNS, len(others), _COLUMNS):
            alike = np.nonzero(rows @ found.shapes[others[left : left + _COLUMNS]].T >= ALIKE)
            mine, theirs = some[start + alike[0]], others[left + alike[1]]
            tinted = np.abs(found.colours[mine] - found.colours[theirs]).max(axis=1) <= TINT
            for row, column in zip(mine[tinted].tolist(), theirs[tinted].tolist(), strict=True):
                if not one_part or row < column:
                    yield row, column


def exact(digests: Digests, some: npt.NDArray[np.int64], others: npt.NDArray[np.int64]) -> Pairs:
    """Pairs (of `some`, of `others`) whose images are equal, with the first of the others that is."""
    first: dict[bytes, int] = {}
    for index in others.tolist():
        first.setdefault(digests[index].tobytes(), index)
    pairs = ((index, first.get(digests[index].tobytes(), index)) for index in some.tolist())
    return [(index, other) for index, other in pairs if index != other]


def alike_note(
    images: Images, part: npt.NDArray[np.uint8], digests: Digests, files: Sequence[str], ours: bool = False
) -> tuple[str, ...]:
    """A note about test images that look like training or validation images, exact copies aside.

    ours: whether they were taken from among these here, and no group was given to keep subjects together.
    """
    test, others = np.flatnonzero(part == TEST), np.flatnonzero((part == TRAIN) | (part == VALIDATION))
    try:
        pairs = list(near(sketches(images), test, others))
    except ValueError as error:
        return (f"near duplicates were not looked for: {error}",)
    copied = set(test[np.isin(digests[test], digests[others])].tolist())
    pairs = [(index, other) for index, other in pairs if index not in copied]
    if not pairs:
        return ()
    count = len({index for index, _ in pairs})
    look = "looks" if count == 1 else "look"
    first = ", ".join(f"{files[index]} like {files[other]}" for index, other in pairs[:3])
    return (
        f"{count:,} of {len(test):,} test images {look} like training or validation images and may be the same "
        f"pictures or subjects ({first}{', ...' if len(pairs) > 3 else ''}); python -m suite.data duplicates=FILE.csv "
        f"lists them{_SUBJECTS if ours and count >= MANY * len(test) else ''}",
    )


def table(images: Images, digests: Digests, parts: dict[str, Indices]) -> list[tuple[str, str, int, str, int]]:
    """(kind, part, image, part, image) of every pair within and between the parts, exact copies first.

    Raises ValueError where there are too many images to compare.
    """
    drawn = sketches(images)
    rows: list[tuple[str, str, int, str, int]] = []
    names = list(parts)
    for place, one in enumerate(names):
        for other in names[place:]:
            some, others = parts[other], parts[one]
            equal = exact(digests, some, others)
            rows += [("exact", other, index, one, twin) for index, twin in equal]
            known = {frozenset(pair) for pair in equal}
            ordered = np.sort(some)
            pairs = near(drawn, ordered, ordered if one == other else np.sort(others))
            rows += [
                ("near", other, index, one, twin)
                for index, twin in pairs
                if frozenset((index, twin)) not in known and digests[index] != digests[twin]
            ]
    return sorted(rows, key=lambda row: row[0])
