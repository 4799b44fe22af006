"""The thread beside the coordinator that keeps the projections in step. It knows no store.

Training never waits for it, and never fails with it: what could not be written is made good at the next start,
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
from suite.core.result import Result
from suite.projections import Committed, Projection
from suite.projections.candidates import project_candidates

GIVE_UP = 2  # orders that fail in a row


class Projector:
    """Takes orders from the coordinator and carries them out in their order. `open_projection` is called in the thread,
    for a store may take seconds to answer."""

    def __init__(self, open_projection: Callable[[], Projection]) -> None:
        self._open_projection = open_projection
        self._orders: queue.Queue[Callable[[], None] | threading.Event] = queue.Queue()
        self._projection: Projection
        self.error: str | None = None
        threading.Thread(target=self._work, daemon=True).start()

    def _open(self) -> None:
        self._projection = self._open_projection()

    def begin(self, key: RunKey, fields: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> None:
        """Project the start of an attempt. One that has nothing committed leaves nothing of an earlier one behind."""
        if not history:
            self._order(lambda: self._projection.drop(str(key)))
        self.rows(key, fields, history)

    def rows(self, key: RunKey, fields: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> None:
        """Project committed epochs of a run that is still going on."""
        rows = list(rows)
        self._order(lambda: self._projection.epochs(str(key), fields, rows))

    def result(
        self, key: RunKey, committed: Callable[[], Committed | None], mirror: Callable[[], None] | None = None
    ) -> None:
        """Project a run that is over, unless it is set aside by then, and its trial with `mirror`."""
        self._order(lambda: self._project(key, committed(), mirror))

    def _project(self, key: RunKey, run: Committed | None, mirror: Callable[[], None] | None) -> None:
        if run is None:
            return
        if not self._projection.is_whole(str(key), run.result.ended_at):
            faults.reach("projection.mlflow")
            self._projection.result(str(key), run.result, run.rows(), run.files)
        if mirror is not None:
            faults.reach("projection.optuna")
            mirror()
        faults.reach("projection.done")

    def candidates(self, results: Sequence[Result]) -> None:
        """Project each candidate's means over its final runs."""
        self._order(lambda: project_candidates(self._projection, results))

    def summary(self, folder: Path, description: Mapping[str, Any]) -> None:
        """Attach the report."""
        self._order(lambda: self._projection.summary(folder, description))

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
