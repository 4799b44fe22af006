"""Contestants asked in turn, round after round, so that what else the machine does strikes all of them alike."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from suite.bench.contestants.job import Job
from suite.core.refusals import Refusal

CONTESTANTS = Path(__file__).parent / "contestants"


@dataclass(frozen=True)
class Entry:
    """One that takes part: its name in the table, the module that trains, what it trains, and on which backend.

    group: a control group's folder, whose limits its process has; empty: none.
    """

    name: str
    module: str
    job: Job
    backend: str = "tensorflow"
    group: str = ""


@dataclass
class Measured:
    """Steps per second of one entry, one number for each round."""

    entry: Entry
    speeds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.speeds)

    @property
    def spread(self) -> float:
        """The middle half of the rounds, as a fraction of the median."""
        low, _, high = statistics.quantiles(self.speeds, n=4)
        return (high - low) / self.median


class Contestant:
    """A process of one entry, ready to train. Ends with the block that it is entered for."""

    def __init__(self, entry: Entry, environment: Mapping[str, str]) -> None:
        self.entry = entry
        command = [sys.executable, "-m", f"suite.bench.contestants.{entry.module}", entry.job.as_argument()]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **environment},
        )  # fmt: skip
        if entry.group:  # before it has taken any memory to speak of
            (Path(entry.group) / "cgroup.procs").write_text(str(self._process.pid))

    def __enter__(self) -> Contestant:
        self._read("ready")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def seconds(self, steps: int) -> float:
        """How long so many steps take. Raises Refusal with its last words where the process has ended."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended: reading says so
            self._process.stdin.write(f"{steps}\n")
            self._process.stdin.flush()
        return float(self._read())

    def _read(self, expected: str | None = None) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line or (expected and line != expected):
            _, errors = self._process.communicate()
            last = (errors.strip().splitlines() or ["it said nothing"])[-1]
            if self._process.returncode == -signal.SIGKILL:  # what it said last has nothing to do with that
                last = "its process was killed, as it is where memory runs out"
            raise Refusal(f"{self.entry.name} of {self.entry.job.architecture} cannot be timed: {last}")
        return line


def compare(
    entries: Sequence[Entry],
    rounds: int,
    seconds: float,
    environment: Callable[[str], Mapping[str, str]],
    say: Callable[[str], None] = lambda text: None,
) -> list[Measured]:
    """Time the entries in turn, each for about `seconds` a round. The first round only finds the number of steps.

    environment: of the process that runs a backend. Raises Refusal where an entry cannot be timed.
    """
    measured = [Measured(entry) for entry in entries]
    with ExitStack() as stack:
        contestants = []
        for entry in entries:  # one after the other: tracing has all cores, and what breaks is named
            say(f"{entry.job.architecture}: {entry.name} gets ready")
            contestants.append(stack.enter_context(Contestant(entry, environment(entry.backend))))
        steps = [_steps_of(contestant, seconds) for contestant in contestants]
        for number in range(rounds):
            say(f"{entries[0].job.architecture}: round {number + 1} of {rounds}")
            order = list(range(len(entries)))
            for place in order if number % 2 == 0 else reversed(order):  # none always comes after the same one
                measured[place].speeds.append(steps[place] / contestants[place].seconds(steps[place]))
    return measured


def _steps_of(contestant: Contestant, seconds: float) -> int:
    steps, taken = 2, 0.0
    while taken < seconds / 4:
        taken = contestant.seconds(steps)
        steps = max(steps + 1, round(steps * min(8.0, seconds / max(taken, 1e-6)))) if taken < seconds / 4 else steps
    return max(1, round(steps * seconds / taken))


def ratio(above: Measured, below: Measured) -> float:
    """The median of the rounds' own ratios: both were timed within one round."""
    return statistics.median(a / b for a, b in zip(above.speeds, below.speeds, strict=True))


def as_mapping(measured: Measured) -> dict[str, Any]:
    """What a file keeps of it."""
    entry = measured.entry
    return {"name": entry.name, "job": asdict(entry.job), "backend": entry.backend, "rounds": measured.speeds}
