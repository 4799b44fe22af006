"""What keeps the projections in step with the coordinator: a thread for each store. It knows no store.

Training never waits for them, and never fails with them. A store that is away costs nothing: what it misses waits and
is written when it is back, at the latest at the end of the session; what is missing then is made good at the next
start, or by `python -m suite.status rebuild=true`.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from suite.core import faults
from suite.core.directories import RunKey
from suite.core.refusals import first_line
from suite.core.result import Result
from suite.projections import Committed, Opener, Projection, ProjectionError
from suite.projections.candidates import project_candidates

TRIES = 4  # of an order that a store refuses though it can be opened; then the next ones have their turn
GIVE_UP = 2  # orders in a row that a store refuses at the end of a session; then it is asked for no more
PATIENCE = 120.0  # seconds without a single order done, after which the end of a session waits no longer
NOTICE = 10.0  # seconds of waiting after which it is said what for
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""Seconds between two tries to reach a store that is away: each time twice as many."""

Say = Callable[[str], None]


class Order(NamedTuple):
    """What a projection is to do. `rows_of`: the run whose epochs it brings, which its result brings all again."""

    do: Callable[[Projection], None]
    rows_of: RunKey | None = None
    result_of: RunKey | None = None


class Projector:
    """Takes orders from the coordinator, which every projection carries out in their order."""

    def __init__(
        self, openers: Mapping[str, Opener], say: Say = lambda message: None, pause: float = FIRST_PAUSE
    ) -> None:
        """`say` is told when a store goes away and when it is back; `pause`: seconds until it is tried again."""
        self._followers = [Follower(name, opener, say, pause) for name, opener in openers.items()]

    def begin(
        self, key: RunKey, fields: Mapping[str, Any], history: Sequence[Mapping[str, Any]], anew: bool = False
    ) -> None:
        """Project the start of an attempt. One that has nothing committed leaves nothing of an earlier one behind.

        `anew`: neither does one that has less committed than the earlier one had.
        """
        if anew or not history:
            self._order(Order(lambda projection: projection.drop(str(key))))
        self.rows(key, fields, history)

    def rows(self, key: RunKey, fields: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> None:
        """Project committed epochs of a run that is still going on."""
        rows = list(rows)
        self._order(Order(lambda projection: projection.epochs(str(key), fields, rows), rows_of=key))

    def interrupted(self, key: RunKey) -> None:
        """Say that a run which is not over is trained by nobody until it goes on."""
        self._order(Order(lambda projection: projection.interrupted(str(key))))

    def result(self, key: RunKey, committed: Callable[[], Committed | None]) -> None:
        """Project a run that is over, unless it is set aside by then."""

        def project(projection: Projection) -> None:
            run = committed()
            if run is not None and not projection.is_whole(str(key), run):
                projection.result(str(key), run)
            faults.reach("projection.done")

        self._order(Order(project, result_of=key))

    def candidates(self, results: Sequence[Result], report: Path | None = None) -> None:
        """Project each candidate's figures; `report`: the folder of the report that has their intervals."""
        self._order(Order(lambda projection: project_candidates(projection, results, report)))

    def summary(self, folder: Path, description: Mapping[str, Any]) -> None:
        """Attach the report."""
        self._order(Order(lambda projection: projection.summary(folder, description)))

    def drain(self) -> str | None:
        """Wait until every order so far was tried; what is wrong with each projection, None if nothing is."""
        asked = time.monotonic()
        for follower, settled in [(follower, follower.settle()) for follower in self._followers]:
            follower.wait(settled, asked)
        wrong = [f"{follower.name}: {follower.error}" for follower in self._followers if follower.error]
        return "; ".join(wrong) or None

    def _order(self, order: Order) -> None:
        for follower in self._followers:
            follower.put(order)


class Follower:
    """The thread of one projection, with the orders that its store has not carried out yet.

    `error` is what keeps the store away, or why it refuses an order now or has refused one; None while all is well.
    """

    def __init__(self, name: str, opener: Opener, say: Say, pause: float) -> None:
        self.name, self._opener, self._say, self._first_pause = name, opener, say, pause
        self._coming: queue.Queue[Order | threading.Event] = queue.Queue()
        self._waiting: deque[Order] = deque()
        self._projection: Projection | None = None
        self._away: str | None = None
        self._refusal: str | None = None  # of the first that is waiting
        self._tries = 0
        self._skipped: dict[RunKey | None, str] = {}
        self._silent, self._moved = False, time.monotonic()
        self._pause, self._next_try = pause, 0.0
        threading.Thread(target=self._work, daemon=True).start()

    @property
    def error(self) -> str | None:
        known = (self._away, *self._skipped.values(), self._refusal)
        return "it does not answer" if self._silent else next((reason for reason in known if reason), None)

    def put(self, order: Order) -> None:
        self._coming.put(order)

    def settle(self) -> threading.Event:
        """An event that is set once every order so far was tried, at once if need be."""
        settled = threading.Event()
        self._coming.put(settled)
        return settled

    def wait(self, settled: threading.Event, asked: float) -> None:
        """Wait for such an event, as long as anything moves: a connection that is dead may never say so.

        `asked`: when all were asked to settle, so that those that are silent are waited for together.
        """
        if not settled.wait(max(0.0, asked + NOTICE - time.monotonic())) and not self._silent:
            self._tell(f"waiting for {self.name}, which has {self._left()} things to take")
        patience = PATIENCE / 2 if self._silent else PATIENCE
        while not settled.wait(max(0.0, max(asked, self._moved) + patience - time.monotonic())):
            if time.monotonic() >= max(asked, self._moved) + patience:
                self._silent = True
                return

    def _left(self) -> int:
        return len(self._waiting) + self._coming.qsize()

    def _work(self) -> None:
        self._open()  # before anything is to be written: a store may take seconds to answer
        while True:
            left = max(0.0, self._next_try - time.monotonic()) if self._waiting else None
            try:
                coming = self._coming.get(timeout=left)
            except queue.Empty:
                self._catch_up()
                continue
            if isinstance(coming, threading.Event):
                self._catch_up(at_last=True)
                self._silent = False
                coming.set()
            else:
                self._wait_with(coming)
                if time.monotonic() >= self._next_try:
                    self._catch_up()

    def _wait_with(self, order: Order) -> None:
        """A run's result makes its epochs that are still waiting needless: so a long absence keeps little waiting."""
        if order.result_of is not None and len(self._waiting) > 0:
            self._waiting = deque(other for other in self._waiting if other.rows_of != order.result_of)
        self._waiting.append(order)

    def _catch_up(self, at_last: bool = False) -> None:
        """Carry out what is waiting, until the store fails. `at_last`: at the end of a session, without resting."""
        refused = 0
        while self._waiting:
            order = self._waiting[0]
            if not self._carry_out(order):
                refused, self._tries = refused + 1, self._tries + 1
                if self._away or (refused >= GIVE_UP if at_last else self._tries < TRIES):
                    self._rest()
                    return
                self._skipped[order.rows_of or order.result_of] = str(self._refusal)
            elif order.result_of is not None:
                self._skipped.pop(order.result_of, None)  # it brought what was skipped of its epochs
            self._refusal, self._tries = None, 0
            self._waiting.popleft()
            self._moved = time.monotonic()

    def _carry_out(self, order: Order) -> bool:
        """Whether an order is carried out. Otherwise the store is away, or it can be opened, but refuses this order.

        An order that fails is tried once more with the store opened anew: whatever was half done is found there.
        """
        for _ in range(2):
            if self._projection is None and not self._open():
                return False
            assert self._projection is not None
            try:
                order.do(self._projection)
            except Exception as error:  # whatever a database or a server throws, training goes on
                self._refusal, self._projection = said(error), None
            else:
                self._is_back()
                self._pause = self._first_pause
                return True
        self._is_back()
        return False

    def _open(self) -> bool:
        try:
            self._projection = self._opener()
        except Exception as error:
            self._is_away(said(error))
            return False
        return True

    def _rest(self) -> None:
        """Leave the store alone for a while."""
        self._projection = None
        self._next_try = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def _is_away(self, reason: str) -> None:
        if self._away is None:
            self._tell(
                f"{self.name} is away: {reason}. Training goes on; what is missing there is written when it is back, "
                "or by the same command once a wrong address, name or password is mended"
            )
        self._away = reason
        self._next_try = max(self._next_try, time.monotonic() + self._first_pause)

    def _tell(self, message: str) -> None:
        with suppress(Exception):  # whoever read along has gone
            self._say(message)

    def _is_back(self) -> None:
        if self._away is not None:
            self._tell(f"{self.name} is back; what it missed is being written")
        self._away = None


def said(error: Exception) -> str:
    """What a store says is wrong."""
    return str(error) if isinstance(error, ProjectionError) else f"{type(error).__name__}: {first_line(error)}"
