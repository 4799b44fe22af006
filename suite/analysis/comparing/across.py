"""Candidates that several studies have in common, as one dense table of scores: each study is a task.

A candidate is the same in all where its name, its architecture and its options are. Who is missing in one study, or
lacks seeds there, is left out and named: nothing is filled in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis.folder.reading import Records
from suite.analysis.folder.seeds import completed, lacking
from suite.analysis.folder.values import values
from suite.core.metrics import by_name


@dataclass(frozen=True)
class Across:
    """One track: by candidate the scores, (runs, studies), the higher the better; who was left out, and why."""

    track: str
    studies: list[str]
    tables: dict[str, NDArray[np.float64]]
    left_out: dict[str, str]

    @property
    def runs(self) -> int:
        return len(next(iter(self.tables.values())))


def across(studies: Sequence[Records]) -> list[Across]:
    """Of each track that all studies have; nothing of one study, or where tasks are judged by different metrics."""
    if len(studies) < 2 or len({records.task.judged[0] for records in studies}) > 1:
        return []
    first, *others = studies
    tracks = [track for track in first.study["tracks"] if all(track in other.study["tracks"] for other in others)]
    return [_of(studies, track) for track in tracks]


def _of(studies: Sequence[Records], track: str) -> Across:
    found, left_out = dict[str, list[NDArray[np.float64]]](), dict[str, str]()
    for name in dict.fromkeys(name for records in studies for name in records.study["candidates"]):
        if reason := "; ".join(_missing(studies, name, track)):
            left_out[name] = reason
        else:
            found[name] = [_scores(records, name, track) for records in studies]
    # With seeds=auto they differ in number: the first ones that all have.
    runs = min((len(scores) for own in found.values() for scores in own), default=0)
    tables = {name: np.stack([scores[:runs] for scores in own], axis=1) for name, own in found.items()}
    return Across(track, [str(records.study["study"]) for records in studies], tables, left_out)


def _scores(records: Records, name: str, track: str) -> NDArray[np.float64]:
    return values(records, name, track, by_name(records.task.metrics)[records.task.judged[0]])


def _missing(studies: Sequence[Records], name: str, track: str) -> Iterator[str]:
    """Why a candidate has no whole row of scores."""
    built = set()
    for records in studies:
        described = records.study["candidates"].get(name)
        if described is None:
            yield f"not in {records.study['study']}"
            continue
        built.add((described["architecture"], json.dumps(described.get("options") or {}, sort_keys=True)))
        if (why := lacking(records, name, track)) or not len(_scores(records, name, track)):
            yield f"{why or 'no score'} in {records.study['study']}"
    if len(built) > 1:
        yield "built in different ways"


RESULTS = ("method", "task", "seed", "metric_error", "time_train_s", "study", "track")
"""Columns of `results.csv`; the first four are what bencheval's BenchmarkEvaluator reads."""


def results(studies: Sequence[Records], found: Sequence[Across]) -> pd.DataFrame:
    """Each final run of the dense tables, one row, for other packages. Errors and seconds; a task is a study, and
    where there are several tracks a study with its track."""
    rows = []
    for one in found:
        for place, records in enumerate(studies):
            for name, table in one.tables.items():
                seconds = completed(records, name, one.track).device_seconds
                task = one.studies[place] if len(found) == 1 else f"{one.studies[place]}/{one.track}"
                rows += [
                    (name, task, seed, 1 - table[seed, place], seconds.iloc[seed], one.studies[place], one.track)
                    for seed in range(len(table))
                ]
    return pd.DataFrame(rows, columns=list(RESULTS))
