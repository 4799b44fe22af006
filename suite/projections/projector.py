"""The thread beside the coordinator that keeps the projections in step. It knows no store.

Training never waits for it, and never fails with it: what could not be written is made good at the next start,
or by `python -m suite.status rebuild=true`. A projection that fails keeps none of the others back.
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
from suite.projections import Committed, Opener, Projection, ProjectionError
from suite.projections.candidates import project_candidates

GIVE_UP = 2  # orders that fail in a row


class Projector:
    """Takes orders from the coordinator and carries them out in their order, each for every projection.

    `openers` are called in the thread, for a store may take seconds to answer.
    """

    def __init__(self, openers: Mapping[str, Opener]) -> None:
        self._stores = [_Store(name, opener) for name, opener in openers.items()]
        self._orders: queue.Queue[Callable[[], None]] = queue.Queue()
        threading.Thread(target=self._work, daemon=True).start()

    def begin(self, key: RunKey, fields: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> None:
        """Project the start of an attempt. One that has nothing committed leaves nothing of an earlier one behind."""
        if not history:
            self._order(lambda projection: projection.drop(str(key)))
        self.rows(key, fields, history)

    def rows(self, key: RunKey, fields: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> None:
        """Project committed epochs of a run that is still going on."""
        rows = list(rows)
        self._order(lambda projection: projection.epochs(str(key), fields, rows))

    def result(self, key: RunKey, committed: Callable[[], Committed | None]) -> None:
        """Project a run that is over, unless it is set aside by then."""

        def project(projection: Projection) -> None:
            run = committed()
            if run is not None and not projection.is_whole(str(key), run):
                projection.result(str(key), run)

        self._order(project)
        self._orders.put(lambda: faults.reach("projection.done"))

    def candidates(self, results: Sequence[Result]) -> None:
        """Project each candidate's means over its final runs."""
        self._order(lambda projection: project_candidates(projection, results))

    def summary(self, folder: Path, description: Mapping[str, Any]) -> None:
        """Attach the report."""
        self._order(lambda projection: projection.summary(folder, description))

    def drain(self) -> str | None:
        """Wait until every order so far is carried out; the first error of each projection, None if there was none."""
        done = threading.Event()
        self._orders.put(done.set)
        done.wait()
        return "; ".join(f"{store.name}: {store.error}" for store in self._stores if store.error) or None

    def _order(self, order: Callable[[Projection], None]) -> None:
        def for_each() -> None:
            for store in self._stores:
                store.carry_out(order)

        self._orders.put(for_each)

    def _work(self) -> None:
        for store in self._stores:
            store.open()
        while True:
            self._orders.get()()


class _Store:
    """A projection, once it is open, and the first thing that went wrong with it."""

    def __init__(self, name: str, opener: Opener) -> None:
        self.name, self._opener = name, opener
        self.error: str | None = None
        self._projection: Projection | None = None
        self._failed = 0

    def open(self) -> None:
        def opened() -> None:
            self._projection = self._opener()

        self._try(opened)

    def carry_out(self, order: Callable[[Projection], None]) -> None:
        """Try an order. A store that is gone is said once, and waited for no longer."""
        projection = self._projection
        if projection is not None and self._failed < GIVE_UP:
            self._failed = 0 if self._try(lambda: order(projection)) else self._failed + 1

    def _try(self, action: Callable[[], None]) -> bool:
        try:
            action()
        except Exception as error:  # whatever a database or a server throws, training goes on
            kind = "" if isinstance(error, ProjectionError) else f"{type(error).__name__}: "
            self.error = self.error or f"{kind}{error}"
            return False
        return True
