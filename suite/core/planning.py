"""Which runs a study consists of: a pure function of its candidates, tracks, trials and seeds, in one place.

For whoever has only study.json (the status, the report), the same of what that says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from suite.core.directories import RunKey


def run_keys(
    candidates: Iterable[str],
    tracks: Iterable[str],
    trials: Mapping[str, int],
    seeds: int,
    unsearched: Collection[str] = (),
) -> list[RunKey]:
    """Every run, candidate by candidate, the search before the final runs; numbers count from 0.

    `trials` of a track are the same for every candidate, 0 for a track that it does not name. `unsearched`: the
    candidates that have nothing to search, and so no trials.
    """
    tracks, keys = tuple(tracks), list[RunKey]()
    for candidate in candidates:
        for track in tracks:
            searched = 0 if candidate in unsearched else trials.get(track, 0)
            keys += [RunKey(candidate, track, "search", number) for number in range(searched)]
            keys += [RunKey(candidate, track, "final", number) for number in range(seeds)]
    return keys


def described(study: Mapping[str, Any]) -> list[RunKey]:
    """Every run that a study consists of as study.json describes it, in a fixed order."""
    trials = {"tuned": trials_counted(study)}
    return run_keys(study["candidates"], study["tracks"], trials, study["seeds"], unsearched(study))


def unsearched(study: Mapping[str, Any]) -> list[str]:
    """The candidates, as study.json has them, that have nothing to search; studies of old had one space for all."""
    own = {name: candidate.get("search") for name, candidate in study["candidates"].items()}
    return [name for name, search in own.items() if search is not None and not search.get("dimensions")]


def trials_counted(study: Mapping[str, Any]) -> int:
    """How many search trials of each candidate count: fewer than planned under a limit, more after a larger plan."""
    return int(study.get("trials_counted", study["trials"]))
