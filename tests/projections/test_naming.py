"""What a run is called in a store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from suite.core.durable import write_json
from suite.core.outcomes import Outcome
from suite.core.published import PUBLISHED
from suite.core.result import Result
from suite.projections.naming import evaluated, of_end, part_of, sorting

NAMES = ("study", "instance", "candidate", "architecture", "track", "phase", "dataset", "data_hash", "backend")
NUMBERS = {"number": 0, "seed": 0, "attempts": 1, "ended_at": 1.0, "precision": "float32"}
RESULT = Result(**dict.fromkeys(NAMES, "a"), **NUMBERS, outcome=Outcome.ERROR, reason="half\0")  # type: ignore[arg-type]


def test_a_run_of_published_records_says_which(tmp_path: Path) -> None:
    ended = {"outcome": "error", "reason": "half\N{REPLACEMENT CHARACTER}"}
    assert of_end(RESULT, tmp_path) == ended
    write_json(tmp_path / PUBLISHED, {"folder": "quickstart", "records": "0123456789abcdef"})
    assert of_end(RESULT, tmp_path) == {**ended, "published": "quickstart, records 0123456789ab"}


def test_a_candidates_figure_says_which_images_it_is_of() -> None:
    figures = {
        "tuned_mean_test_accuracy": "test", "tuned_mean_calibration_error": "test", "tuned_test_error": "test",
        "tuned_mean_val_loss": "val", "tuned_mean_train_accuracy": "train", "tuned_mean_macs": "",
        "tuned_final_runs": "", "shared_mean_test_accuracy": None, "tuned_mean_latency_p90_seconds": "",
        "tuned_mean_corruption_error_fog": "test",
    }  # fmt: skip
    assert {name: part_of(name, "tuned") for name in figures} == figures


def test_what_was_measured_after_the_result_is_told_from_what_was_before() -> None:
    results = [
        replace(RESULT, metrics={"test_accuracy": 0.9, **figures})
        for figures in ({}, {"latency_seconds": 0.1}, {"latency_seconds": 0.2}, {"corruption_error": 0.1})
    ]
    assert evaluated(results[0]) == ""
    assert len({evaluated(result) for result in results}) == 4


def test_names_sort_as_numbers_do() -> None:
    names = [sorting(f"mlp/tuned/search/{number}") for number in (2, 10, 100)]
    assert names == sorted(names)
