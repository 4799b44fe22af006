"""Which runs a study consists of: a pure function of its candidates, tracks, trials and seeds, in one place.

For whoever has only study.json (the status, the report), the same of what that says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from suite.core.directories import RunKey

AUTO = "seeds_auto"
"""Where study.json has the most seeds of `seeds=auto`, and what was given to whom."""

Given = Mapping[str, Mapping[str, int]]
"""By track and candidate the number of final runs, where it is not the same for all."""


def run_keys(
    candidates: Iterable[str],
    tracks: Iterable[str],
    trials: Mapping[str, int],
    seeds: int,
    unsearched: Collection[str] = (),
    given: Given = MappingProxyType({}),
) -> list[RunKey]:
    """Every run, candidate by candidate, the search before the final runs; numbers count from 0.

    `trials` of a track are the same for every candidate, 0 for a track that it does not name. `unsearched`: the
    candidates that have nothing to search, and so no trials. `given`: who has more final runs than `seeds`.
    """
    tracks, keys = tuple(tracks), list[RunKey]()
    for candidate in candidates:
        for track in tracks:
            searched = 0 if candidate in unsearched else trials.get(track, 0)
            keys += [RunKey(candidate, track, "search", number) for number in range(searched)]
            finals = given.get(track, {}).get(candidate, seeds)
            keys += [RunKey(candidate, track, "final", number) for number in range(finals)]
    return keys


def described(study: Mapping[str, Any]) -> list[RunKey]:
    """Every run that a study consists of as study.json describes it, in a fixed order."""
    trials = {"tuned": trials_counted(study)}
    given = (study.get(AUTO) or {}).get("given", {})
    return run_keys(study["candidates"], study["tracks"], trials, study["seeds"], unsearched(study), given)


def finals_planned(study: Mapping[str, Any], candidate: str, track: str) -> int:
    """How many final runs a candidate is to have in a track, as study.json describes it."""
    return int((study.get(AUTO) or {}).get("given", {}).get(track, {}).get(candidate, study["seeds"]))


def unsearched(study: Mapping[str, Any]) -> list[str]:
    """The candidates, as study.json has them, that have nothing to search; studies of old had one space for all."""
    own = {name: candidate.get("search") for name, candidate in study["candidates"].items()}
    return [name for name, search in own.items() if search is not None and not search.get("dimensions")]


def trials_counted(study: Mapping[str, Any]) -> int:
    """How many search trials of each candidate count: fewer than planned under a limit, more after a larger plan."""
    return int(study.get("trials_counted", study["trials"]))
