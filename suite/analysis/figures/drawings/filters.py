"""What the first layer of each network looks for, and what it makes of an image."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from suite.analysis.figures import drawing
from suite.analysis.figures.drawings import own
from suite.analysis.figures.picture import Picture
from suite.analysis.folder.reading import Records
from suite.core.directories import EXAMPLE, FILTERS, FIRST_MAPS

ACROSS = 16
"""Filters side by side."""
LEAST = 2
"""Pixels of a filter's shorter side from which there is something to see."""


def pictures(records: Records, rows: pd.DataFrame) -> Iterator[Picture]:
    """The first filters of each candidate's first final run, as far as they were kept and can be drawn."""
    for candidate, track in own(rows)[["candidate", "track"]].itertuples(index=False):
        filters = records.arrays.get(f"{candidate}/{track}/final/0/{FILTERS}")
        if filters is None or min(filters.shape[1:3]) < LEAST or filters.shape[-1] not in (1, 3):
            continue
        count, height, width, _ = filters.shape
        yield Picture(
            f"filters-{candidate}-{track}",
            f"What the first layer of {candidate} looks for, {track} track.",
            f"The first {count} filters of the first final run, {height}x{width} pixels each. Gray is zero; each "
            "is drawn to the full range of its own weights.",
            draw_filters(filters.astype(np.float64)),
            str(candidate),
            str(track),
        )
    for candidate, track in own(rows)[["candidate", "track"]].itertuples(index=False):
        maps = records.arrays.get(f"{candidate}/{track}/final/0/{FIRST_MAPS}")
        if maps is not None:
            image, true = _first_example(records, f"{candidate}/{track}/final/0")
            yield Picture(
                f"maps-{candidate}-{track}",
                f"What the first layer of {candidate} makes of a test image, {track} track.",
                f"The first {len(maps)} maps of its first final run for test image {image}: {true}. Gray is zero, "
                "white what a filter looks for, black its opposite; each is drawn to its own full range.",
                draw_filters(maps[..., None].astype(np.float64)),
                str(candidate),
                str(track),
            )


def _first_example(records: Records, run: str) -> tuple[int, str]:
    """The place and the class of the first test image that a run kept."""
    place = int(records.shared(run, EXAMPLE)[0])
    return place, str(records.study["data"]["class_names"][int(records.shared(run, "label")[place])])


def draw_filters(filters: NDArray[np.float64]) -> str:
    """Filters (n, h, w, 1 or 3) as one picture of tiles, a pixel of margin between them."""
    with mpl.rc_context({**drawing.STYLE, "axes.grid": False}):
        tiles = tiled(filters)
        height, width = tiles.shape[:2]
        figure = Figure(figsize=(7.2, max(0.4, 7.2 * height / width)), layout="constrained")
        axes = figure.subplots()
        axes.set_axis_off()
        axes.imshow(tiles, interpolation="nearest")
        return drawing.svg(figure)


def tiled(filters: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of `ACROSS` filters, (H, W, 4) from 0 to 1: zero is 0.5, the largest weight of each filter 0 or 1; what lies
    between the tiles is transparent."""
    count, height, width, channels = filters.shape
    largest = np.abs(filters).max(axis=(1, 2, 3), keepdims=True)
    values = 0.5 + 0.5 * filters / np.where(largest > 0, largest, 1.0)
    values = np.repeat(values, 3, axis=-1) if channels == 1 else values
    across = min(ACROSS, count)
    lines = -(-count // across)
    sheet = np.zeros((lines * (height + 1) - 1, across * (width + 1) - 1, 4))
    for number, tile in enumerate(values):
        top, left = (number // across) * (height + 1), (number % across) * (width + 1)
        sheet[top : top + height, left : left + width, :3] = tile
        sheet[top : top + height, left : left + width, 3] = 1.0
    return sheet
