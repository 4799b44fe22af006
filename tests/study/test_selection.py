from __future__ import annotations

from typing import Any

from suite.study.selection import select


def run(
    number: int, value: float | None, outcome: str = "completed", phase: str = "search", **more: Any
) -> dict[str, Any]:
    return {"number": number, "val_accuracy": value, "outcome": outcome, "phase": phase, **more}


def test_the_highest_validation_accuracy_wins_and_the_first_of_equals() -> None:
    assert select([run(2, 0.8), run(1, 0.8), run(0, 0.7)]) == run(1, 0.8)


def test_the_test_set_never_matters() -> None:
    best = select([run(0, 0.8, test_accuracy=0.1), run(1, 0.7, test_accuracy=0.9)])
    assert best is not None
    assert best["number"] == 0


def test_only_completed_search_runs_count() -> None:
    runs = [
        run(0, 0.5),
        run(1, 0.9, "pruned"),
        run(2, 0.9, "diverged"),
        run(3, 0.9, phase="final"),
        run(4, None),
        run(5, float("nan")),
    ]
    assert select(runs) == run(0, 0.5)


def test_nothing_completed() -> None:
    assert select([run(0, 0.9, "diverged")]) is None


def test_the_metric_is_a_parameter() -> None:
    runs = [run(0, 0.9, val_top5_accuracy=0.91), run(1, 0.8, val_top5_accuracy=0.95)]
    assert select(runs, "val_top5_accuracy") == runs[1]
