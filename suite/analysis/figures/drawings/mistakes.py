"""Where each candidate is most sure and wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from suite.analysis.figures.drawings import own
from suite.analysis.figures.picture import Picture
from suite.analysis.figures.tiles import ACROSS, Tile, draw_tiles
from suite.analysis.folder.reading import Records
from suite.core.directories import MISTAKE, MISTAKE_PICTURE

ROOM = 40_000
"""Bytes of pixels of one candidate from which on there is one row of them."""


def pictures(records: Records, rows: pd.DataFrame) -> Iterator[Picture]:
    """The most confident mistakes of each candidate's first final run, where it kept their pixels."""
    for candidate, track in own(rows)[["candidate", "track"]].itertuples(index=False):
        run = f"{candidate}/{track}/final/0"
        if len(records.arrays.get(f"{run}/{MISTAKE}", ())):
            tiles = mistakes(records, run)
            tiles = tiles[: max(ACROSS, ROOM // tiles[0].pixels.nbytes)]
            yield Picture(
                f"mistakes-{candidate}-{track}",
                f"Where {candidate} is most sure and wrong, {track} track.",
                "The test images that the first final run gets wrong with the highest confidence; below each its true "
                "class, then the predicted one with its confidence.",
                draw_tiles([("", tiles)]),
                str(candidate),
                str(track),
                alt=f"{'; '.join(tile.text for tile in tiles)}.",
            )


def mistakes(records: Records, run: str) -> list[Tile]:
    """The images that a run kept, as it saw them."""
    names, labels = list(records.study["data"]["class_names"]), records.shared(run, "label")
    found = []
    for place, pixels in zip(
        records.arrays[f"{run}/{MISTAKE}"], records.arrays[f"{run}/{MISTAKE_PICTURE}"], strict=True
    ):
        true = names[int(labels[place])]
        seen = names[int(records.arrays[f"{run}/predicted"][place])]
        sure = f"{float(records.arrays[f'{run}/confidence'][place]):.2f}"
        found.append(Tile(pixels, (true, f"{seen} {sure}"), f"test image {place}: {true}, taken for {seen} ({sure})"))
    return found
