"""Which figures a report has, and what each draws: from records to the plain values of the drawings."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from suite.analysis.figures import corruption, drawings, importances, learning, progress, scatter, timeline, trials
from suite.analysis.figures.picture import Picture
from suite.analysis.folder import latencies
from suite.analysis.folder.reading import Records
from suite.analysis.units import duration, milliseconds, missing, scaled, whole
from suite.core.latency import SECONDS
from suite.core.outcomes import Outcome

COSTS = {
    "errors": ("macs", "multiply-adds", "multiply-adds for one image", scaled, ""),
    "parameters": ("trainable_params", "parameters", "learned parameters", whole, ""),
    "seconds": ("device_seconds", "time of training", "seconds of one training", duration, ""),
    "latency": (SECONDS, "latency", "latency of one image", milliseconds, "s"),
}
"""By the name of a picture: the column of the cost, what it is called, what stands at its axis, how it is said, and
the unit that the axis' numbers have a prefix of."""


def pictures(records: Records, rows: pd.DataFrame) -> list[Picture]:
    """All figures of a report, in the order of the page."""
    found: list[Picture] = []
    for track, part in rows.groupby("track", sort=False):
        found += [*_errors(records, str(track), part), *timeline.pictures(records, part)]
        found += [*learning.pictures(records, part), *_trials(records, str(track))]
        found += [*progress.pictures(records, str(track)), *importances.pictures(records, str(track))]
        found += corruption.pictures(records, str(track))
    return found + [
        picture for _, part in rows.groupby("track", sort=False) for picture in drawings.pictures(records, part)
    ]


def _errors(records: Records, track: str, rows: pd.DataFrame) -> Iterator[Picture]:
    """Errors against each cost. Where all cost the same, the first alone is drawn: it says so, too."""
    series = list(records.study["candidates"]).index
    for name, (column, title, axis, said, unit) in COSTS.items():
        points = [
            scatter.Point(row["candidate"], series(row["candidate"]), row[column], *_percent(row), said(row[column]))
            for row in rows[rows["rank"].notna()].to_dict("records")
            if not missing(row.get(column)) and row[column] > 0
        ]
        costs = [point.cost for point in points]
        if not points or (name != "errors" and max(costs) < 1.03 * min(costs)) or not _comparable(name, rows):
            continue
        best = [point.label for point in scatter.front(points)]
        steps = f" No other candidate is both better and cheaper than {', '.join(best)}: the line of steps."
        yield Picture(
            f"{name}-{track}",
            f"Test error over {title}, {track} track.",
            f"Bars are the 95% intervals of the table; points of equal {title} stand a little apart."
            f"{steps if len(best) > 1 else ''}",
            scatter.draw_points(points, axis, unit=unit),
            alt=f"{'; '.join(point.text for point in points)}.",
            small=scatter.draw_points(points, axis, small=True) if name == "errors" else "",
        )


def _comparable(name: str, rows: pd.DataFrame) -> bool:
    """Whether a picture's costs may stand on one axis: times of several kinds of timing may not."""
    ranked = rows[rows["rank"].notna()]
    if name == "latency":
        return latencies.comparable([str(timing) for timing in ranked.latency_timing.dropna()])
    return name != "seconds" or ranked.timing.nunique() == 1


def _percent(row: Mapping[Hashable, Any]) -> tuple[float, float, float]:
    return 100 * row["test_error"], 100 * row["test_error_low"], 100 * row["test_error_high"]


def _trials(records: Records, track: str) -> Iterator[Picture]:
    search = records.runs[(records.runs.track == track) & (records.runs.phase == "search")]
    selection = records.task.selection
    seen = search[search.outcome.isin([Outcome.COMPLETED, Outcome.PRUNED]) & search[selection].notna()]
    if seen.empty:
        return
    chosen = _selected(seen, selection)
    tried = [
        trials.Trial(
            run["candidate"], 100 * (1 - run[selection]), run["outcome"], index in chosen,
            json.loads(run["parameters"] or "{}"),
        )
        for index, run in zip(seen.index, seen.to_dict("records"), strict=True)
    ]  # fmt: skip
    yield Picture(
        f"search-{track}",
        f"Search, {track} track.",
        "Each trial's validation error when it ended; the selected one has the lowest of those that ran to the end.",
        trials.draw_trials(tried),
        alt=trials.chosen(tried),
    )
    for candidate in dict.fromkeys(trial.candidate for trial in tried):
        own = [trial for trial in tried if trial.candidate == candidate]
        if len(own) >= trials.LEAST and len(trials.searched(own)) > 1:
            yield Picture(
                f"tried-{candidate}-{track}",
                f"What the search of {candidate} tried, {track} track.",
                "A line for each trial, from value to value to its validation error: the stronger, the lower that is; "
                "the selected one is thick, pruned ones are dashed. An axis goes from its least to its largest value.",
                trials.draw_parallel(own),
                candidate,
                track,
                alt=f"{'; '.join(trial.text for trial in own)}.",
            )


def _selected(seen: pd.DataFrame, selection: str) -> set[object]:
    """The rows of the best completed trial of each candidate; of equals, the first."""
    completed = seen[seen.outcome == Outcome.COMPLETED]
    return set(completed.groupby("candidate", sort=False)[selection].idxmax())
