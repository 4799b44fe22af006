"""What a study puts up with before it stops: equal errors, kills that lead nowhere, workers that do not start."""

from __future__ import annotations

from suite.core.directories import RunKey
from suite.core.outcomes import Outcome
from suite.core.result import Result
from suite.models import WeightsMissing

EQUAL_ERRORS = 3  # in a row: the study itself is wrong, not one run
KILLS_WITHOUT_PROGRESS = 5
FAILED_STARTS = 3  # in a row


def unavailable(result: Result) -> bool:
    """Whether a run has failed for published weights that could not be had: nothing of it was trained."""
    return result.outcome is Outcome.ERROR and str(result.reason).startswith(f"{WeightsMissing.__name__}: ")


class Stopped(Exception):
    """The study cannot go on until someone mends what the message says; what is committed stays."""


class Tolerance:
    """Counts what goes wrong. Raises Stopped where going on would only repeat it."""

    def __init__(self) -> None:
        self._errors: list[str] = []
        self._kills: dict[RunKey, int] = {}
        self._short_of_memory: set[RunKey] = set()
        self._failed_starts = 0

    def ended(self, result: Result) -> None:
        """A run is over."""
        self._failed_starts = 0
        if result.outcome is not Outcome.ERROR:
            self._errors.clear()
            return
        if unavailable(result):  # of a candidate, not of the study: others need no such file
            return
        self._errors.append(str(result.reason))
        if len(self._errors) >= EQUAL_ERRORS and len(set(self._errors[-EQUAL_ERRORS:])) == 1:
            raise Stopped(f"{EQUAL_ERRORS} runs in a row failed alike: {self._errors[-1]}")

    def progressed(self, key: RunKey) -> None:
        """A run has committed more than before."""
        self._failed_starts = 0
        self._kills.pop(key, None)
        self._short_of_memory.discard(key)

    def killed(self, key: RunKey, short_of_memory: bool) -> bool:
        """The worker of a run was killed. True if it is to be taken for out of memory.

        A small worker may be killed for another process' memory, so that its run is tried again. One that is killed
        each time, and at least once while memory was short, needs too much of it.
        """
        self._kills[key] = self._kills.get(key, 0) + 1
        if short_of_memory:
            self._short_of_memory.add(key)
        if self._kills[key] < KILLS_WITHOUT_PROGRESS:
            return False
        if key in self._short_of_memory:
            return True
        raise Stopped(f"the worker of {key} was killed {self._kills[key]} times before it got anywhere")

    def started(self) -> None:
        """A worker is ready."""
        self._failed_starts = 0

    def start_failed(self, how: str, last_words: str, log: str, key: RunKey | None = None) -> None:
        """A worker ended before it could take a run. `key`: the run that it was to take.

        One machine of many may be the only one on which they do not start: its runs go elsewhere while others get on.
        """
        self._failed_starts += 1
        tries = 0
        if key is not None:
            tries = self._kills[key] = self._kills.get(key, 0) + 1
        if self._failed_starts >= FAILED_STARTS or tries >= KILLS_WITHOUT_PROGRESS:
            raise Stopped(f"workers do not start ({how}): {last_words} - see {log}")
