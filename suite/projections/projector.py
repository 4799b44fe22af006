"""The projections of the store, MLflow and Optuna's mirror, kept in step by one thread beside the coordinator.

Training never waits for them, and never fails with them: what could not be written is made good at the next start,
or by `python -m suite.status rebuild=true`.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from suite.core import faults
from suite.core.directories import RunKey
from suite.study.ledger import Ledger
from suite.study.plan import planned

GIVE_UP = 2  # orders that fail in a row
MEANS = ("test_accuracy", "test_top5_accuracy", "device_seconds", "trainable_params", "macs")


class Projection:
    """Takes orders from the coordinator, carries them out in order in a thread of its own."""

    def __init__(self, ledger: Ledger, tags: Mapping[str, str]) -> None:
        self._ledger, self._tags = ledger, tags
        self._orders: queue.Queue[Callable[[], None] | threading.Event] = queue.Queue()
        self._tracker: Any = None
        self.error: str | None = None
        threading.Thread(target=self._work, daemon=True).start()

    def _open(self) -> None:
        from suite.projections.mlflow import Tracker

        study = self._ledger.study
        self._tracker = Tracker(study.workspace, study.name, study.instance, self._tags)

    def begin(self, key: RunKey, fields: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> None:
        """Project the start of an attempt. One that has nothing committed leaves nothing of an earlier one behind."""
        if not history:
            self._order(lambda: self._tracker.drop(str(key)))
        self.rows(key, fields, history)

    def rows(self, key: RunKey, fields: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> None:
        """Project committed epochs of a run that is still going on."""
        rows = list(rows)
        self._order(lambda: self._tracker.epochs(str(key), fields, rows))

    def result(self, key: RunKey, mirror: Callable[[], None] | None = None) -> None:
        """Project a committed run, and its trial."""
        self._order(lambda: self._project(key, mirror))

    def _project(self, key: RunKey, mirror: Callable[[], None] | None) -> None:
        result = self._ledger.results.get(key)
        if result is None:
            return
        if not self._tracker.is_whole(str(key), result["ended_at"]):
            faults.reach("projection.mlflow")
            self._tracker.result(str(key), result, self._ledger.history(key), self._ledger.path(key))
        if mirror is not None:
            faults.reach("projection.optuna")
            mirror()
        faults.reach("projection.done")

    def candidates(self) -> None:
        """Project each candidate's means over its final runs onto its parent run."""
        self._order(self._candidates)

    def _candidates(self) -> None:
        keys = planned(self._ledger.study)
        project_candidates(self._tracker, [self._ledger.results[key] for key in keys if key in self._ledger.results])

    def summary(self, folder: Path, description: Mapping[str, Any]) -> None:
        """Attach the report to the instance's summary run."""
        self._order(lambda: self._tracker.summary(folder, description))

    def drain(self) -> str | None:
        """Wait until every order so far is carried out; the first error, if there was one."""
        done = threading.Event()
        self._orders.put(done)
        done.wait()
        return self.error

    def _order(self, order: Callable[[], None]) -> None:
        self._orders.put(order)

    def _work(self) -> None:
        opened, failed = self._try(self._open), 0
        while True:
            order = self._orders.get()
            if isinstance(order, threading.Event):
                order.set()
            elif opened and failed < GIVE_UP:  # a store that is gone is said once, and waited for no longer
                failed = 0 if self._try(order) else failed + 1

    def _try(self, order: Callable[[], None]) -> bool:
        try:
            order()
        except Exception as error:  # whatever a database or a server throws, training goes on
            self.error = self.error or f"{type(error).__name__}: {error}"
            return False
        return True


def project_candidates(tracker: Any, results: Iterable[Mapping[str, Any]]) -> None:
    """Write the means over each candidate's completed final runs onto its parent run, by track, and end it.

    A candidate whose final runs all failed ends without means: nothing of it is still to come.
    """
    by_candidate: dict[str, list[Mapping[str, Any]]] = {}
    for result in results:
        if result["phase"] == "final":
            by_candidate.setdefault(result["candidate"], []).append(result)
    for mine in by_candidate.values():
        means: dict[str, float | None] = {}
        for track in {result["track"] for result in mine}:
            runs = [result for result in mine if result["track"] == track and result["outcome"] == "completed"]
            means |= {f"{track}_mean_{name}": mean(result.get(name) for result in runs) for name in MEANS}
            means[f"{track}_final_runs"] = float(len(runs))
        tracker.candidate(max(mine, key=lambda result: result["ended_at"]), means)


def mean(values: Iterable[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None
