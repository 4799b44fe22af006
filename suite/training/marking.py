"""Where a network sees the objects of somebody's pictures: a table, and copies with the boxes drawn."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import ImageDraw

from suite.core.durable import replacing
from suite.data.boxes import EDGES, in_picture
from suite.data.decoding import upright
from suite.data.fit import Fit

COLOR = (213, 94, 0)
KEPT_SUFFIXES = (".jpg", ".jpeg", ".png")
"""A copy of another kind of picture becomes a PNG."""

PIXELS_A_LINE = 150
"""Of a picture's shorter side, for each pixel of the line round its box."""

TABLE = "boxes.csv"
COLUMNS = ["image", "class", "confidence", *EDGES]


def marked(
    paths: list[Path],
    root: Path,
    folder: Path,
    fit: Fit,
    rows: list[list[tuple[str, float]]],
    boxes: npt.NDArray[np.floating],
) -> list[list[str]]:
    """Write copies of the pictures at or below `root` with their boxes, and TABLE, into `folder`; returns the table.

    fit: how the pictures came to the network; rows: their classes with confidences, likeliest first; boxes: (n, 4) as
    fractions of the sides of what it got. Raises OSError where something cannot be written.
    """
    table = [COLUMNS]
    for path, ((name, share), *_), box in zip(paths, rows, boxes, strict=True):
        edges = draw(path, box, fit, copy_of(path, root, folder))
        table.append([str(path), name, f"{share:.6f}", *(f"{edge:.1f}" for edge in edges)])
    with replacing(folder / TABLE) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(table)
    return table


def draw(path: Path, fractions: npt.NDArray[np.floating], fit: Fit, copy: Path) -> npt.NDArray[np.float64]:
    """Write a copy of one picture with its box; returns left, top, right and bottom in the picture's pixels, (4,)."""
    picture = upright(path)
    edges = in_picture(fit.undone(fractions), picture.size)
    left, top, right, bottom = (round(float(edge)) for edge in edges)
    if right > left and bottom > top:  # edges in the wrong order are no box
        width = max(1, round(min(picture.size) / PIXELS_A_LINE))
        ImageDraw.Draw(picture).rectangle((left, top, right - 1, bottom - 1), outline=COLOR, width=width)
    copy.parent.mkdir(parents=True, exist_ok=True)
    picture.save(copy, **({} if copy.suffix.lower() == ".png" else {"quality": 95}))
    return edges


def copy_of(path: Path, root: Path, folder: Path) -> Path:
    """Where the copy of a picture at or below `root` goes below `folder`."""
    place = folder / (path.relative_to(root) if root.is_dir() else path.name)
    return place if place.suffix.lower() in KEPT_SUFFIXES else place.with_name(f"{place.name}.png")
