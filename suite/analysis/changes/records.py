"""Whatever else of the records differs: every field of every run and every array, clocks aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from suite.analysis.changes.conditions import OF_RUNS, TIMES, Change
from suite.analysis.folder.reading import Records

PLACE = ("candidate", "track", "phase", "number")
ELSEWHERE = {*PLACE, *OF_RUNS, *TIMES, "versions", "instance", "study", "recipe", "options"}
"""Columns that say which run it is, or of which the conditions speak."""

Runs = Mapping[str, Mapping[str, Any]]
"""Rows of runs.csv by the runs' names, as in records.npz."""


def record_changes(old: Records, new: Records) -> list[Change]:
    """What differs in runs, arrays and facts, counted, and of which candidates."""
    before, after = _runs(old), _runs(new)
    common = [run for run in after if run in before]
    found = [*_alone(before, after, old=True), *_alone(after, before, old=False)]
    for name in (str(name) for name in new.runs.columns if name not in ELSEWHERE):
        other = [run for run in common if not _equal(before[run][name], after[run][name])]
        if name == "outcome":
            found += [Change(name, (run,), *(str(runs[run][name]) for runs in (before, after))) for run in other]
        elif other:
            found.append(_others(name, other, len(common)))
    return [*found, *_arrays(old, new, set(common)), *_facts(old, new)]


def _runs(records: Records) -> dict[str, dict[str, Any]]:
    rows = [dict(zip(map(str, records.runs.columns), row, strict=True)) for row in records.runs.itertuples(index=False)]
    return {f"{row['candidate']}/{row['track']}/{row['phase']}/{row['number']:.0f}": row for row in rows}


def _candidates(runs: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(run.partition("/")[0] for run in runs))


def _alone(runs: Runs, others: Runs, old: bool) -> Iterator[Change]:
    """The runs that only the one side has."""
    only = [run for run in runs if run not in others]
    if only:
        text = f"{len(only)} of {len(runs)}"
        yield Change("runs that the other has not", _candidates(only), *((text, None) if old else (None, text)))


def _others(name: str, runs: list[str], among: int) -> Change:
    return Change(name, _candidates(runs), None, f"other in {len(runs)} of {among} runs")


def _arrays(old: Records, new: Records, common: set[str]) -> Iterator[Change]:
    """Arrays of the runs that both have, and those that runs share, by their own names: `predicted`, `val_loss`."""
    found: dict[str, list[str]] = {}
    for key in dict.fromkeys([*new.arrays, *old.arrays]):
        run, _, name = key.rpartition("/")
        if (not run or run in common) and not _same(old.arrays.get(key), new.arrays.get(key)):
            found.setdefault(name, []).append(run)
    for name, runs in found.items():
        own = [run for run in runs if run]
        yield _others(f"{name} (array)", own, len(common)) if own else Change(f"{name} (array)", (), None, "other")


def _same(before: Any, after: Any) -> bool:
    if before is None or after is None or before.dtype != after.dtype:
        return False
    return bool(np.array_equal(before, after, equal_nan=np.issubdtype(before.dtype, np.floating)))


def _facts(old: Records, new: Records) -> Iterator[Change]:
    names = [name for name in dict.fromkeys([*new.facts, *old.facts]) if old.facts.get(name) != new.facts.get(name)]
    if names:
        yield Change("what is known of architectures", tuple(names), None, "other")


def _equal(before: Any, after: Any) -> bool:
    return bool(before == after or (before != before and after != after))
