"""Which figures a report has, and what each draws: from records to the plain values of `drawing`."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

import pandas as pd

from suite.analysis.comparing.tuning import courses
from suite.analysis.figures import corruption, drawing, drawings
from suite.analysis.figures.picture import Picture
from suite.analysis.folder.reading import Records
from suite.core.metrics import by_name
from suite.core.outcomes import Outcome


def pictures(records: Records, rows: pd.DataFrame) -> list[Picture]:
    """All figures of a report, in the order of the page."""
    found: list[Picture] = []
    for track, part in rows.groupby("track", sort=False):
        found += [*_errors(records, str(track), part), *_curves(records, str(track))]
        found += [
            *_trials(records, str(track)),
            *_tuned(records, str(track)),
            *corruption.pictures(records, str(track)),
        ]
    return found + [
        picture for _, part in rows.groupby("track", sort=False) for picture in drawings.pictures(records, part)
    ]


def _errors(records: Records, track: str, rows: pd.DataFrame) -> Iterator[Picture]:
    series = list(records.study["candidates"]).index
    points = [
        drawing.Point(row["candidate"], series(row["candidate"]), row["macs"], *_percent(row))
        for row in rows[rows["rank"].notna() & (rows.macs > 0)].to_dict("records")
    ]
    if points:
        yield Picture(
            f"errors-{track}",
            f"Test error over multiply-adds, {track} track.",
            "Bars are the 95% intervals of the table; points of equal multiply-adds stand a little apart.",
            drawing.draw_points(points),
        )


def _percent(row: dict[Hashable, Any]) -> tuple[float, float, float]:
    return 100 * row["test_error"], 100 * row["test_error_low"], 100 * row["test_error_high"]


def _curves(records: Records, track: str) -> Iterator[Picture]:
    # Final runs that train on the validation images too have none left to validate on.
    selection = records.task.selection
    kind = "validation" if list(_curve(records, track, selection, error=True)) else "training"
    name = selection if kind == "validation" else f"train_{by_name(records.task.metrics)[selection].measure}"
    for label, file, lines in (
        (f"{kind} error [%]", "error", list(_curve(records, track, name, error=True))),
        ("training loss", "loss", list(_curve(records, track, "train_loss", error=False))),
    ):
        if lines:
            yield Picture(
                f"curves-{file}-{track}",
                f"{label.removesuffix(' [%]').capitalize()} of the final runs, {track} track.",
                "Lines are means over seeds, bands reach from the lowest to the highest seed.",
                drawing.draw_curves(lines, label),
            )


def _curve(records: Records, track: str, name: str, error: bool) -> Iterator[drawing.Curve]:
    for series, candidate in enumerate(records.study["candidates"]):
        keys = [f"{run}/{name}" for run in records.finals(candidate, track)]
        runs = [records.arrays[key] for key in keys if key in records.arrays]
        if runs:
            yield drawing.curve(candidate, series, [100 * (1 - run) if error else run for run in runs])


def _trials(records: Records, track: str) -> Iterator[Picture]:
    search = records.runs[(records.runs.track == track) & (records.runs.phase == "search")]
    selection = records.task.selection
    seen = search[search.outcome.isin([Outcome.COMPLETED, Outcome.PRUNED]) & search[selection].notna()]
    if seen.empty:
        return
    chosen = _selected(seen, selection)
    trials = [
        drawing.Trial(run["candidate"], 100 * (1 - run[selection]), run["outcome"], index in chosen)
        for index, run in zip(seen.index, seen.to_dict("records"), strict=True)
    ]
    yield Picture(
        f"search-{track}",
        f"Search, {track} track.",
        "Each trial's validation error when it ended; the selected one has the lowest of those that ran to the end.",
        drawing.draw_trials(trials),
    )


def _tuned(records: Records, track: str) -> Iterator[Picture]:
    found, series = courses(records, track), list(records.study["candidates"]).index
    lines = [
        drawing.curve(name, series(name), [100 * (1 - course)]) for name, course in found.items() if len(course) > 1
    ]
    if lines:
        yield Picture(
            f"tuning-{track}",
            f"What so many trials could be expected to find, {track} track.",
            "The expected lowest validation error of so many trials, were they drawn independently from those that "
            "were seen (Dodge et al. 2019): who would look better for having been given more trials.",
            drawing.draw_curves(lines, "best validation error [%]", over="trials"),
        )


def _selected(seen: pd.DataFrame, selection: str) -> set[object]:
    """The rows of the best completed trial of each candidate; of equals, the first."""
    completed = seen[seen.outcome == Outcome.COMPLETED]
    return set(completed.groupby("candidate", sort=False)[selection].idxmax())
