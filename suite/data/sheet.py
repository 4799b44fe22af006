"""Contact sheets: images in rows as one PNG file, and the sheet of what corruptions make of test images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from suite.core.durable import replacing
from suite.data.corruptions import STRENGTHS, corrupted
from suite.data.dataset import Dataset

IMAGES = 8
SIDE, GAP = 96, 4
"""In pixels: no image is shown smaller, and white lies between them."""


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


def write(images: npt.NDArray[np.uint8], path: Path) -> None:
    """Write (rows, columns, H, W, 1 or 3) as a PNG file. Raises OSError where it cannot be written."""
    from PIL import Image

    with replacing(path) as partial:
        Image.fromarray(arranged(images)).save(partial, format="PNG")


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
