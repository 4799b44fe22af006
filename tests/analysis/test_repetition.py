from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from suite.analysis.repetition import judged, other_circumstances
from suite.core.result import Result, finished
from suite.records.embedded import Embedded, Expected, Row, Run

FIGURES = {"test_accuracy": 0.96875, "test_loss": 0.125, "val_accuracy": 0.9}
VERSIONS = {"keras": "3.15.1"}
RUN = Run(
    seed=1000,
    figures=FIGURES,
    identity={"weights": {"run": "a/b/c", "sha256": "aa"}},
    lacking=None,
    device="A processor (2 cores)",
    device_seconds=1.0,
    threads=2,
    deterministic=True,
    fingerprint="f",
    versions=VERSIONS,
    commit="c" * 40,
)
ROW = Row("mlp", "tuned", ("mlp/tuned/final/0",), 1, Expected(0.97, 0.95, 0.99, 0.95, True), {}, {})
PAGE = Embedded("s", "i", "t", "digits", "classification", "test_accuracy", 0, (ROW,), {ROW.runs[0]: RUN})


def new(seed: int = 1001, accuracy: float = 0.96875, **changes: Any) -> Result:
    asked = {
        "study": "s", "instance": "i", "candidate": "mlp", "architecture": "mlp", "track": "tuned", "phase": "final",
        "number": seed - 1000, "seed": seed, "attempts": 1, "dataset": "digits", "data_hash": "d",
        "backend": "tensorflow", "precision": "float32", "versions": VERSIONS, "commit": "c" * 40, "threads": 2,
    }  # fmt: skip
    measured = {"outcome": "completed", "device": "A processor (2 cores)", **FIGURES, "test_accuracy": accuracy}
    return finished({**asked, **changes}, measured, 1.0)


@pytest.mark.parametrize(("accuracy", "inside"), [(0.95, True), (0.99, True), (0.9499, False), (0.9901, False)])
def test_a_new_seeds_value_is_held_against_the_interval(accuracy: float, inside: bool) -> None:
    verdict = judged(PAGE, ROW, new(accuracy=accuracy))
    assert verdict.holds is inside
    said = "The new value lies within" if inside else "The new value does NOT lie within"
    assert verdict.lines[-1].startswith(f"{said} 1.00% to 5.00%, where 95 of 100 further seeds fall by the spread of")
    assert verdict.lines[0] == "recorded: test error 3.12% with seed 1000"
    assert verdict.lines[1] == f"new:      test error {100 * (1 - accuracy):.2f}% with seed 1001"


def test_a_recorded_seed_is_equal_to_the_last_digit() -> None:
    verdict = judged(PAGE, ROW, new(1000))
    assert verdict.holds
    assert verdict.lines[-1] == "Equal bit for bit: all 3 figures of the recorded run, to the last digit."


def test_where_nothing_else_differs_unequal_figures_are_held_against_it() -> None:
    """Though the value lies within the interval."""
    verdict = judged(PAGE, ROW, new(1000, accuracy=0.96876), {"weights": "aa"})
    assert not verdict.holds
    assert verdict.lines[-1].startswith(
        "Not equal, though device, threads, versions and code are: test_accuracy was 0.96"
    )


def test_on_another_device_the_interval_decides_and_what_differs_is_named() -> None:
    result = replace(new(1000, accuracy=0.975), device="Another processor", threads=4, commit="d" * 40 + "+changes")
    verdict = judged(PAGE, ROW, result, {"weights": "bb"})
    assert verdict.holds
    assert "the device (A processor (2 cores), now Another processor)" in verdict.lines[2]
    assert "the number of threads (2, now 4)" in verdict.lines[2]
    assert "the commit (cccccccccccc, now dddddddddddd+changes)" in verdict.lines[2]
    assert "the weights file" in verdict.lines[2]
    assert "lies within" in verdict.lines[3]
    assert not judged(PAGE, ROW, replace(result, metrics={**FIGURES, "test_accuracy": 0.9})).holds


def test_versions_and_determinism_are_circumstances() -> None:
    other = replace(new(1000), versions={"keras": "4.0", "jax": "1"}, deterministic=False)
    assert other_circumstances(RUN, other, {}) == [
        "the version (jax none, now 1; keras 3.15.1, now 4.0)",
        "each run on this device without deterministic=true",
    ]


def test_where_nothing_is_known_of_the_spread_that_is_said() -> None:
    row = replace(ROW, expected=None)
    verdict = judged(PAGE, row, new(accuracy=0.1))
    assert verdict.holds
    assert verdict.lines[-1].startswith("Nothing is known of how far seeds of this row spread")


def test_a_run_that_failed_is_held_against_it() -> None:
    verdict = judged(PAGE, ROW, replace(new(), outcome=new().outcome.__class__("diverged"), reason="not finite"))
    assert not verdict.holds
    assert verdict.lines == ["The run did not complete (diverged: not finite); those of the report did."]
