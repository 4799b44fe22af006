"""How runs end, and what that is called elsewhere."""

from __future__ import annotations

import json

import pytest

from suite.core.outcomes import FAILED, Outcome


@pytest.mark.parametrize(
    ("outcome", "failed", "optuna", "mlflow", "in_search", "in_final"),
    [
        ("completed", False, "COMPLETE", "FINISHED", False, False),
        ("pruned", False, "PRUNED", "FINISHED", False, False),
        ("diverged", True, "FAIL", "FAILED", False, True),
        ("out_of_memory", True, "FAIL", "FAILED", True, True),
        ("error", True, "FAIL", "FAILED", True, True),
    ],
)
def test_every_outcome(outcome: str, failed: bool, optuna: str, mlflow: str, in_search: bool, in_final: bool) -> None:
    """That a search tried values which diverge is an answer; a final run that diverged is none."""
    found = Outcome(outcome)
    assert (found.failed, found.optuna, found.mlflow) == (failed, optuna, mlflow)
    assert (found.fails_study("search"), found.fails_study("final")) == (in_search, in_final)
    assert (found in FAILED) == failed


def test_there_are_no_others_and_each_is_its_word() -> None:
    assert [str(outcome) for outcome in Outcome] == ["completed", "pruned", "diverged", "out_of_memory", "error"]
    assert json.dumps(Outcome.PRUNED) == '"pruned"'
    with pytest.raises(ValueError, match="killed"):
        Outcome("killed")


def test_the_names_of_the_states_are_optunas_and_mlflows_own() -> None:
    from mlflow.entities import RunStatus
    from optuna.trial import TrialState

    for outcome in Outcome:
        assert TrialState[outcome.optuna].is_finished()
        assert RunStatus.is_terminated(RunStatus.from_string(outcome.mlflow))
