"""Contact sheets: images in rows as one PNG file; a row for each class, or for what corruptions make of test images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from suite.core.durable import replacing
from suite.data.corruptions import STRENGTHS, corrupted
from suite.data.dataset import Dataset, Indices

if TYPE_CHECKING:
    from PIL import Image

IMAGES = 8
MOST_COLUMNS = 40
SIDE, GAP = 96, 4
"""In pixels: no image is shown smaller, and white lies between them."""
TEXT, MARGIN = 14, 240
"""Of names beside rows, in pixels: how high, and how wide at most."""


MOST_CLASSES = 100
"""That have a row: a sheet of more is looked at by nobody."""


def write_classes(dataset: Dataset, path: Path) -> str:
    """Write a row of training images for each class, its name beside it; returns which classes these are.

    Of a class with fewer images the row is shorter. Raises OSError where the file cannot be written.
    """
    names = dataset.class_names[:MOST_CLASSES]
    rows = np.full((len(names), IMAGES, *dataset.images.shape[1:]), 255, np.uint8)
    labels = dataset.labels[dataset.train]
    for number in range(len(names)):
        own = dataset.train[labels == number][:IMAGES]
        rows[number, : len(own)] = dataset.images[own]
    write(rows, path, names)
    return _shown(names, len(dataset.class_names), "rows")


def first_of_classes(dataset: Dataset) -> Indices:
    """Eight training images or more, one of each class among them, as far as a sheet has room."""
    count = max(IMAGES, min(dataset.num_classes, MOST_COLUMNS))
    return dataset.train[:count]


def _shown(names: Sequence[str], classes: int, what: str) -> str:
    more = f" ({len(names)} of {classes} classes; classes=[...] chooses others)" if len(names) < classes else ""
    return f"{what}: {', '.join(names)}{more}"


def write_corruptions(dataset: Dataset, kinds: Sequence[str], path: Path) -> None:
    """Write test images and, below each, what one kind makes of it from strength 1 to 5; of several kinds a row each:
    one test image, and to its right the five strengths. Raises OSError where the file cannot be written."""
    index = dataset.test[:IMAGES]
    if len(kinds) == 1:
        rows = [dataset.images[index], *(corrupted(dataset.images, index, kinds[0], number) for number in STRENGTHS)]
    else:
        shown = [index[row % len(index)][None] for row in range(len(kinds))]
        rows = [
            np.concatenate(
                [dataset.images[one], *(corrupted(dataset.images, one, kind, number) for number in STRENGTHS)]
            )
            for kind, one in zip(kinds, shown, strict=True)
        ]
    write(np.stack(rows), path)


def write(images: npt.NDArray[np.uint8], path: Path, names: Sequence[str] = ()) -> None:
    """Write (rows, columns, H, W, 1 or 3) as a PNG file, with names beside the rows, if there are any.

    Raises OSError where it cannot be written.
    """
    from PIL import Image

    sheet = Image.fromarray(arranged(images))
    with replacing(path) as partial:
        (_named(sheet, names) if names else sheet).save(partial, format="PNG")


def _named(sheet: Image.Image, names: Sequence[str]) -> Image.Image:
    """The sheet with a margin on its left, in which each row's name stands."""
    from PIL import Image, ImageDraw, ImageFont

    font, high = ImageFont.load_default(TEXT), sheet.height // len(names)
    width = min(MARGIN, max(math.ceil(font.getlength(name)) for name in names) + 2 * GAP)
    wide = Image.new("RGB", (width + sheet.width, sheet.height), "white")
    wide.paste(sheet, (width, 0))
    draw = ImageDraw.Draw(wide)
    for row, name in enumerate(names):
        draw.text((GAP, row * high + high // 2), name, "black", font, anchor="lm")
    wide.paste(sheet, (width, 0))  # over the ends of long names
    return wide


def arranged(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(rows, columns, H, W, 1 or 3) as one picture (h, w, 3), enlarged by a whole factor where they are small."""
    rows, columns, height, width, _ = images.shape
    times = max(1, -(-SIDE // max(height, width)))
    larger = images.repeat(times, axis=2).repeat(times, axis=3)
    height, width = height * times, width * times
    sheet = np.full((rows * (height + GAP) + GAP, columns * (width + GAP) + GAP, 3), 255, np.uint8)
    for row in range(rows):
        for column in range(columns):
            top, left = row * (height + GAP) + GAP, column * (width + GAP) + GAP
            sheet[top : top + height, left : left + width] = larger[row, column]
    return sheet
