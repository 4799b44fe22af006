from __future__ import annotations

import pytest

from suite.core.directories import RunKey
from suite.core.planning import run_keys
from suite.study.makespan import makespan


def keys(candidates: str = "a", trials: int = 2, seeds: int = 3) -> list[RunKey]:
    return run_keys(candidates, ["tuned"], {"tuned": trials}, seeds)


def span(plan: list[RunKey], tracing: float = 0.0, start: float = 0.0, workers: int = 1, parallel: int = 1) -> float:
    return makespan(plan, dict.fromkeys(plan, 10.0), dict.fromkeys("abc", tracing), start, workers, parallel)


def test_one_worker_does_one_thing_after_the_other() -> None:
    assert span(keys("ab"), tracing=3.0, start=7.0) == 7 + 2 * (3 + 5 * 10)


def test_nothing_takes_no_time() -> None:
    assert span([], start=7.0) == 0


def test_the_trials_of_a_search_wait_for_each_other_and_final_runs_for_the_search() -> None:
    assert span(keys("a", trials=2, seeds=2), workers=2) == 30, "two trials alone, then two final runs at a time"
    assert span(keys("a", trials=2, seeds=2), workers=2, parallel=2) == 20
    assert span(keys("a", trials=0, seeds=4), workers=2) == 20


def test_meanwhile_another_candidate_is_searched() -> None:
    assert span(keys("ab", trials=2, seeds=1), workers=2) == 30


def test_each_worker_traces_for_itself_and_starts_after_the_one_before() -> None:
    assert span(keys("a", trials=0, seeds=2), tracing=4.0, start=5.0, workers=2) == 2 * 5 + 4 + 10


def test_a_graph_that_was_given_up_is_traced_again() -> None:
    plan = [RunKey(name, "tuned", "final", number) for number, name in enumerate("abca")]
    assert span(plan, tracing=1.0) == 4 * 10 + 4


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_no_plan_takes_less_than_its_work_or_more_than_one_worker_would(workers: int) -> None:
    plan = keys("abc", trials=4, seeds=5)
    assert 10 * len(plan) / workers <= span(plan, workers=workers) <= 10 * len(plan)
