"""What a report says of a study whose time was divided: the lengths that were chosen, and what more time would buy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.analysis import power
from suite.analysis.folder.reading import Records
from suite.analysis.statistics.deciding import POWER, Components, seeds_needed, smallest_difference
from suite.analysis.units import duration

DIFFERENCES = (0.02, 0.01, 0.005)
"""Of accuracy: the first that the study does not see is what more time is held against."""


def sentences(records: Records) -> list[tuple[str, str]]:
    """As terms and sentences for `method.measured`; none where no time was divided."""
    allotment = records.study.get("allotment")
    return [("Time", f"{lengths(allotment)} {more(records)}")] if allotment else []


def lengths(allotment: Mapping[str, Any]) -> str:
    """What a time gave each candidate, and by which speeds."""
    candidates = allotment["candidates"]
    each = {f"{one['images_seen']:,} images ({one['epochs']:.3g} epochs)" for one in candidates.values()}
    same = "as many images" if allotment["equal"] == "images" else "the same seconds"
    listed = ", ".join(f"{name} {one['images_seen']:,} images" for name, one in candidates.items())
    given = f"each candidate {each.pop() if len(each) == 1 else same} in each run"
    given += f" ({listed})" if len(each) > 1 else ""
    speeds = ", ".join(f"{name} {one['images_per_second']:,.0f}" for name, one in candidates.items())
    where = f"{allotment['device']}, " if allotment.get("device") else ""
    cut = allotment["trials_asked"] - allotment["trials"]
    given_up = f" {cut} of {allotment['trials_asked']} search trials were given up for want of time." if cut else ""
    return (
        f"A budget of {duration(allotment['seconds'])} gave {given}, by the training speeds that were measured once, "
        f"before the first run ({where}workers: {allotment['workers']}, threads of each: {allotment['threads']}; "
        f"images/s: {speeds}).{given_up}"
    )


def more(records: Records) -> str:
    """What more time would buy, by the spread that this study has shown, or by what is pinned before it has."""
    study = records.study
    return more_time(
        power.seen(records),
        images=study["data"]["test"],
        seeds=study["seeds"],
        trials=study["trials"] * study.get("search_length", 1) if "tuned" in study["tracks"] else 0,
        tracks=len(study["tracks"]),
        seconds=study["allotment"]["seconds"],
    )


def more_time(
    found: tuple[Components, int] | None, images: int, seeds: int, trials: float, tracks: int, seconds: float
) -> str:
    """What more seeds would decide, and how much longer all would take with them.

    `found` as `power.seen` tells it. trials: in final runs that are as long, so that a study of T trials and S seeds in
    each of R tracks takes (T + R S') / (T + R S) times as long with S' seeds.
    """
    parts, _ = found or (power.PINNED, 0)
    basis = "the spread seen here" if found else "the spread pinned from published studies"
    if seeds < 2:
        return "What more time would buy: a second seed, without which nothing is known of the spread over seeds."
    now = smallest_difference(*parts.variance(seeds, images))
    smaller = next((effect for effect in DIFFERENCES if effect < now), None)
    enough = seeds_needed(smaller, parts, images) if smaller is not None else None
    text = (
        f"What more time would buy: by {basis}, {seeds} seeds show a difference of {100 * now:.1f} points in "
        f"{100 * POWER:.0f} of 100 such studies"
    )
    if smaller is None:
        return f"{text}; more seeds are not what it lacks. What longer training would bring is not known."
    if enough is None:
        return f"{text}; no number of seeds on {images:,} test images shows {100 * smaller:g} points."
    factor = (trials + tracks * enough) / (trials + tracks * seeds)
    return (
        f"{text}; {100 * smaller:g} points take {enough} seeds, {factor:.1f} times the time "
        f"({duration(factor * seconds)}). What longer training would bring is not known."
    )
