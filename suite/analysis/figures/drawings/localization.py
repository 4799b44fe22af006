"""How far the boxes are right: the share of right images over the least overlap, and test images with both boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from suite.analysis.figures import drawing
from suite.analysis.figures.picture import Picture
from suite.analysis.folder.reading import Records
from suite.tasks.localization import ENOUGH, overlap_curve

ACROSS = 6
"""Images side by side."""

TRUE, FOUND = drawing.COLORS[2], drawing.COLORS[1]
"""The colours of true and of predicted boxes."""


@dataclass(frozen=True)
class Shown:
    """A test image, what stands above it, and its boxes, (4,): left, top, right, bottom as fractions of the sides."""

    pixels: NDArray[np.uint8]
    truth: NDArray[Any]
    found: NDArray[Any]
    line: str


def pictures(records: Records, rows: pd.DataFrame) -> Iterator[Picture]:
    """The overlap curves of one track, and for each of its candidates the first test images."""
    tracks = [str(track) for track in rows.track.unique()]
    for track in tracks:
        if curves := overlaps(records, track):
            yield Picture(
                f"overlap-{track}",
                f"Right images over the least overlap, {track} track.",
                "Share of the test images whose class is right and whose box overlaps the true one by at least so "
                f"much; the table's error is read at {ENOUGH:g}. Lines are means over seeds, bands reach from the "
                "lowest to the highest seed.",
                draw_overlaps(curves),
                alt=_at_enough(curves),
            )
    for candidate, track in rows[["candidate", "track"]].itertuples(index=False):
        if shown := first_images(records, str(candidate), str(track)):
            yield Picture(
                f"boxes-{candidate}-{track}",
                f"Where {candidate} sees the objects, {track} track.",
                f"The first {len(shown)} test images with the true and the predicted box of the first final run; above "
                "each the predicted class, the overlap, and in brackets the true class where it is another.",
                draw_boxes(shown),
                str(candidate),
                str(track),
                alt=f"{'; '.join(image.line.replace(chr(10), ' ') for image in shown)}.",
            )


def overlaps(records: Records, track: str) -> list[drawing.Curve]:
    """A curve for each candidate: the share of right images at each least overlap."""
    found = []
    for series, candidate in enumerate(records.study["candidates"]):
        runs, thresholds = [], np.zeros(0)
        for run in records.finals(candidate, track):
            hit = records.arrays[f"{run}/predicted"] == records.shared(run, "label")
            thresholds, shares = overlap_curve(records.arrays[f"{run}/iou"].astype(np.float64), hit)
            runs.append(shares)
        if runs:
            table = np.stack(runs)
            ends = table.mean(axis=0), table.min(axis=0), table.max(axis=0)
            found.append(drawing.Curve(candidate, series, thresholds, *ends))
    return found


def _at_enough(curves: Sequence[drawing.Curve]) -> str:
    """The shares at the overlap that the table counts, in words."""
    said = [f"{line.label} {100 * np.interp(ENOUGH, line.epochs, line.mean):.1f}%" for line in curves]
    return f"Right where the overlap has to be {ENOUGH:g}: {'; '.join(said)}."


def first_images(records: Records, candidate: str, track: str) -> list[Shown]:
    """The test images that are kept with their pixels, as the candidate's first final run sees them."""
    runs = records.finals(candidate, track)[:1]
    names = list(records.study["data"]["class_names"])
    found = []
    for run in runs:
        label, truth = records.shared(run, "label"), records.shared(run, "truth")
        own = {name: records.arrays[f"{run}/{name}"] for name in ("predicted", "box", "iou")}
        for row, pixels in enumerate(records.shared(run, "picture")):
            said, wanted = names[int(own["predicted"][row])], names[int(label[row])]
            line = f"{_short(said)} {float(own['iou'][row]):.2f}" + ("" if said == wanted else f"\n({_short(wanted)})")
            found.append(Shown(pixels, truth[row], own["box"][row], line))
    return found


def _short(name: str) -> str:
    return name if len(name) <= 12 else f"{name[:11]}…"


def draw_overlaps(curves: Sequence[drawing.Curve]) -> str:
    """A line for each curve's mean in percent and a band for its extremes, with a mark at the least overlap that is
    right."""
    with mpl.rc_context(drawing.STYLE):
        figure = Figure(figsize=(5.6, 3.7), layout="constrained")
        axes = figure.subplots()
        for line in curves:
            color, style = drawing.look(line.series, drawing.STYLES)
            axes.plot(line.epochs, 100 * line.mean, color=color, linestyle=style, linewidth=1.6, label=line.label)
            axes.fill_between(line.epochs, 100 * line.low, 100 * line.high, color=color, alpha=0.18, linewidth=0)
        axes.axvline(ENOUGH, color=drawing.INK, linewidth=0.8, linestyle=":")
        axes.set(xlabel="least overlap (intersection over union)", ylabel="right images [%]", xlim=(0, 1))
        axes.set_ylim(bottom=0)
        figure.legend(loc="outside lower center", ncols=3)
        percent = [replace(line, mean=100 * line.mean, low=100 * line.low, high=100 * line.high) for line in curves]
        said = [value for line in percent for value in drawing.values_of(axes, line, "least overlap")]
        return drawing.svg(figure, said)


def draw_boxes(shown: Sequence[Shown]) -> str:
    """The images in rows, each with its true and its predicted box."""
    lines = -(-len(shown) // ACROSS)
    with mpl.rc_context({**drawing.STYLE, "axes.grid": False, "font.size": 6.5}):
        figure = Figure(figsize=(7.2, 0.4 + 1.55 * lines), layout="constrained")
        places = figure.subplots(lines, ACROSS, squeeze=False).ravel()
        for axes in places:
            axes.set_axis_off()
        for axes, image in zip(places, shown, strict=False):
            height, width, channels = image.pixels.shape
            pixels = image.pixels if channels == 3 else image.pixels[..., 0]
            axes.imshow(pixels, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
            for box, color, style in ((image.truth, TRUE, "-"), (image.found, FOUND, "--")):
                left, top, right, bottom = np.asarray(box, np.float64) * (width, height, width, height) - 0.5
                size = max(right - left, 0.0), max(bottom - top, 0.0)
                axes.add_patch(Rectangle((left, top), *size, fill=False, ec=color, linestyle=style, linewidth=1.6))
            axes.set_title(image.line, fontsize=6.5, pad=2, loc="left")
        kinds = ((TRUE, "true"), (FOUND, "predicted"))
        handles = [Patch(fill=False, edgecolor=color, label=label) for color, label in kinds]
        figure.legend(handles=handles, loc="outside lower center", ncols=2)
        return drawing.svg(figure)
