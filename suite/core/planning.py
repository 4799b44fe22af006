"""Which runs a study consists of: a pure function of its candidates, tracks, trials and seeds, in one place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

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
