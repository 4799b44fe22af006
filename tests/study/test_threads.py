from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from suite.core.directories import RunKey
from suite.core.durable import read_json, write_json
from suite.core.refusals import Refusal
from suite.study import threads
from suite.study.ledger import Ledger
from tests.study.conftest import Make, finish

MakeLedger = Callable[..., Ledger]
KEY = RunKey("mlp", "tuned", "search", 0)
ONE = {"learning_rate": 0.1, "weight_decay": 0.0005}


@pytest.fixture(autouse=True)
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "cores", lambda: 4)
    monkeypatch.setattr(threads, "gpus", list)


def test_workers_share_the_cores_where_nothing_has_run(ledger: MakeLedger) -> None:
    assert [ledger(f"workers={count}").threads for count in (1, 2, 3, 9)] == [4, 2, 1, 1]


def test_an_instance_keeps_its_threads_whatever_the_workers(ledger: MakeLedger) -> None:
    finish(ledger("workers=2"), KEY, ONE)
    assert ledger("workers=2").results[KEY].threads == 2
    assert ledger("workers=1").threads == 2
    assert ledger("workers=4").threads == 2


def test_a_run_that_was_only_opened_binds_nobody(ledger: MakeLedger) -> None:
    ledger("workers=2").open(KEY, ONE)
    book = ledger("workers=1")
    assert book.threads == 4
    book.open(KEY, ONE)
    assert read_json(book.path(KEY) / "run.json")["identity"]["threads"] == 4


def test_runs_that_do_not_say_their_threads_bind_nobody(ledger: MakeLedger) -> None:
    book = ledger()
    finish(book, KEY, ONE)
    for name in ("run.json", "result.json"):
        record = read_json(book.path(KEY) / name)
        record.get("identity", record).pop("threads", None)
        record.pop("threads", None)
        write_json(book.path(KEY) / name, record)
    assert ledger("workers=2").threads == 2
    assert KEY in ledger("workers=2").results


def test_asking_for_another_number_is_refused_with_the_difference(tiny: Make) -> None:
    study = tiny()
    asked = {str(KEY): 2}
    assert threads.settled(_asking(study, 2), asked) == 2
    assert threads.settled(_asking(study, 3), {}) == 3
    with pytest.raises(Refusal, match=r"mlp/tuned/search/0: threads: 2 became 1\. .*instance=NAME"):
        threads.settled(_asking(study, 1), asked)


def _asking(study: object, number: int) -> object:
    asking = replace(study)  # type: ignore[type-var]
    object.__setattr__(asking, "threads", number)
    return asking


def test_workers_that_share_cores_are_named() -> None:
    assert threads.oversubscription(2, 2) is None
    said = "2 workers with 4 threads each share 4 cores: times are longer than alone"
    assert threads.oversubscription(2, 4) == said


def test_on_a_cluster_the_threads_are_named(tiny: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A local one has this machine's cores; a joined one's machines are others, unless an instance has its number."""
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    assert threads.settled(tiny("executor=ray", "workers=2"), {}) == 2
    joined = tiny("executor=ray", "ray.address=auto")
    with pytest.raises(Refusal, match="set threads=N"):
        threads.settled(joined, {})
    assert threads.settled(joined, {str(KEY): 3}) == 3
    assert threads.settled(tiny("executor=ray", "ray.address=auto", "threads=6"), {}) == 6
