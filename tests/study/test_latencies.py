"""Which runs are timed after the training: one of each candidate, one at a time, again where it was lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from suite.analysis.folder.collect import collect
from suite.core.directories import LATENCY, RunKey
from suite.core.durable import read_json
from suite.core.latency import NAMES, read_latency, write_latency
from suite.study import description, latencies
from suite.study.costs import Cost, latency_seconds
from suite.study.evaluating import Evaluations
from suite.study.evaluating import missing as corruptions_missing
from suite.study.latencies import TIMINGS, missing, without_weights
from suite.study.ledger import Ledger
from suite.study.outlook import look
from suite.study.plan import planned
from tests.study.conftest import Make, finish
from tests.study.scripted import ScriptedExecutor

MakeLedger = Callable[..., Ledger]
ASKED = "evaluation.latency=true"
FIRSTS = ["mlp/tuned/final/0", "lenet5/tuned/final/0"]


class Stores:
    """A projector of which is told when it is to have written everything, beside what workers were told."""

    def __init__(self, asked: list[str]) -> None:
        self.asked, self.results = asked, list[str]()

    def drain(self) -> None:
        self.asked.append("drained")

    def result(self, key: RunKey, committed: Callable[[], Any]) -> None:
        self.results.append(str(key))


def trained(ledger: MakeLedger, *overrides: str) -> Ledger:
    found = ledger(*overrides)
    for key in planned(found.study):
        finish(found, key, {})
    return found


def stage(ledger: Ledger, script: Callable[[str], str]) -> tuple[Evaluations, ScriptedExecutor, list[str]]:
    said: list[str] = []
    executor = ScriptedExecutor(script)
    stores: Any = Stores(executor.asked)
    return Evaluations(ledger, executor, stores, said.append, TIMINGS), executor, said


def names(keys: list[RunKey]) -> list[str]:
    return [str(key) for key in keys]


def test_a_study_that_does_not_ask_misses_nothing(ledger: MakeLedger) -> None:
    found = trained(ledger)
    assert missing(found) == without_weights(found) == []
    assert "latency" not in description.describe(found, "finished")


def test_the_first_completed_final_run_of_each_candidate(ledger: MakeLedger) -> None:
    found = trained(ledger, ASKED)
    assert names(missing(found)) == FIRSTS
    assert corruptions_missing(found) == []
    finish(found, RunKey("mlp", "tuned", "final", 0), {}, outcome="diverged")
    assert names(missing(found)) == ["mlp/tuned/final/1", FIRSTS[1]]
    second = RunKey("lenet5", "tuned", "final", 1)
    write_latency(found.path(second), found.results[second].ended_at, dict.fromkeys(NAMES, 0.1), {})
    assert names(missing(found)) == ["mlp/tuned/final/1"], "one of a candidate is enough"
    assert description.describe(found, "finished")["latency"] is True


def test_runs_made_before_are_timed_one_at_a_time_whatever_the_workers(ledger: MakeLedger) -> None:
    trained(ledger, "threads=1")
    found = ledger(ASKED, "workers=2", "threads=1")
    most = list[int]()

    def script(key: str) -> str:
        most.append(len(executor.workers))
        return "completed"

    stages, executor, said = stage(found, script)
    stages.run()
    assert executor.asked == ["drained", FIRSTS[0], "drained", FIRSTS[1]], "no store is written to meanwhile"
    assert most == [1, 1]
    assert missing(found) == []
    assert said[0] == f"{FIRSTS[0]}: latency 1 ms for one image, 0.001 images/s in batches"
    key = RunKey("mlp", "tuned", "final", 0)
    timed = read_latency(found.path(key), found.results[key].ended_at)
    assert timed is not None
    assert timed["conditions"]["busy_workers"] == 0
    assert found.results[key].metrics["latency_seconds"] == 0.001
    assert names(missing(ledger(ASKED, "threads=1"))) == [], "and not once more"


def test_what_is_lost_is_measured_again_and_what_fails_is_said(ledger: MakeLedger) -> None:
    found = trained(ledger, ASKED)
    stages, _, said = stage(found, lambda key: "error: there are no weights" if key == FIRSTS[1] else "completed")
    stages.run()
    assert names(list(stages.failed)) == [FIRSTS[1]]
    assert f"{FIRSTS[1]}: its measurement of latency failed: there are no weights" in said
    assert names(missing(found)) == [FIRSTS[1]]
    stages, executor, _ = stage(found, lambda key: "killed" if len(executor.asked) == 2 else "completed")
    stages.run()
    assert executor.asked == ["drained", FIRSTS[1]] * 2
    assert missing(found) == []
    (found.path(RunKey("mlp", "tuned", "final", 0)) / LATENCY).unlink()
    assert names(missing(found)) == [FIRSTS[0]]


def test_published_runs_bring_theirs_along_and_others_are_named(tiny: Make, ledger: MakeLedger, tmp_path: Path) -> None:
    made = trained(ledger, ASKED)
    key = RunKey("mlp", "tuned", "final", 1)
    timed = dict.fromkeys(NAMES, 0.25), {"device": "Another (7 cores)", "busy_workers": 0, "busy_cores": None}
    write_latency(made.path(key), made.results[key].ended_at, *timed)
    description.write(made, "finished")
    collect(made.directory, tmp_path / "published" / "tiny")
    shutil.rmtree("runs")
    dry = look(tiny("from=published/tiny", ASKED, "dry_run=true"))
    assert names(without_weights(dry.ledger)) == [FIRSTS[1]], "a dry run says what would be"
    outlook = look(tiny("from=published/tiny", ASKED))
    assert missing(outlook.ledger) == []
    assert names(without_weights(outlook.ledger)) == [FIRSTS[1]]
    assert outlook.lines()[-1].startswith("the latency of lenet5 is not measured: all final runs came from published")
    taken = read_latency(outlook.ledger.path(key), outlook.ledger.results[key].ended_at)
    assert taken is not None
    assert (taken["figures"], taken["conditions"]) == timed
    description.write(outlook.ledger, "finished")
    collect(outlook.ledger.directory, tmp_path / "again")
    assert read_json(tmp_path / "again" / LATENCY) == read_json(tmp_path / "published" / "tiny" / LATENCY)


def test_it_takes_its_time_of_a_time_budget(ledger: MakeLedger) -> None:
    costs = {"mlp": Cost(4000.0, 1e9, 4.0, 0.5, 0.05), "lenet5": Cost(1000.0, 1e9, 6.0, 0.5, 0.05)}
    assert latency_seconds(ledger().study, costs, 10.0) == 0
    assert latency_seconds(ledger(ASKED).study, costs, 10.0) == pytest.approx(10 + 4 + 6 + 2 * 4.5)


def test_a_memory_that_is_too_small_for_a_batch_is_said(ledger: MakeLedger) -> None:
    found = trained(ledger, ASKED)
    key = RunKey("mlp", "tuned", "final", 0)
    figures = {**dict.fromkeys(NAMES, 0.002), "inference_images_per_second": None}
    write_latency(found.path(key), found.results[key].ended_at, figures, {})
    result = found.commit(key)
    assert result is not None
    assert latencies.said(result) == "latency 2 ms for one image, memory does not suffice for a batch"
    figures = {**dict.fromkeys(NAMES, 1.23456), "inference_images_per_second": 12345.6}
    write_latency(found.path(key), found.results[key].ended_at, figures, {})
    slow = found.commit(key)
    assert slow is not None
    assert latencies.said(slow) == "latency 1,235 ms for one image, 12,346 images/s in batches"
