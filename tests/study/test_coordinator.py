"""What the coordinator makes of events, with workers that follow a script and the real directories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from suite.core.directories import RunKey
from suite.core.outcomes import Outcome
from suite.projections.projector import Projector
from suite.study.accounting import SessionClock
from suite.study.coordinator import Coordinator
from suite.study.ledger import Ledger
from suite.study.tolerance import EQUAL_ERRORS, KILLS_WITHOUT_PROGRESS, Stopped
from tests.projections.kept import Kept
from tests.study.scripted import Recorded, Script, ScriptedExecutor

MakeLedger = Callable[..., Ledger]


def carry_out(ledger: Ledger, script: Script) -> tuple[ScriptedExecutor, Recorded]:
    executor, listener = ScriptedExecutor(script), Recorded()
    clock = SessionClock(ledger.directory, ledger.study.workers)
    Coordinator(ledger, executor, Projector({"kept": Kept}), listener, clock).run()
    return executor, listener


def test_any_executor_carries_out_the_plan(ledger: MakeLedger) -> None:
    book = ledger("workers=2")
    executor, _ = carry_out(book, lambda key: "completed")
    assert len(book.results) == 8
    assert Counter(executor.asked) == Counter(map(str, book.results)), "each run is handed out once"
    assert {result.outcome for result in book.results.values()} == {Outcome.COMPLETED}


def test_three_equal_errors_in_a_row_stop_the_study(ledger: MakeLedger) -> None:
    book = ledger()
    with pytest.raises(Stopped, match="3 runs in a row failed alike: ValueError: no such layer"):
        carry_out(book, lambda key: "error:ValueError: no such layer")
    assert len(book.results) == EQUAL_ERRORS
    assert len(book.failures()) == EQUAL_ERRORS


def test_errors_that_differ_or_that_a_good_run_parts_do_not(ledger: MakeLedger) -> None:
    book = ledger()
    carry_out(book, lambda key: "completed" if key.endswith("/1") else "error:the same")
    assert len(book.results) == 8
    other = ledger("instance=other")
    carry_out(other, lambda key: f"error:{key}")
    assert len(other.results) == 8


def test_kills_without_progress_stop_the_study(ledger: MakeLedger) -> None:
    book = ledger()
    with pytest.raises(Stopped, match=r"the worker of mlp/tuned/search/0 was killed 5 times before it got anywhere"):
        carry_out(book, lambda key: "killed")
    assert book.results == {}, "a kill is no result"
    assert book.attempt(RunKey("mlp", "tuned", "search", 0)) == KILLS_WITHOUT_PROGRESS + 1


def test_a_killed_run_goes_on(ledger: MakeLedger) -> None:
    book, first = ledger(), iter(["killed", "short_of_memory"])
    _, listener = carry_out(book, lambda key: next(first, "completed"))
    assert len(book.results) == 8
    assert book.failures() == []
    assert sum("the worker was killed; the run goes on" in line for line in listener.lines) == 2


def test_a_worker_that_the_system_ended_for_its_own_memory_is_a_failure_at_once(ledger: MakeLedger) -> None:
    book, key = ledger(), RunKey("mlp", "tuned", "final", 0)
    executor, _ = carry_out(book, lambda name: "out_of_memory" if name == str(key) else "completed")
    assert book.results[key].outcome is Outcome.OUT_OF_MEMORY
    assert executor.asked.count(str(key)) == 1
    assert book.failures() == [book.results[key]]


def test_a_small_worker_that_is_killed_whenever_memory_is_short_needs_too_much_of_it(ledger: MakeLedger) -> None:
    book, key = ledger(), RunKey("lenet5", "tuned", "search", 1)
    executor, _ = carry_out(book, lambda name: "short_of_memory" if name == str(key) else "completed")
    assert book.results[key].outcome is Outcome.OUT_OF_MEMORY
    assert executor.asked.count(str(key)) == KILLS_WITHOUT_PROGRESS


def test_a_crash_is_an_error_with_the_workers_last_words(ledger: MakeLedger) -> None:
    book, key = ledger(), RunKey("mlp", "tuned", "search", 0)
    carry_out(book, lambda name: "crashed" if name == str(key) else "completed")
    assert book.results[key].outcome is Outcome.ERROR
    assert book.results[key].reason == "the worker crashed (signal SIGKILL): the last words"


def test_a_result_holds_the_recipe_as_the_study_asks_and_beside_it_what_the_search_chose(ledger: MakeLedger) -> None:
    book = ledger()
    carry_out(book, lambda key: "crashed" if key == "mlp/tuned/search/0" else "completed")
    for key, result in book.results.items():
        assert result.recipe["learning_rate"] == 0.1, "of normal ends and of crashed ones alike"
        assert result.parameters == book.parameters(key)
        assert result.threads == book.threads
