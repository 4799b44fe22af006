"""What the coordinator makes of events, with workers that follow a script and the real directories."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from suite.core.directories import RunKey
from suite.core.outcomes import Outcome
from suite.core.result import Result, finished, write_result
from suite.projections.projector import Projector
from suite.study.accounting import SessionClock
from suite.study.coordinator import Coordinator
from suite.study.ledger import Ledger
from suite.study.plan import planned
from suite.study.tolerance import EQUAL_ERRORS, KILLS_WITHOUT_PROGRESS, Stopped
from suite.training import checkpoint
from suite.training.checkpoint import CHECKPOINTS
from tests.projections.kept import Kept
from tests.study.scripted import Recorded, Script, ScriptedExecutor

MakeLedger = Callable[..., Ledger]


def carry_out(
    ledger: Ledger, script: Script, kept: Kept | None = None, apart: bool = False
) -> tuple[ScriptedExecutor, Recorded]:
    executor, listener, kept = ScriptedExecutor(script, apart), Recorded(), kept or Kept()
    clock, projector = SessionClock(ledger.directory, ledger.study.workers), Projector({"kept": lambda: kept})
    Coordinator(ledger, executor, projector, listener, clock).run()
    assert projector.drain() is None
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


def test_what_failed_trains_again_where_that_is_asked_for_and_nothing_else_does(ledger: MakeLedger) -> None:
    carry_out(
        ledger(), lambda key: "error:it was off" if key in ("mlp/tuned/search/1", "mlp/tuned/final/0") else "completed"
    )
    again, _ = carry_out(ledger(), lambda key: "completed")
    assert again.asked == [], "a failure is a result"
    book = ledger("retry=failed")
    again, _ = carry_out(book, lambda key: "completed")
    assert sorted(again.asked) == ["mlp/tuned/final/0", "mlp/tuned/search/1"]
    assert len(book.results) == 8
    assert book.failures() == []


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


def test_a_checkpoint_that_is_passed_over_is_said_and_its_epochs_leave_the_projections(ledger: MakeLedger) -> None:
    class Dropping(Kept):
        dropped: ClassVar[list[tuple[str, int]]] = []

        def drop(self, key: str) -> None:
            self.dropped.append((key, len(self.rows.get(key, []))))
            super().drop(key)

    book, key = ledger(), RunKey("mlp", "tuned", "search", 0)
    book.open(key, {})
    state = {"rows": [{"epoch": 1, "timestamp_ms": 5, "val_accuracy": 0.5}]}
    checkpoint.commit(book.path(key) / CHECKPOINTS, 8, "another", {}, state)
    why = "starts again: its checkpoint was made with threads: not recorded then, 2 now"
    _, listener = carry_out(book, lambda name: f"passed_over:{why}" if name == str(key) else "completed", Dropping())
    assert f"{key}: {why}" in listener.lines
    assert [rows for name, rows in Dropping.dropped if name == str(key)] == [1]


def test_a_run_is_as_long_as_its_own_parameters_say(ledger: MakeLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where epochs are searched, the recipe's are those of one trial only."""
    book, key = ledger(), RunKey("mlp", "tuned", "final", 0)
    monkeypatch.setattr(book, "selected", lambda candidate, *_: {"epochs": 7} if candidate == "mlp" else {})
    _, listener = carry_out(book, lambda name: "completed")
    assert listener.epochs[str(key)] == book.epochs(key, {"epochs": 7}) == 7
    assert listener.epochs["lenet5/tuned/final/0"] == book.epochs(RunKey("lenet5", "tuned", "final", 0), {}) == 2


def test_each_attempt_of_a_worker_that_may_be_lost_has_a_directory_of_its_own(ledger: MakeLedger) -> None:
    """Killed at first, and once it has a result that nobody was told of: nothing but the run's files is left."""
    book, first = ledger(), iter(["killed", "completed", "short_of_memory"])
    executor = ScriptedExecutor(lambda key: next(first, "completed"), apart=True)
    Coordinator(book, executor, Projector({"kept": Kept}), Recorded(), SessionClock(book.directory, 1)).run()
    assert len(book.results) == 8
    places = [Path(place).relative_to(book.directory) for place in executor.places]
    assert [str(place) for place in places[:3]] == [
        "mlp/tuned/search/0/attempt-1",
        "mlp/tuned/search/0/attempt-2",
        "mlp/tuned/search/1/attempt-1",
    ]
    assert not list(book.directory.glob("*/*/*/*/attempt-*"))
    assert [book.results[key].attempts for key in sorted(book.results)].count(2) == 2


def test_a_coordinator_settles_what_another_left(ledger: MakeLedger) -> None:
    """It was killed after a worker's end, before it took note of it; the next one hands out nothing of it again."""
    book, key = ledger(), RunKey("mlp", "tuned", "search", 0)
    book.open(key, {"learning_rate": 0.1, "weight_decay": 0.0005})
    number, place = book.hand_out(key, apart=True)
    asked = {**book.fields(key), "attempts": number}
    write_result(place, finished(asked, {"outcome": "completed", "epochs": 1, "val_accuracy": 0.5}, 1000.0))
    after = ledger()
    assert after.results[key].attempts == 1
    executor, _ = carry_out(after, lambda key: "completed")
    assert str(key) not in executor.asked


class Overlapping(Recorded):
    """Keeps the largest number of one candidate's trials that were in hand at once."""

    def __init__(self) -> None:
        super().__init__()
        self.most, self._now = 0, Counter[str]()

    def started(self, key: RunKey, attempt: int, epochs: int) -> None:
        self._now[key.candidate] += key.phase == "search"
        self.most = max(self.most, *self._now.values())

    def ended(self, key: RunKey, result: Result) -> None:
        self._now[key.candidate] -= key.phase == "search"


@pytest.mark.parametrize("parallel", [1, 2, 3])
def test_the_set_of_runs_does_not_depend_on_how_many_trials_overlap(parallel: int, ledger: MakeLedger) -> None:
    book, listener = ledger("search.trials=12", "workers=8", f"search.parallel={parallel}"), Overlapping()
    executor = ScriptedExecutor(lambda key: "completed")
    Coordinator(book, executor, Projector({"kept": Kept}), listener, SessionClock(book.directory, 8)).run()
    assert sorted(book.results) == sorted(planned(book.study))
    assert Counter(executor.asked) == Counter(map(str, book.results)), "each run is handed out once"
    assert listener.most == parallel
    points = [str(book.parameters(key)) for key in book.results if (key.candidate, key.phase) == ("mlp", "search")]
    assert len(set(points)) == len(points) == 12


def test_a_worker_that_never_began_is_no_failure_of_its_run(ledger: MakeLedger) -> None:
    """It crashed while it started, which the run has no part in; when none starts the study stops, and says why."""
    book, first = ledger(), iter(["crashed:before it began"] * 2 + ["killed:before it began"] * 2)
    carry_out(book, lambda key: next(first, "completed"), apart=True)
    assert len(book.results) == 8
    assert book.failures() == []
    other = ledger("instance=other")
    with pytest.raises(Stopped, match=r"workers do not start \(signal SIGKILL\): the last words"):
        carry_out(other, lambda key: "crashed:before it began", apart=True)
    assert other.results == {}


def test_a_result_that_is_not_there_stops_the_study(ledger: MakeLedger) -> None:
    book = ledger()
    with pytest.raises(
        Stopped, match=r"mlp/tuned/search/1 is said to be finished, and .*/search/1 has no result of it"
    ):
        carry_out(book, lambda key: "lost" if key == "mlp/tuned/search/1" else "completed", apart=True)
    assert len(book.results) == 1


def test_a_run_that_is_killed_often_goes_on_as_long_as_it_gets_on_within_its_epoch(ledger: MakeLedger) -> None:
    """On machines that are taken away now and then an epoch may be longer than a machine lasts."""
    book, key, kills = ledger(), "mlp/tuned/search/0", iter(range(1, KILLS_WITHOUT_PROGRESS + 3))

    def script(name: str) -> str:
        if name != key or (step := next(kills, None)) is None:
            return "completed"
        (attempt,) = (book.directory / name).glob("attempt-*")
        (attempt / CHECKPOINTS / f"{step:010d}").mkdir(parents=True)
        return "killed"

    carry_out(book, script, apart=True)
    assert len(book.results) == 8


def test_ctrl_c_is_heard_between_two_runs_that_are_handed_out(ledger: MakeLedger) -> None:
    def script(name: str) -> str:
        signal.raise_signal(signal.SIGINT)
        return "completed"

    book = ledger("workers=8", "search.parallel=2")
    executor = ScriptedExecutor(script, apart=True)
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            Coordinator(book, executor, Projector({}), Recorded(), SessionClock(book.directory, 8)).run()
    finally:
        signal.signal(signal.SIGINT, heard)
    assert len(executor.asked) == 1


def test_what_an_executor_says_meanwhile_is_passed_on(ledger: MakeLedger) -> None:
    book, executor, listener = ledger(), ScriptedExecutor(lambda key: "completed"), Recorded()
    executor.events.put((executor.start(), {"event": "said", "text": "no room yet"}))
    Coordinator(book, executor, Projector({}), listener, SessionClock(book.directory, 1)).run()
    assert "no room yet" in listener.lines
    assert len(book.results) == 8
