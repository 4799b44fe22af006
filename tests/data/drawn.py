"""Pictures of one bright rectangle on noise, whose colour is their class, in Tiny ImageNet's layout with its boxes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

COLOURS = {"n01": (255, 60, 60), "n02": (60, 255, 60), "n03": (60, 60, 255)}


def rectangle(random: np.random.Generator, colour: tuple[int, ...], side: int) -> tuple[np.ndarray, tuple[int, ...]]:
    """(side, side, 3) uint8 and its box: left, top and the last column and row, as the publisher writes them."""
    size = random.integers(side // 4, 3 * side // 4, 2)
    left, top = (int(random.integers(0, side - length + 1)) for length in size)
    right, bottom = left + int(size[0]) - 1, top + int(size[1]) - 1
    pixels = random.integers(0, 90, (side, side, 3), dtype=np.uint8)
    pixels[top : bottom + 1, left : right + 1] = colour
    return pixels, (left, top, right, bottom)


def tiny_imagenet(root: Path, train: int = 20, test: int = 10, side: int = 32, seed: int = 0) -> Path:
    """`train` and `test` pictures of each of three colours, with boxes for all."""
    random = np.random.default_rng(seed)
    annotations = []
    for wnid, colour in COLOURS.items():
        lines = []
        for number in range(train):
            lines.append(_write(root / "train" / wnid / "images" / f"{wnid}_{number}.png", random, colour, side))
        (root / "train" / wnid / f"{wnid}_boxes.txt").write_text("\n".join(lines) + "\n")
        for number in range(test):
            line = _write(root / "val" / "images" / f"val_{wnid}_{number}.png", random, colour, side)
            name, _, box = line.partition("\t")
            annotations.append(f"{name}\t{wnid}\t{box}")
    (root / "val" / "val_annotations.txt").write_text("\n".join(annotations) + "\n")
    (root / "words.txt").write_text("n01\tred\nn02\tgreen\nn03\tblue\n")
    return root


def _write(path: Path, random: np.random.Generator, colour: tuple[int, ...], side: int) -> str:
    """Write one picture; returns its line: name and box, between tabs."""
    pixels, box = rectangle(random, colour, side)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return "\t".join([path.name, *map(str, box)])


def edges_of(image: np.ndarray) -> list[int]:
    """Left, top, right and bottom edge of the bright rectangle in (H, W, 3)."""
    bright = image.max(axis=-1) > 150
    rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
    return [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1]
