"""The projections of the store, MLflow and Optuna's mirror, kept in step by one thread beside the coordinator.

Training never waits for them, and never fails with them: what could not be written is made good at the next start,
or by `python -m suite.status rebuild=true`.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from suite import faults
from suite.study.ledger import Ledger
from suite.study.records import RunKey


class Projection:
    """Takes orders from the coordinator, carries them out in order in a thread of its own."""

    def __init__(self, ledger: Ledger, tags: Mapping[str, str]) -> None:
        self._ledger, self._tags = ledger, tags
        self._orders: queue.Queue[Callable[[], None] | threading.Event] = queue.Queue()
        self._tracker: Any = None
        self.error: str | None = None
        threading.Thread(target=self._work, daemon=True).start()

    def _open(self) -> None:
        from suite.tracking import Tracker

        study = self._ledger.study
        self._tracker = Tracker(study.workspace, study.name, study.instance, self._tags)

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
        by_candidate: dict[str, list[Mapping[str, Any]]] = {}
        for key, result in self._ledger.results.items():
            if key.phase == "final" and result["outcome"] == "completed":
                by_candidate.setdefault(key.candidate, []).append(result)
        for results in by_candidate.values():
            names = ("test_accuracy", "test_top5_accuracy", "device_seconds", "params", "macs")
            means = {f"mean_{name}": mean([result.get(name) for result in results]) for name in names}
            last = max(results, key=lambda result: result["ended_at"])
            self._tracker.candidate(last, {**means, "final_runs": float(len(results))})

    def summary(self, folder: Path, description: Mapping[str, Any]) -> None:
        """Attach the report to the instance's summary run."""
        self._order(lambda: self._tracker.summary(folder, description))

    def drop_unknown(self) -> None:
        """Delete what is in MLflow of this instance and has no directory."""
        self._order(lambda: self._tracker.drop_unknown({str(key) for key in self._ledger.asked}))

    def drain(self) -> str | None:
        """Wait until every order so far is carried out; the first error, if there was one."""
        done = threading.Event()
        self._orders.put(done)
        done.wait()
        return self.error

    def _order(self, order: Callable[[], None]) -> None:
        self._orders.put(order)

    def _work(self) -> None:
        opened = self._try(self._open)
        while True:
            order = self._orders.get()
            if isinstance(order, threading.Event):
                order.set()
            elif opened:  # a store that never opened is said once, and nothing more is tried
                self._try(order)

    def _try(self, order: Callable[[], None]) -> bool:
        try:
            order()
        except Exception as error:  # whatever a database or a server throws, training goes on
            self.error = self.error or f"{type(error).__name__}: {error}"
            return False
        return True


def mean(values: Iterable[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None
