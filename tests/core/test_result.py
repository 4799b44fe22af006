"""Results: what result.json holds and how it is read again, also as earlier versions wrote it."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from suite import tasks
from suite.core.directories import RESULT
from suite.core.metrics import CLOCKS, COSTS, SIZES
from suite.core.outcomes import Outcome
from suite.core.result import Result, columns, read_result, write_result

METRICS = tasks.get("classification").metrics
INSTANCE = Path(__file__).parents[1] / "instances" / "before" / "runs" / "before" / "digits-smoke-tensorflow-float32"
EARLIER = sorted(INSTANCE.glob("*/tuned/*/*"))

RESULT_OF_A_RUN = Result(
    study="made", instance="one", candidate="a", architecture="mlp", track="tuned", phase="final", number=0,
    seed=1000, attempts=1, outcome=Outcome.COMPLETED, dataset="digits", data_hash="0" * 64, backend="tensorflow",
    precision="float32", ended_at=2.0, options={"width": 2}, recipe={"name": "standard"}, parameters={"rate": 0.1},
    metrics={"val_accuracy": 0.5, "test_accuracy": 0.25, "calibration_error": None}, params=7, threads=2,
)  # fmt: skip


def test_round_trip_through_the_file(tmp_path: Path) -> None:
    write_result(tmp_path, RESULT_OF_A_RUN)
    assert read_result(tmp_path) == RESULT_OF_A_RUN
    assert isinstance(read_result(tmp_path).outcome, Outcome)
    assert read_result(tmp_path / "other") is None


def test_metrics_stand_flat_among_the_other_fields(tmp_path: Path) -> None:
    write_result(tmp_path, RESULT_OF_A_RUN)
    found = json.loads((tmp_path / RESULT).read_text())
    assert "metrics" not in found
    assert (found["test_accuracy"], found["outcome"], found["params"]) == (0.25, "completed", 7)


def test_what_is_not_finite_is_written_as_not_known(tmp_path: Path) -> None:
    write_result(tmp_path, replace(RESULT_OF_A_RUN, metrics={"val_loss": float("nan")}))
    found = read_result(tmp_path)
    assert found is not None
    assert found.metrics == {"val_loss": None}


def test_columns_are_the_fields_with_the_tasks_metrics_in_their_midst() -> None:
    found = columns(METRICS)
    assert len(found) == len(set(found))
    assert set(found) == {item.name for item in fields(Result)} - {"metrics"} | {metric.name for metric in METRICS}
    assert {metric.name for metric in (*SIZES, *COSTS, *CLOCKS)} <= set(found)
    start = found.index(METRICS[0].name)
    assert found[start : start + len(METRICS)] == [metric.name for metric in METRICS]
    assert found[start - 1] == "macs"


@pytest.mark.parametrize("path", EARLIER, ids=lambda path: "-".join(path.parts[-4:]))
def test_a_result_of_the_previous_version_is_read_with_all_of_its_figures(path: Path) -> None:
    raw, found = json.loads((path / RESULT).read_text()), read_result(path)
    assert found is not None
    assert (found.task, found.threads, found.deterministic) == ("classification", None, True)
    known = {metric.name for metric in METRICS}
    assert {name: value for name, value in found.metrics.items() if name in known} == {
        name: value for name, value in raw.items() if name in known
    }
    flat: dict[str, Any] = found.as_mapping()
    assert {name: flat[name] for name in raw} == raw


def test_there_are_results_of_the_previous_version() -> None:
    assert len(EARLIER) == 6


def test_a_result_without_a_field_or_with_an_unknown_outcome_is_none() -> None:
    values = RESULT_OF_A_RUN.as_mapping()
    with pytest.raises(TypeError, match="candidate"):
        Result.from_mapping({name: value for name, value in values.items() if name != "candidate"})
    with pytest.raises(ValueError, match="exploded"):
        Result.from_mapping({**values, "outcome": "exploded"})
    assert Result.from_mapping({**values, "note": "words"}) == RESULT_OF_A_RUN
