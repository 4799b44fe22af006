from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from suite.core.directories import RunKey
from suite.core.refusals import Refusal
from suite.study.description import plan_lines
from suite.study.ledger import Ledger
from suite.study.outlook import look
from tests.study.conftest import finish

MakeLedger = Callable[..., Ledger]
SEARCH, FINAL = RunKey("mlp", "tuned", "search", 0), RunKey("mlp", "tuned", "final", 0)
ONE, OTHER = {"learning_rate": 0.1, "weight_decay": 0.0005}, {"learning_rate": 0.2, "weight_decay": 0.001}


def test_what_was_committed_is_found_again(ledger: MakeLedger) -> None:
    finish(ledger(), SEARCH, ONE)
    again = ledger()
    assert set(again.results) == {SEARCH}
    assert again.parameters(SEARCH) == ONE
    assert again.history(SEARCH)[0]["epoch"] == 1


def test_more_seeds_trials_and_other_workers_are_the_same_instance(ledger: MakeLedger) -> None:
    finish(ledger(), SEARCH, ONE)
    assert SEARCH in ledger("seeds=5", "search.trials=8", "workers=2").results


@pytest.mark.parametrize(
    "override", ["recipe.batch_size=16", "data.train_examples=200", "study_seed=1", "candidates.mlp.options.width=2"]
)
def test_another_configuration_is_refused_with_the_difference_and_the_way_out(
    ledger: MakeLedger, override: str
) -> None:
    finish(ledger(), SEARCH, ONE)
    with pytest.raises(Refusal, match=r"became .*instance=NAME"):
        ledger(override)
    assert ledger(override, "instance=other").results == {}


def test_a_run_that_was_only_opened_does_not_stand_in_the_way_of_a_corrected_value(ledger: MakeLedger) -> None:
    ledger().open(SEARCH, ONE)
    corrected = ledger("recipe.batch_size=16")
    assert SEARCH not in corrected.asked
    corrected.open(SEARCH, ONE)
    assert corrected.asked[SEARCH]["identity"]["recipe"]["batch_size"] == 16
    (corrected.path(SEARCH) / "checkpoints" / "0000000008").mkdir(parents=True)
    with pytest.raises(Refusal, match="batch_size: 16 became 32"):
        ledger()


def test_attempts_are_counted_durably(ledger: MakeLedger) -> None:
    first = ledger()
    first.open(SEARCH, ONE)
    assert first.attempt(SEARCH) == 1
    assert ledger().attempt(SEARCH) == 2


def test_a_dry_run_leaves_the_attempts_of_a_running_study_alone(ledger: MakeLedger) -> None:
    """It is looked at without the workspace's lock: another coordinator's workers may be training there."""
    running = ledger()
    running.open(SEARCH, ONE)
    _, directory = running.hand_out(SEARCH, apart=True)
    (directory / "checkpoints" / "0000000008").mkdir(parents=True)
    before = sorted(running.directory.rglob("*"))
    outlook = look(replace(running.study, dry_run="true"))
    assert sorted(running.directory.rglob("*")) == before
    assert SEARCH in outlook.missing
    other = replace(ledger("recipe.batch_size=16", "instance=other").study, instance=running.study.instance)
    with pytest.raises(Refusal, match="batch_size: 32 became 16"):  # what has trained there counts all the same
        look(replace(other, dry_run="true"))
    look(running.study)
    assert not directory.exists(), "whoever holds the lock takes it back"


def test_selection_takes_the_best_trial(ledger: MakeLedger) -> None:
    book = ledger()
    finish(book, SEARCH, ONE, val_accuracy=0.6)
    finish(book, RunKey("mlp", "tuned", "search", 1), OTHER, val_accuracy=0.7)
    assert book.selected("mlp", "tuned", 2) == OTHER
    assert book.selected("lenet5", "tuned", 2) == {}


def test_final_runs_that_a_grown_search_no_longer_selects_are_kept_aside(ledger: MakeLedger) -> None:
    book = ledger()
    finish(book, SEARCH, ONE, val_accuracy=0.6)
    finish(book, FINAL, ONE)
    assert book.supersede("mlp", "tuned", 2) == []
    finish(book, RunKey("mlp", "tuned", "search", 1), OTHER, val_accuracy=0.7)
    assert book.supersede("mlp", "tuned", 2) == [FINAL]
    assert FINAL not in ledger().asked
    assert list(book.directory.glob("mlp/tuned/final/superseded-0-*/result.json"))


def test_more_trials_of_one_candidate_alone_do_not_count(ledger: MakeLedger) -> None:
    book = ledger()
    finish(book, SEARCH, ONE, val_accuracy=0.6)
    finish(book, RunKey("mlp", "tuned", "search", 1), OTHER, val_accuracy=0.7)
    finish(book, RunKey("lenet5", "tuned", "search", 0), ONE)
    assert book.even_trials("tuned") == 1
    assert book.selected("mlp", "tuned", book.even_trials("tuned")) == ONE


def test_a_search_trial_that_diverged_is_an_answer_a_final_run_is_not(ledger: MakeLedger) -> None:
    book = ledger()
    finish(book, SEARCH, ONE, outcome="diverged")
    assert book.failures() == []
    finish(book, FINAL, ONE, outcome="diverged")
    finish(book, RunKey("mlp", "tuned", "search", 1), OTHER, outcome="error")
    assert {result.phase for result in book.failures()} == {"search", "final"}


def test_failed_runs_are_set_aside_and_asked_for_again_where_that_is_wished(ledger: MakeLedger) -> None:
    """However they were asked for; what completed, was pruned, or diverged in a search stays."""
    first = ledger()
    kept = {SEARCH: "completed", RunKey("mlp", "tuned", "search", 1): "diverged"}
    failed = {FINAL: "out_of_memory", RunKey("lenet5", "tuned", "search", 0): "error",
              RunKey("lenet5", "tuned", "final", 1): "diverged"}  # fmt: skip
    for key, outcome in (kept | failed).items():
        finish(first, key, ONE, outcome=outcome)
    assert set(ledger().results) == set(kept | failed), "not without being asked"
    for again in (ledger("retry=failed", "dry_run=true"), ledger("retry=failed")):
        assert set(again.results) == set(again.asked) == set(kept)
        assert set(again.retried) == set(failed)
        assert any(line.startswith("retry=failed: 3 failed runs again, ") for line in plan_lines(again.study, again))
    for key in failed:
        assert not again.path(key).exists()
        (aside,) = again.path(key).parent.glob(f"superseded-{key.number}-*")
        assert (aside / "result.json").exists()
    once_more = ledger("retry=failed")
    assert once_more.retried == []
    assert "retry=failed: no run has failed" in plan_lines(once_more.study, once_more)


def test_a_dry_run_leaves_failed_runs_where_they_are(ledger: MakeLedger) -> None:
    finish(ledger(), FINAL, ONE, outcome="error")
    look(ledger("retry=failed", "dry_run=true").study)
    assert ledger().results[FINAL].outcome == "error"


def test_what_failed_may_be_asked_for_otherwise_the_second_time(ledger: MakeLedger) -> None:
    """A batch that the memory did not hold; while a run that completed was asked for with it, it is refused."""
    finish(ledger(), FINAL, ONE, outcome="out_of_memory")
    assert ledger("retry=failed", "dry_run=true", "recipe.batch_size=16").retried == [FINAL]
    finish(ledger(), SEARCH, ONE)
    with pytest.raises(Refusal, match="batch_size: 32 became 16"):
        ledger("retry=failed", "recipe.batch_size=16")
    assert ledger().results[FINAL].outcome == "out_of_memory", "refused before anything is set aside"


def test_another_word_for_it_is_refused(ledger: MakeLedger) -> None:
    with pytest.raises(Refusal, match="retry"):
        ledger("retry=all")
