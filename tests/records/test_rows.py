"""A run's values as cells, and back."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from suite import tasks
from suite.core.outcomes import Outcome
from suite.core.result import Result, columns
from suite.records.rows import cell, result_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (0.1, "0.1"),
        (-1, "-1"),
        (True, "True"),
        ("plain", "plain"),
        ("=1+1", "'=1+1"),
        ("+x", "'+x"),
        ("-x", "'-x"),
        ("@x", "'@x"),
        ("'x", "''x"),
        ({"b": 1, "a": [2]}, '{"a": [2], "b": 1}'),
    ],
)
def test_cells(value: object, text: str) -> None:
    assert cell(value) == text


METRICS = tasks.get("classification").metrics
PUBLISHED = Path(__file__).parents[2] / "reports" / "published"
WHOLE = Result(
    **dict.fromkeys(("study", "instance", "architecture", "track", "phase", "dataset", "data_hash", "backend"), "a"),  # type: ignore[arg-type]
    candidate="=1+1",
    number=3,
    seed=1003,
    attempts=2,
    outcome=Outcome.DIVERGED,
    precision="float32",  # type: ignore[arg-type]
    reason="'not finite\nat all",
    options={"width": 0.5},
    recipe={"flip": True},
    macs=1e21,  # type: ignore[arg-type]
    metrics={metric.name: 1 / 3 for metric in METRICS},
    params=2**60,
    ended_at=0.1,
    threads=None,  # type: ignore[arg-type]
    started_at=-1.5,
    deterministic=None,
    versions={},  # type: ignore[arg-type]
)


def test_a_result_is_read_as_it_was() -> None:
    row = {name: cell(WHOLE.as_mapping()[name]) for name in columns(METRICS)}
    assert repr(result_of(row, METRICS)) == repr(WHOLE)


@pytest.mark.parametrize("name", sorted(path.parent.name for path in PUBLISHED.glob("*/study.json")))
def test_published_rows_are_written_as_they_were(name: str) -> None:
    task = "localization" if name == "localization" else "classification"
    with (PUBLISHED / name / "runs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in (row for row in rows if row["outcome"]):  # of an unfinished study one may not be over
        again = result_of(row, tasks.get(task).metrics).as_mapping()
        assert {key: cell(again.get(key)) for key in row} == row


def test_what_is_no_row_is_no_result() -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        result_of({"outcome": "won"}, METRICS)
