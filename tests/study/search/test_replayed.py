from __future__ import annotations

import shutil
from collections.abc import Callable

from suite.core import directories
from suite.core.directories import RunKey
from suite.projections.optuna import default_url, mirror_name, open_mirror
from suite.study.ledger import Ledger
from suite.study.rebuilding import rebuild_mirror
from suite.study.search.replayed import Searches
from tests.study.conftest import finish

MakeLedger = Callable[..., Ledger]
TRIALS = [RunKey("mlp", "tuned", "search", number) for number in (0, 1)]


def trained(book: Ledger) -> Searches:
    """Two finished trials, mirrored."""
    searches = Searches(book)
    for number, key in enumerate(TRIALS):
        parameters = searches.of(key).ask(number)
        finish(book, key, parameters, val_accuracy=0.5, ended_at=1010.0 + number)
        result = book.results[key]
        end = (result.outcome, result.metrics["val_accuracy"], result.reason, result.ended_at)
        searches.of(key).tell(number, *end)
        write(searches, key)
    return searches


def write(searches: Searches, key: RunKey) -> None:
    mirror = searches.mirror(key)
    assert mirror is not None
    mirror()


def shown(book: Ledger) -> list[tuple[float | None, float]]:
    name = mirror_name(book.study.name, book.study.instance, "mlp", "tuned")
    trials = open_mirror(default_url(book.study.workspace), name).trials
    return [(trial.value, trial.user_attrs["ended_at"]) for trial in trials]


def test_the_mirror_follows_and_a_rebuilt_search_adds_nothing(ledger: MakeLedger) -> None:
    trained(ledger())
    book = ledger()
    assert Searches(book).of(TRIALS[0]).next_number == 2
    write(Searches(book), TRIALS[0])
    assert shown(book) == [(0.5, 1010.0), (0.5, 1011.0)]


def test_a_trial_that_was_deleted_and_trained_again_is_new_in_the_mirror(ledger: MakeLedger) -> None:
    old = ledger()
    searches = trained(old)
    parameters = searches.of(TRIALS[0]).parameters(0)
    shutil.rmtree(old.path(TRIALS[0]))
    book = ledger()
    searches = Searches(book)
    write(searches, TRIALS[1])
    assert shown(book) == [(0.5, 1011.0)], "the deleted trial is gone"
    description = {"study": book.study.name, "instance": book.study.instance, "study_seed": book.study.study_seed}
    rebuild_mirror(book.study.workspace, description, list(directories.run_directories(book.directory)))
    assert shown(book) == [(0.5, 1011.0)], "a rebuilt mirror shows the same"
    finish(book, TRIALS[0], parameters, val_accuracy=0.9, ended_at=2000.0)
    searches.of(TRIALS[0]).tell(0, "completed", 0.9, None, 2000.0)
    write(searches, TRIALS[0])
    assert shown(book) == [(0.9, 2000.0), (0.5, 1011.0)]


def test_rebuilding_shows_the_retrained_trial_and_forgets_searches_without_runs(ledger: MakeLedger) -> None:
    book = ledger()
    parameters = trained(book).of(TRIALS[0]).parameters(0)
    url = default_url(book.study.workspace)
    gone = mirror_name(book.study.name, book.study.instance, "gone", "tuned")
    open_mirror(url, gone).set_user_attr("of", "an earlier list of candidates")
    shutil.rmtree(book.path(TRIALS[0]))
    again = ledger()
    finish(again, TRIALS[0], parameters, val_accuracy=0.9, ended_at=2000.0)
    description = {"study": again.study.name, "instance": again.study.instance, "study_seed": again.study.study_seed}
    rebuild_mirror(again.study.workspace, description, list(directories.run_directories(again.directory)))
    assert shown(again) == [(0.9, 2000.0), (0.5, 1011.0)]
    assert open_mirror(url, gone).user_attrs == {}, "made anew just now"


def test_a_final_run_has_nothing_to_mirror(ledger: MakeLedger) -> None:
    assert Searches(ledger()).mirror(RunKey("mlp", "tuned", "final", 0)) is None
