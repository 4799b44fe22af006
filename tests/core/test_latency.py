"""What is timed after a result: its figures stand among the result's, and only those of the same training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from suite.core.evaluation import figures, write_evaluation
from suite.core.latency import BATCH, METRICS, Length, disturbed, read_latency, write_latency
from suite.core.result import read_result, write_result
from tests.core.test_result import RESULT_OF_A_RUN

TIMED = {
    "latency_seconds": 0.002, "latency_p10_seconds": 0.001, "latency_p90_seconds": 0.004,
    "inference_images_per_second": 1000.0,
}  # fmt: skip
ALONE: dict[str, Any] = {"busy_workers": 0, "busy_cores": 0.03}


def test_a_result_is_read_with_it_and_stays_as_it_is_on_disk(tmp_path: Path) -> None:
    write_result(tmp_path, RESULT_OF_A_RUN)
    before = (tmp_path / "result.json").read_bytes()
    write_latency(tmp_path, RESULT_OF_A_RUN.ended_at, TIMED, ALONE)
    assert read_result(tmp_path) == replace(RESULT_OF_A_RUN, metrics={**RESULT_OF_A_RUN.metrics, **TIMED})
    write_evaluation(tmp_path, RESULT_OF_A_RUN.ended_at, {"fog/1": 0.25})
    found = read_result(tmp_path)
    assert found is not None
    assert found.metrics == {**RESULT_OF_A_RUN.metrics, **figures({"fog/1": 0.25}), **TIMED}
    assert (tmp_path / "result.json").read_bytes() == before


def test_of_another_training_it_does_not_count(tmp_path: Path) -> None:
    write_result(tmp_path, replace(RESULT_OF_A_RUN, ended_at=3.0))
    write_latency(tmp_path, 2.0, TIMED, ALONE)
    assert read_latency(tmp_path, 3.0) is None
    found = read_result(tmp_path)
    assert found is not None
    assert not TIMED.keys() & found.metrics.keys()
    assert {metric.name for metric in METRICS} == set(TIMED)


@pytest.mark.parametrize(
    ("workers", "cores", "expected"),
    [(0, 0.0, False), (0, 0.2, False), (0, 0.3, True), (1, 0.0, True), (0, None, False), (2, None, True)],
)
def test_whoever_works_beside_it_disturbs_it(workers: int, cores: float | None, expected: bool) -> None:
    assert disturbed({"busy_workers": workers, "busy_cores": cores}) is expected


def test_a_slow_network_takes_longer_to_time() -> None:
    length = Length(seconds=2.0, rounds=5, round_seconds=0.5, warm_up=3)
    assert length.expected(1e9) == 4.5
    assert length.expected(BATCH / 10) == 2.0 + 8 * 10
