"""Final runs that are over are evaluated, each once, by workers that may fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from suite.core.directories import RunKey
from suite.core.durable import read_json
from suite.core.evaluation import write_evaluation
from suite.projections.projector import Projector
from suite.study.description import describe
from suite.study.evaluating import Evaluations, missing
from suite.study.ledger import Ledger
from suite.study.plan import planned
from suite.study.tolerance import Stopped
from tests.study.conftest import finish
from tests.study.scripted import ScriptedExecutor

MakeLedger = Callable[..., Ledger]
ASKED = "evaluation.corruptions={kinds:[fog],strengths:[1,5]}"


def trained(ledger: MakeLedger, *overrides: str, **fields: Any) -> Ledger:
    """A ledger of which every run is over."""
    found = ledger(*overrides)
    for key in planned(found.study):
        finish(found, key, {}, **fields)
    return found


def evaluations(ledger: Ledger, script: Callable[[str], str]) -> tuple[Evaluations, ScriptedExecutor, list[str]]:
    said: list[str] = []
    executor = ScriptedExecutor(script)
    return Evaluations(ledger, executor, Projector({}), said.append), executor, said


def finals(ledger: Ledger) -> list[str]:
    return [str(key) for key in planned(ledger.study) if key.phase == "final"]


def test_a_study_that_does_not_ask_misses_nothing_and_says_nothing(ledger: MakeLedger) -> None:
    found = trained(ledger)
    assert missing(found) == []
    assert "corruptions" not in describe(found, "finished")


def test_only_completed_final_runs_that_were_not_evaluated_so(ledger: MakeLedger) -> None:
    found = trained(ledger, ASKED)
    assert [str(key) for key in missing(found)] == finals(found)
    first, second = (RunKey("mlp", "tuned", "final", number) for number in range(2))
    write_evaluation(found.path(first), found.results[first].ended_at, {"fog/1": 0.5, "fog/5": 0.5})
    write_evaluation(found.path(second), found.results[second].ended_at, {"fog/1": 0.5})
    assert [str(key) for key in missing(found)] == [str(second), *finals(found)[2:]]
    finish(found, RunKey("lenet5", "tuned", "final", 1), {}, outcome="diverged")
    assert str(RunKey("lenet5", "tuned", "final", 1)) not in [str(key) for key in missing(found)]


def test_runs_made_before_are_evaluated_and_stay_the_same_runs(ledger: MakeLedger) -> None:
    before = trained(ledger)
    identities = {key: read_json(before.path(key) / "run.json") for key in before.asked}
    found = ledger(ASKED)
    stage, executor, said = evaluations(found, lambda key: "completed")
    stage.run()
    assert executor.asked == finals(found)
    assert missing(found) == []
    assert {key: read_json(found.path(key) / "run.json") for key in found.asked} == identities
    assert found.results[RunKey("mlp", "tuned", "final", 0)].metrics["corruption_error"] == 0.5
    assert len(said) == 4
    assert not stage.failed


def test_a_failure_is_said_and_left_for_the_next_command(ledger: MakeLedger) -> None:
    found = trained(ledger, ASKED)
    bad = finals(found)[1]
    stage, _, said = evaluations(found, lambda key: "error: no weights" if key == bad else "completed")
    stage.run()
    assert {str(key): reason for key, reason in stage.failed.items()} == {bad: "no weights"}
    assert f"{bad}: its evaluation on corrupted images failed: no weights" in said
    assert [str(key) for key in missing(found)] == [bad]
    assert found.results[RunKey("mlp", "tuned", "final", 1)].outcome == "completed", "the run itself is over"


def test_a_lost_worker_costs_one_try(ledger: MakeLedger) -> None:
    found, seen = trained(ledger, ASKED), list[str]()

    def script(key: str) -> str:
        seen.append(key)
        return "killed" if seen.count(key) == 1 and key == finals(found)[0] else "completed"

    stage, executor, _ = evaluations(found, script)
    stage.run()
    assert executor.asked.count(finals(found)[0]) == 2
    assert missing(found) == []
    worse = trained(ledger, ASKED, ended_at=2000.0)
    stage, executor, _ = evaluations(worse, lambda key: "killed" if key == finals(worse)[0] else "completed")
    stage.run()
    assert [str(key) for key in stage.failed] == [finals(worse)[0]]


def test_what_an_executor_says_meanwhile_is_passed_on(ledger: MakeLedger) -> None:
    """A full cluster is not waited for in silence."""
    stage, executor, said = evaluations(trained(ledger, ASKED), lambda key: "completed")
    nobody: Any = None
    executor.events.put((nobody, {"event": "said", "text": "the cluster has no room"}))
    stage.run()
    assert said[0] == "the cluster has no room"


def test_what_somebody_must_mend_stops_it(ledger: MakeLedger) -> None:
    stage, _, _ = evaluations(trained(ledger, ASKED), lambda key: "suspended: the disk is full")
    with pytest.raises(Stopped, match="the disk is full"):
        stage.run()


def test_the_description_and_the_estimate_know_of_it(ledger: MakeLedger) -> None:
    from suite.study.estimate import estimate

    plain, asked = ledger(), ledger(ASKED)
    assert describe(asked, "running")["corruptions"] == {"kinds": ("fog",), "strengths": (1, 5), "baseline": None}
    search, final = RunKey("mlp", "tuned", "search", 0), RunKey("mlp", "tuned", "final", 0)
    costs = [[estimate(one, [key]).runs[key] for one in (plain, asked)] for key in (search, final)]
    assert costs[0][0] == costs[0][1], "no search trial is evaluated"
    assert costs[1][0] < costs[1][1]
