"""Boxes: where in each picture its object is, from a publisher's files to the image that the network gets.

A box is four edges in pixels, left, top, right and bottom, counted from the upper left corner of the picture: one
pixel at the very corner has the edges 0, 0, 1, 1. Every image has one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from suite.core.refusals import Refusal

Edges = npt.NDArray[np.float32]
"""(N, 4): left, top, right, bottom."""

EDGES = ("left", "top", "right", "bottom")


@dataclass
class Boxes:
    """The boxes of pictures as files have them, in the pictures' own pixels, and the place where each stands."""

    edges: list[tuple[float, ...]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def add(self, name: str, known: Mapping[str, Box], file: Path) -> None:
        """The box of a picture by its name in `file`. Raises Refusal where the file has none."""
        if name not in known:
            raise Refusal(f"{file} has no box for {name}: add its line, or take the picture away")
        self.edges.append(known[name].edges)
        self.places.append(known[name].place)


@dataclass(frozen=True)
class Box:
    """One box, and the file and line where it stands."""

    edges: tuple[float, ...]
    place: str


def by_name(file: Path, rows: Iterable[tuple[int, str, Sequence[str]]], inclusive: bool) -> dict[str, Box]:
    """Boxes by picture from (number of the line, name, four numbers as texts).

    inclusive: whether right and bottom name the last pixel that belongs to the box, not the edge behind it.
    Raises Refusal that names file and line for what is no box, for an empty one, and for a picture that comes twice.
    """
    found: dict[str, Box] = {}
    for number, name, texts in rows:
        place = f"{file}, line {number}"
        try:
            edges = [float(text) for text in texts]
        except ValueError:
            edges = []
        if len(edges) != 4 or not all(map(math.isfinite, edges)):
            raise Refusal(f"{place}: expected four numbers, {', '.join(EDGES)}, not {' '.join(texts) or 'nothing'!r}")
        left, top, right, bottom = edges
        box = left, top, right + inclusive, bottom + inclusive
        if box[2] <= box[0] or box[3] <= box[1]:
            raise Refusal(f"{place}: the box {' '.join(texts)} of {name} is empty; mend it or take the picture away")
        if name in found:
            raise Refusal(f"{place}: {name} has a box already ({found[name].place}); an image has one")
        found[name] = Box(box, place)
    return found


def in_images(boxes: Boxes, sizes: Sequence[tuple[int, int] | None], side: int) -> Edges:
    """The boxes in the square images of `side` pixels that pictures of these sizes (width, height) become.

    What lies beyond the central square is cut off. Raises Refusal, naming file and line, for a box that reaches out of
    its picture or has no part in that square. A picture whose size is not known (None) is refused elsewhere.
    """
    edges = np.array(boxes.edges, dtype=np.float64).reshape(-1, 4)
    known = np.array([size or (math.inf, math.inf) for size in sizes], dtype=np.float64).reshape(-1, 2)
    outside = (edges[:, :2] < 0).any(axis=1) | (edges[:, 2:] > known).any(axis=1)
    for row in np.flatnonzero(outside)[:1]:
        width, height = sizes[row] or (0, 0)
        raise Refusal(
            f"{boxes.places[row]}: the box reaches out of its picture of {width}x{height} pixels "
            f"({', '.join(f'{name} {edge:g}' for name, edge in zip(EDGES, edges[row], strict=True))}); mend it"
        )
    known = np.array([size or (1, 1) for size in sizes], dtype=np.float64).reshape(-1, 2)
    short = known.min(axis=1, keepdims=True)
    corner = np.tile((known - short) / 2, 2)
    square = np.clip((edges - corner) * (side / short), 0, side)
    cut = (square[:, 2] <= square[:, 0]) | (square[:, 3] <= square[:, 1])
    for row in np.flatnonzero(cut & np.array([size is not None for size in sizes]))[:1]:
        raise Refusal(
            f"{boxes.places[row]}: the box lies beside the central square of its picture, which is all that a network "
            "gets; take the picture away, or cut it out round the object"
        )
    return square.astype(np.float32)


def in_picture(fractions: npt.NDArray[np.floating], size: tuple[int, int]) -> npt.NDArray[np.float64]:
    """The other way: a box as fractions of the square that a network gets, (4,), in the pixels of a picture of `size`
    (width, height), of which that is the central square."""
    short = min(size)
    corner = np.tile((np.array(size, dtype=np.float64) - short) / 2, 2)
    return corner + np.clip(fractions.astype(np.float64), 0, 1) * short
