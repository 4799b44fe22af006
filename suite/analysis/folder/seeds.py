"""Which seeds of a candidate are there, and what became of the others: it is judged with all of them or not at all.

While a study with a fixed number of seeds is under way, its table may already be ranked: by all seeds that are there,
where no candidate has more than one more than another. A claim waits for all of them, for it is not to be decided by
the moment at which somebody looks.
"""

from __future__ import annotations

from collections import Counter

import pandas as pd

from suite.analysis.folder.reading import Records
from suite.core.outcomes import FAILED, Outcome
from suite.core.planning import AUTO, finals_planned


def completed(records: Records, candidate: str, track: str) -> pd.DataFrame:
    """The rows of a candidate's completed final runs."""
    final = completed_finals(records)
    return final[(final.candidate == candidate) & (final.track == track)]


def completed_finals(records: Records) -> pd.DataFrame:
    """The rows of all completed final runs."""
    return records.runs[(records.runs.phase == "final") & (records.runs.outcome == Outcome.COMPLETED)]


def lacking(records: Records, candidate: str, track: str) -> str:
    """What became of the seeds that are planned and not completed: `1 diverged, 1 not finished`; empty without any."""
    final = records.of(candidate, track, "final")
    others = Counter(
        str(outcome or "not finished").replace("_", " ")
        for outcome in final.outcome[final.outcome != Outcome.COMPLETED]
    )
    without = len(completed(records, candidate, track)) - len(records.finals(candidate, track))
    others |= Counter({"without predictions": without, "not started": _planned(records, candidate, track) - len(final)})
    return ", ".join(f"{count} {name}" for name, count in others.items() if count > 0)


def unranked(records: Records, candidate: str, track: str) -> str:
    """What keeps a candidate out of the ranks: what it is lacking, unless all have as many so far, but for one."""
    why = lacking(records, candidate, track)
    return "" if why and rounds(records, track) else why


def rounds(records: Records, track: str) -> int:
    """How many seeds every candidate of an unfinished study has, and none more than one further: as `order=seeds` goes.

    0 for a finished study, where some have more, or where a final run failed; also with `seeds=auto`.
    """
    if records.study.get("state") == "finished" or AUTO in records.study:
        return 0
    final = records.runs[(records.runs.phase == "final") & (records.runs.track == track)]
    if final.outcome.isin(FAILED).any():
        return 0
    done = final[final.outcome == Outcome.COMPLETED]
    counts = Counter(
        name
        for name, number in zip(done.candidate, done.number, strict=True)
        if records.has_predictions(f"{name}/{track}/final/{int(number)}")
    )
    seeds = [counts[name] for name in records.study["candidates"]]
    return min(seeds) if max(seeds) - min(seeds) <= 1 else 0


def of_planned(records: Records, candidate: str, track: str) -> str:
    """`2 of 3 seeds`."""
    return f"{len(records.finals(candidate, track))} of {_planned(records, candidate, track)} seeds"


def _planned(records: Records, candidate: str, track: str) -> int:
    return finals_planned(records.study, candidate, track)
