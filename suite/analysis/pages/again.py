"""What a page has inside it so that one of its rows can be trained again, from its records: `suite.records.embedded`.

Folders that were collected before they said what determined a run are told by their other records, where these do.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from suite.analysis.comparing.by_run import sample_spread
from suite.analysis.comparing.spreads import Lending
from suite.analysis.folder.reading import Records
from suite.analysis.folder.seeds import completed
from suite.analysis.folder.values import values
from suite.analysis.statistics.prediction import prediction
from suite.core.directories import RunKey
from suite.core.metrics import Metric, by_name
from suite.core.planning import finals_planned
from suite.core.refusals import Refusal
from suite.core.result import Result
from suite.records.embedded import Embedded, Expected, Row, Run
from suite.records.older import RAISED_BEFORE, rebuilt, refuse_what_cannot_be_known

SOURCES = {"weights": "starts_from", "teacher": "learns_from"}
MAPPINGS = ("options", "recipe", "parameters", "versions")
COUNTS = ("number", "seed", "attempts", "threads", "train_examples", "batch_size")


def command(rows: pd.DataFrame) -> list[str]:
    """What to type, in the folder of the page, to train its first row again; nothing where there is no row."""
    return [f"python -m suite.reproduce report.html row={name}" for name in rows.candidate[:1]]


def embedded(records: Records, rows: pd.DataFrame) -> Embedded:
    """The rows of a study's table, in their order, and their completed final runs."""
    study = records.study
    metric, lending = by_name(records.task.metrics)[records.task.judged[0]], Lending(records)
    found = [
        _row(records, lending, metric, candidate, track)
        for candidate, track in rows[["candidate", "track"]].itertuples(index=False)
    ]
    return Embedded(
        study=study["study"],
        instance=study["instance"],
        title=study["title"],
        dataset=study["dataset"],
        task=records.task.name,
        metric=metric.name,
        study_seed=int(study.get("study_seed", 0)),
        rows=tuple(found),
        runs=dict(_runs(records, rows)),
    )


def _row(records: Records, lending: Lending, metric: Metric, candidate: str, track: str) -> Row:
    described, done = records.study["candidates"][candidate], completed(records, candidate, track)
    data = described.get("data") or {}
    return Row(
        candidate=candidate,
        track=track,
        runs=tuple(str(RunKey(candidate, track, "final", int(number))) for number in done.number),
        planned=finals_planned(records.study, candidate, track),
        expected=_expected(records, lending, metric, candidate, track),
        handling={name: data[name] for name in ("on_bad", "allow_duplicates") if name in data},
        sources={name: described[section]["source"] for name, section in SOURCES.items() if section in described},
    )


def _expected(records: Records, lending: Lending, metric: Metric, candidate: str, track: str) -> Expected | None:
    """Where one more seed's value of the metric is to be expected; None where nothing is known of their spread."""
    sample = values(records, candidate, track, metric)
    if not len(sample):
        return None
    lent, scale = lending.of(candidate, track, metric), 1.0
    if lent is not None and metric.score is not None:
        scores = records.scores(candidate, track, metric)
        assert scores is not None, "a spread of scores was lent to a row that has none"
        scale = 1 / scores.shape[1]  # the mean square of the seeds is that of as many images
    found = prediction(float(sample.mean()), len(sample), lent or sample_spread(sample), scale, bounds=metric.bounds)
    return None if found is None else Expected(found.mean, found.low, found.high, found.level, lent is not None)


def _runs(records: Records, rows: pd.DataFrame) -> Iterator[tuple[str, Run]]:
    for candidate, track in rows[["candidate", "track"]].itertuples(index=False):
        for row in completed(records, candidate, track).to_dict("records"):
            result = _result({str(name): value for name, value in row.items()})
            key = RunKey(candidate, track, "final", result.number)
            identity, lacking = _identity(records, key, result)
            measured = [metric.name for metric in records.task.metrics]
            yield (
                str(key),
                Run(
                    seed=result.seed,
                    figures={name: value for name in measured if (value := result.metrics.get(name)) is not None},
                    identity=identity,
                    lacking=lacking,
                    device=result.device,
                    device_seconds=result.device_seconds,
                    threads=result.threads,
                    deterministic=result.deterministic,
                    fingerprint=result.fingerprint,
                    versions=result.versions,
                    commit=result.commit,
                ),
            )


def _result(row: Mapping[str, Any]) -> Result:
    """A row of the frame of runs as a result again; what is not known there is None."""
    known = {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}
    known |= {name: json.loads(known[name] or "{}") for name in MAPPINGS}
    known |= {name: int(known[name] or 0) if known[name] not in (None, "") else None for name in COUNTS}
    known["deterministic"] = {"True": True, "False": False}.get(str(known.get("deterministic")))
    return Result.from_mapping({name: None if value == "" else value for name, value in known.items()})


def _identity(records: Records, key: RunKey, result: Result) -> tuple[Mapping[str, Any] | None, str | None]:
    """What determined a run, or why that cannot be known."""
    if records.identities is not None:
        found = records.identities.get(str(key))
        return found or None, None if found else "its record does not say what determined it"
    try:
        refuse_what_cannot_be_known([result], "")
        # Which seeds and versions a run has follows from its number and its recipe: whoever trains it knows them.
        now = {"versions": RAISED_BEFORE, "seeds": {}}
        return rebuilt(records.study, key, result, now), None
    except Refusal:
        return None, "it was recorded before records told what determined a run"
    except (LookupError, TypeError, ValueError) as error:
        return None, str(error)
