"""The images that decide between two candidates, as a report shows them: how many, which, and what each says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis.comparing.deciding_images import Deciding, Image, of_track
from suite.analysis.figures.picture import Picture
from suite.analysis.figures.tiles import Tile, counted, draw_tiles, heated, kept, looked
from suite.analysis.folder.reading import Records

Pixels = Mapping[int, NDArray[np.uint8]]
"""The kept test images by their place."""

ROOM = 500_000
"""Bytes of pixels that the pictures of a page may have together: four pairs of images of 32 pixels, one of 64."""


@dataclass(frozen=True)
class Section:
    """Two candidates' deciding images. picture: of those whose pixels are kept; None where there are none."""

    title: str
    sentence: str
    table: pd.DataFrame
    picture: Picture | None


def sections(records: Records, rows: pd.DataFrame) -> list[Section]:
    """Those of the first and the runner-up of each track, and of whom the claims compare."""
    found = []
    for track, part in rows.groupby("track", sort=False):
        pixels = {name: kept(records, name, str(track)) for name in records.study["candidates"]}
        found += [(one, pixels[one.pair[0]]) for one in of_track(records, part, pixels) if one.images]
    told, room = [], ROOM
    for one, own in found:
        groups = _groups(records, one, own)
        size = sum(tile.pixels.nbytes for _, tiles in groups for tile in tiles)
        picture = _picture(records, one, groups) if 0 < size <= room else None
        room -= size if picture else 0
        title = f"{' and '.join(one.pair)}, {one.track} track"
        told.append(Section(title, _sentence(one), _table(one), picture))
    return told


def _sentence(one: Deciding) -> str:
    a, b = one.pair
    return (
        f"Of {one.tested:,} test images, {one.first:,} are right with every seed of {a} and with none of {b}, "
        f"{one.second:,} the other way round."
    )


def _table(one: Deciding) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Test image": f"{image.place:,}",
                "True class": image.true,
                **{
                    f"{name} says": f"{counted(said)}; {right} right"
                    for name, said, right in zip(one.pair, image.said, image.right, strict=True)
                },
            }
            for image in one.images
        ]
    )


def _groups(records: Records, one: Deciding, pixels: Pixels) -> list[tuple[str, list[Tile]]]:
    """The images that can be shown, by who is right more often."""
    shown = [image for image in one.images if image.place in pixels]
    heat = [looked(records, name, one.track) for name in one.pair]
    groups = [
        (f"{name} is right more often", [_tile(one, image, pixels, heat) for image in shown if image.ahead * sign > 0])
        for name, sign in zip(one.pair, (1, -1), strict=True)
    ]
    return [(name, tiles) for name, tiles in groups if tiles]


def _picture(records: Records, one: Deciding, groups: Sequence[tuple[str, Sequence[Tile]]]) -> Picture:
    a, b = one.pair
    heat = [looked(records, name, one.track) for name in one.pair]
    return Picture(
        f"deciding-{a}-{b}-{one.track}",
        f"Images that decide between {a} and {b}, {one.track} track.",
        "Of the images on which their seeds differ most, those whose pixels were kept. Below each its true class, then "
        f"what {a} says, then what {b} says, with the number of seeds where they do not agree.{_glow(one, heat)}",
        draw_tiles(groups),
        track=one.track,
        alt=f"{'; '.join(tile.text for _, tiles in groups for tile in tiles)}.",
    )


def _glow(one: Deciding, heat: Sequence[Pixels]) -> str:
    """How the glowing copies are read, where there are any."""
    seen = [name for name, own in zip(one.pair, heat, strict=True) if own]
    if not seen:
        return ""
    return (
        f" Under the image glows what spoke for the answer of the first final run of {', then of '.join(seen)} "
        "(Grad-CAM, Selvaraju et al. 2017): the brighter, the more."
    )


def _tile(one: Deciding, image: Image, pixels: Pixels, heat: Sequence[Pixels]) -> Tile:
    said = [counted(side) for side in image.said]
    lines = (image.true, *said)
    text = f"test image {image.place}: {image.true}; " + ", ".join(
        f"{name} says {words}" for name, words in zip(one.pair, said, strict=True)
    )
    return Tile(_stacked(pixels[image.place], [own[image.place] for own in heat if image.place in own]), lines, text)


def _stacked(pixels: NDArray[np.uint8], heat: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """An image with its glowing copies below it, each a thin white line apart."""
    if not heat:
        return pixels
    line = np.full((max(1, len(pixels) // 32), pixels.shape[1], 3), 255, np.uint8)
    colour = np.repeat(pixels, 3, axis=-1) if pixels.shape[-1] == 1 else pixels
    return np.concatenate([colour, *(part for own in heat for part in (line, heated(pixels, own)))])


def pictures(found: Sequence[Section]) -> list[Picture]:
    """Their pictures."""
    return [section.picture for section in found if section.picture is not None]
