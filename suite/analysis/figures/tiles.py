"""Test images side by side, each with a few words below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from suite.analysis.figures import drawing
from suite.analysis.figures.drawing import Value
from suite.analysis.folder.reading import Records
from suite.core.directories import EXAMPLE, EXAMPLE_PICTURE, LOOKED

ACROSS = 6
LONGEST = 15
"""Letters of a line below a tile that is as wide as a sixth of the page."""


@dataclass(frozen=True)
class Tile:
    """An image (h, w, 1 or 3), the lines below it, and what it says to those who point at it."""

    pixels: NDArray[np.uint8]
    lines: tuple[str, ...]
    text: str


def kept(records: Records, candidate: str, track: str) -> dict[int, NDArray[Any]]:
    """The pixels of test images, by their place, as far as the candidate's first final run kept them."""
    run = f"{candidate}/{track}/final/0"
    found: dict[int, NDArray[Any]] = {}
    with suppress(KeyError):  # tasks that keep none of the first images
        found |= dict(enumerate(records.shared(run, "picture")))
    if f"{run}/labels" in records.arrays and f"{run}/{EXAMPLE}s" not in records.arrays:
        return found  # tested on other images than those that others kept
    with suppress(KeyError):  # records of old
        examples = records.shared(run, EXAMPLE).tolist(), records.shared(run, EXAMPLE_PICTURE)
        found |= dict(zip(*examples, strict=True))
    return found


def looked(records: Records, candidate: str, track: str) -> dict[int, NDArray[Any]]:
    """Where the candidate's first final run looked, by the place of the image: (rows, columns) from 0 to 255."""
    run = f"{candidate}/{track}/final/0"
    heat = records.arrays.get(f"{run}/{LOOKED}")
    return {} if heat is None else dict(zip(records.shared(run, EXAMPLE).tolist(), heat, strict=True))


def heated(pixels: NDArray[np.uint8], heat: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An image (h, w, 1 or 3) in gray, (h, w, 3), with what speaks for the answer glowing over it."""
    height, width = pixels.shape[:2]
    gray = np.repeat(pixels.mean(axis=-1, keepdims=True), 3, axis=-1)
    share = np.asarray(Image.fromarray(heat).resize((width, height), Image.Resampling.BILINEAR), np.float64) / 255
    glow = 255 * mpl.colormaps["inferno"](share)[..., :3]
    weight = 0.75 * share[..., None]
    return ((1 - weight) * gray + weight * glow).round().astype(np.uint8)


def short(name: str, most: int = LONGEST) -> str:
    """A name that fits below a tile."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def counted(said: Mapping[str, int]) -> str:
    """What several runs say of an image: `cat`, where all agree, or `cat ×2, dog ×1`."""
    if len(said) == 1:
        return next(iter(said))
    return ", ".join(f"{name} ×{count}" for name, count in sorted(said.items(), key=lambda item: (-item[1], item[0])))


def draw_tiles(groups: Sequence[tuple[str, Sequence[Tile]]]) -> str:
    """Groups of tiles with a heading each, in rows of ACROSS; all tiles of one picture are of one size."""
    tiles = [tile for _, group in groups for tile in group]
    height, width = (max(tile.pixels.shape[axis] for tile in tiles) for axis in (0, 1))
    lines = max(len(tile.lines) for tile in tiles)
    across = min(ACROSS, max(len(group) for _, group in groups)) if len(groups) == 1 else ACROSS
    right = width * 1.14
    unit = right * across / (1.2 * across * 72)  # pixels of an image in a point of the page
    line, head = 10.5 * unit, 16.0 * unit if any(name for name, _ in groups) else 0.0
    row = height + lines * line + 9 * unit
    places, top = [], 0.0
    for name, group in groups:
        places.append((name, top))
        top += head + row * -(-len(group) // across)
    with mpl.rc_context({**drawing.STYLE, "axes.grid": False, "image.composite_image": False}):
        figure = Figure(figsize=(1.2 * across, top / unit / 72))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        said = []
        for (name, start), (_, group) in zip(places, groups, strict=True):
            axes.text(0, start + 2 * unit, name, va="top", fontsize=9, fontweight="bold")
            for number, tile in enumerate(group):
                left, above = number % across * right, start + head + number // across * row
                _show(axes, tile.pixels, left, above, width, height)
                for place, words in enumerate(tile.lines):
                    axes.text(left, above + height + place * line + 2 * unit, short(words), va="top", fontsize=8)
                said.append(Value(axes, left + width / 2, above + height / 2, tile.text, (width, height)))
        axes.set(xlim=(0, right * across), ylim=(top, 0))
        return drawing.svg(figure, said)


def _show(axes: Any, pixels: NDArray[np.uint8], left: float, top: float, width: int, height: int) -> None:
    shown = pixels if pixels.shape[-1] == 3 else pixels[..., 0]
    extent = (left, left + width, top + height, top)
    axes.imshow(shown, cmap="gray", vmin=0, vmax=255, interpolation="nearest", extent=extent, aspect="auto")
