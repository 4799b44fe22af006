"""How the final runs have learned: over the epochs, and over the seconds of their training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis.figures import drawing
from suite.analysis.figures.drawing import Curve
from suite.analysis.figures.picture import Picture
from suite.analysis.folder import clocks, epochs
from suite.analysis.folder.reading import Records
from suite.analysis.folder.seeds import completed
from suite.core.metrics import by_name

BANDS = "Lines are means over seeds, bands reach from the lowest to the highest seed."


def pictures(records: Records, rows: pd.DataFrame) -> Iterator[Picture]:
    """The curves of one track: error and loss over the epochs, and the error over the time of training."""
    track = str(rows.track.iloc[0])
    # Final runs that train on the validation images too have none left to validate on.
    selection = records.task.selection
    kind = "validation" if list(curves(records, track, selection, error=True)) else "training"
    name = selection if kind == "validation" else f"train_{by_name(records.task.metrics)[selection].measure}"
    errors = list(curves(records, track, name, error=True))
    for label, file, lines in (
        (f"{kind} error [%]", "error", errors),
        ("training loss", "loss", list(curves(records, track, "train_loss", error=False))),
    ):
        if lines:
            yield Picture(
                f"curves-{file}-{track}",
                f"{label.removesuffix(' [%]').capitalize()} of the final runs, {track} track.",
                BANDS,
                drawing.draw_curves(lines, label),
                alt=drawing.ends(lines),
            )
    timed = list(over_seconds(records, rows, errors))
    if len(timed) > 1:
        yield Picture(
            f"curves-seconds-{track}",
            f"{kind.capitalize()} error over the time of training, {track} track.",
            f"{BANDS} The time is that of the training steps, its mean over the seeds{_shared(records, timed, track)}.",
            drawing.draw_curves(timed, f"{kind} error [%]", over="seconds of training"),
            alt=drawing.ends(timed),
        )


def curves(records: Records, track: str, name: str, error: bool) -> Iterator[Curve]:
    """A curve for each candidate that has runs with values of that name; errors are in percent."""
    for series, candidate in enumerate(records.study["candidates"]):
        keys = [f"{run}/{name}" for run in records.finals(candidate, track)]
        runs = [records.arrays[key] for key in keys if key in records.arrays]
        if runs:
            yield drawing.curve(candidate, series, [100 * (1 - run) if error else run for run in runs])


def over_seconds(records: Records, rows: pd.DataFrame, lines: list[Curve]) -> Iterator[Curve]:
    """The same curves over time: of candidates whose times may be compared, and that have more than one point."""
    track, timed = str(rows.track.iloc[0]), clocks.comparable(rows)
    for line in lines:
        if line.label in timed and len(line.epochs) > 1:
            yield replace(line, epochs=_seconds(records, line.label, track, len(line.epochs)))


def _seconds(records: Records, candidate: str, track: str, count: int) -> NDArray[np.float64]:
    """When each of `count` epochs ended, in seconds of training, (E,): the mean over the seeds."""
    runs = completed(records, candidate, track).to_dict("records")
    return np.stack([epochs.ends(records, run, count) for run in runs]).mean(axis=0)


def _shared(records: Records, timed: list[Curve], track: str) -> str:
    """What has to be said where the epochs' own times were not kept."""
    known = epochs.all_known(records, [line.label for line in timed], track)
    return "" if known else f", {epochs.EVENLY}"
