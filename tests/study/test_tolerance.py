from __future__ import annotations

import pytest

from suite.core.directories import RunKey
from suite.study.tolerance import EQUAL_ERRORS, KILLS_WITHOUT_PROGRESS, Stopped, Tolerance
from tests.study.made_up import made_up

ONE, OTHER = RunKey("mlp", "tuned", "final", 0), RunKey("mlp", "tuned", "final", 1)


def test_a_run_whose_workers_never_start_does_not_go_on_for_ever_beside_runs_that_get_on() -> None:
    tolerance = Tolerance()
    for _ in range(KILLS_WITHOUT_PROGRESS - 1):
        tolerance.start_failed("OSError", "node 10.0.0.2: no room", "logs", ONE)
        tolerance.progressed(OTHER)
    with pytest.raises(Stopped, match=r"workers do not start \(OSError\): node 10.0.0.2: no room"):
        tolerance.start_failed("OSError", "node 10.0.0.2: no room", "logs", ONE)


def test_weights_that_cannot_be_had_are_one_candidates_matter() -> None:
    tolerance = Tolerance()
    lost, broken = (made_up(ONE, outcome="error", reason=r) for r in ("WeightsMissing: weights", "ValueError: no"))
    for _ in range(2 * EQUAL_ERRORS):
        tolerance.ended(lost)
    for _ in range(EQUAL_ERRORS - 1):
        tolerance.ended(broken)
        tolerance.ended(lost)
    with pytest.raises(Stopped, match="3 runs in a row failed alike: ValueError: no"):
        tolerance.ended(broken)
