from __future__ import annotations

import shutil
from collections.abc import Callable

from suite.core.directories import RunKey
from suite.study.ledger import Ledger
from suite.study.search.replayed import Searches
from tests.study.conftest import finish

MakeLedger = Callable[..., Ledger]
TRIALS = [RunKey("mlp", "tuned", "search", number) for number in (0, 1)]


def trained(book: Ledger) -> Searches:
    """Two finished trials."""
    searches = Searches(book)
    for number, key in enumerate(TRIALS):
        parameters = searches.of(key).ask(number)
        finish(book, key, parameters, val_accuracy=0.5, ended_at=1010.0 + number)
        result = book.results[key]
        end = (result.outcome, result.metrics["val_accuracy"], result.reason, result.ended_at)
        searches.of(key).tell(number, *end)
    return searches


def ended(searches: Searches) -> list[tuple[int, float | None, float | None]]:
    return [(trial.number, trial.value, trial.ended_at) for trial in searches.ended(TRIALS[0])()]


def test_a_rebuilt_search_lists_the_same_trials(ledger: MakeLedger) -> None:
    before = trained(ledger())
    after = Searches(ledger())
    assert after.of(TRIALS[0]).next_number == 2
    assert ended(after) == ended(before) == [(0, 0.5, 1010.0), (1, 0.5, 1011.0)]


def test_a_trial_that_was_deleted_is_listed_once_it_was_trained_again(ledger: MakeLedger) -> None:
    old = ledger()
    parameters = trained(old).of(TRIALS[0]).parameters(0)
    shutil.rmtree(old.path(TRIALS[0]))
    book = ledger()
    searches = Searches(book)
    assert ended(searches) == [(1, 0.5, 1011.0)], "the deleted trial is gone"
    finish(book, TRIALS[0], parameters, val_accuracy=0.9, ended_at=2000.0)
    searches.of(TRIALS[0]).tell(0, "completed", 0.9, None, 2000.0)
    assert ended(searches) == [(0, 0.9, 2000.0), (1, 0.5, 1011.0)]


def test_a_final_run_is_of_no_search(ledger: MakeLedger) -> None:
    assert Searches(ledger()).ended(RunKey("mlp", "tuned", "final", 0))() == []
