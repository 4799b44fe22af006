"""What one coordinator carries: a study of runs that learn nothing, through the real coordinator, ledger and projector.

    python -m suite.bench.scale [runs=1000] [workers=16] [kills=20] [executor=ray|threads] [projections=true|false]

executor=ray starts a Ray cluster on this machine with as many CPUs as workers; `kills` processes of it are killed at
random while it trains, workers and Ray's own task processes alike. executor=threads takes threads of this process,
which shows what the coordinator costs by itself. Each run has two epochs of 0.05 s. Everything is written to a
temporary folder, and at the end every run must be there once: in the directories and in MLflow.

Exit: 0 all runs are there, each once; 1 one is missing or doubled, or the study stopped; 2 refused; 130 interrupted.
"""

from __future__ import annotations

import os
import random
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from suite.bench.counting import Time, Timed, Writes, counted_writes
from suite.bench.threaded import ThreadedExecutor
from suite.bench.trivial import Trivial
from suite.config.compose import compose
from suite.config.study import study_from
from suite.core import directories
from suite.core.directories import run_directories
from suite.core.durable import read_json
from suite.core.refusals import Refusal
from suite.core.result import read_result
from suite.executors import Executor, RayOptions, require_ray
from suite.projections import Opener, openers
from suite.projections.projector import Projector
from suite.study.accounting import SessionClock
from suite.study.coordinator import Coordinator, Stopped
from suite.study.ledger import Ledger
from suite.study.opening import open_datasets
from suite.study.plan import planned
from suite.study.session import followed

WORKER = "suite.bench.trivial"
KILL_SECONDS = 1.0
"""Between two kills, in the mean."""


@dataclass(frozen=True)
class Scale:
    """What is simulated."""

    runs: int = 1000
    workers: int = 16
    kills: int = 20
    executor: str = "ray"
    projections: bool = True

    @property
    def candidates(self) -> int:
        return max(1, min(10, self.runs // 10))

    @property
    def study(self) -> str:
        """One run in ten is a search trial."""
        each = self.runs // self.candidates
        names = "".join(f"  c{number}: {{architecture: mlp}}\n" for number in range(self.candidates))
        return (
            f"title: Runs that learn nothing\ndataset: digits\nrecipe: {{base: standard, flip: false}}\n"
            f"candidates:\n{names}budgets:\n  laptop:\n    recipe: {{epochs: 2}}\n"
            f"    search: {{trials: {each // 10}, length: 1, parallel: 4}}\n    seeds: {each - each // 10}\n"
        )


@dataclass
class Figures:
    """What came out. Seconds and bytes; `coordinator`, `workers`: durable writes of all runs."""

    runs: int
    wall: float = 0.0
    coordinator_seconds: float = 0.0
    process_seconds: float = 0.0
    projecting: Time = field(default_factory=Time)
    drain: float = 0.0
    writes: Writes = field(default_factory=Writes)
    worker_writes: Writes | None = None
    attempts: int = 0
    kept_bytes: int = 0
    kills: int = 0
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        n = self.runs
        lines = [
            f"{n} runs in {self.wall:.1f} s: {n / self.wall:.1f} runs/s; {self.kills} kills, {self.attempts} attempts",
            f"the coordinator's thread: {1000 * self.coordinator_seconds / n:.1f} ms of processor time a run; "
            f"its process, projections and Ray included: {1000 * self.process_seconds / n:.1f} ms",
            f"the coordinator writes, a run: {_per(self.writes, n)}",
        ]
        if self.worker_writes is not None:
            lines.append(f"the workers write, a run: {_per(self.worker_writes, n)}")
        lines.append(f"kept of a run: {self.kept_bytes / n / 1000:.1f} kB")
        if self.projecting.calls:
            lines.append(
                f"projections: {1000 * self.projecting.wall / n:.0f} ms a run, of them processor time "
                f"{1000 * self.projecting.processor / n:.0f} ms; {self.drain:.1f} s after the last run"
            )
        return [*lines, *self.wrong] if self.wrong else [*lines, "every run is there, each once"]


def _per(writes: Writes, runs: int) -> str:
    return f"{writes.replaced / runs:.1f} files, {writes.bytes / runs / 1000:.1f} kB, {writes.synced / runs:.1f} syncs"


class Quiet:
    """A listener that shows nothing but what is said."""

    def started(self, key: Any, attempt: int, epochs: int) -> None: ...
    def epoch(self, key: Any, row: Any) -> None: ...
    def ended(self, key: Any, result: Any) -> None: ...

    def said(self, message: str) -> None:
        if "the worker was killed" not in message:
            print(message, flush=True)


class Killer(threading.Thread):
    """Kills processes below this one at random moments: workers, and the Ray processes that they report to."""

    def __init__(self, kills: int) -> None:
        super().__init__(daemon=True)
        self.left, self.done, self._end, self._random = kills, 0, threading.Event(), random.Random(0)

    def run(self) -> None:
        while self.left and not self._end.wait(self._random.uniform(0, 2 * KILL_SECONDS)):
            targets = [process for process in psutil.Process().children(recursive=True) if _is_target(process)]
            if targets:
                with suppress(psutil.Error):
                    self._random.choice(targets).kill()
                    self.left, self.done = self.left - 1, self.done + 1

    def stop(self) -> None:
        self._end.set()
        self.join()


def _is_target(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        words = process.cmdline()
        return WORKER in words or words[:1] == ["ray::carry"]
    return False


def measure(scale: Scale, workspace: Path) -> Figures:
    """Carry out the study in an empty folder, which becomes the current one. Raises what the coordinator raises."""
    (workspace / "studies").mkdir(parents=True)
    (workspace / "studies" / "scale.yaml").write_text(scale.study, encoding="utf-8")
    os.chdir(workspace)
    study = study_from(compose(["study=scale", "threads=1", f"workers={scale.workers}"]))
    ledger = Ledger(study, open_datasets(study))
    figures = Figures(len(planned(study)))
    killer = Killer(scale.kills if scale.executor == "ray" else 0)
    executor = _executor(scale, ledger)
    for line in executor.lines():
        print(line, flush=True)
    projector = _projector(scale, ledger, figures.projecting)
    clock = SessionClock(ledger.directory, study.workers)
    with counted_writes() as writes:
        coordinator = Coordinator(ledger, executor, projector, Quiet(), clock)
        killer.start()
        before, mine, process = time.perf_counter(), time.thread_time(), time.process_time()
        try:
            coordinator.run()
        finally:
            killer.stop()
        figures.wall, figures.coordinator_seconds = time.perf_counter() - before, time.thread_time() - mine
        projector.drain()
        figures.drain = time.perf_counter() - before - figures.wall
        figures.process_seconds = time.process_time() - process
        error = projector.drain()
    figures.writes, figures.kills = writes.pop(threading.get_ident()), killer.done
    if scale.executor == "threads":
        figures.worker_writes = sum(writes.values(), Writes())
    _check(scale, ledger, figures, error)
    return figures


def _executor(scale: Scale, ledger: Ledger) -> Executor:
    if scale.executor == "threads":
        return ThreadedExecutor(Trivial)
    from suite.executors.ray import RayExecutor

    study, options = ledger.study, RayOptions(cpus=scale.workers, gpus=0)
    return RayExecutor(scale.workers, study.backend, 1, ledger.directory / "logs", study.workspace, options, WORKER)


def _projector(scale: Scale, ledger: Ledger, clock: Time) -> Projector:
    def timed(opener: Opener) -> Opener:
        return lambda: Timed(opener(), clock)  # it stands in for any object

    if not scale.projections:
        return Projector({})
    return Projector({name: timed(opener) for name, opener in openers(followed(ledger.study)).items()})


def _check(scale: Scale, ledger: Ledger, figures: Figures, error: str | None) -> None:
    """Count what is there, in each of the three places."""
    keys = {str(key) for key in planned(ledger.study)}
    runs = {str(key): path for key, path in run_directories(ledger.directory)}
    figures.wrong += [f"projections: {error}"] if error else []
    figures.wrong += [f"{key} has no result" for key in sorted(keys) if key not in runs or not read_result(runs[key])]
    figures.wrong += [f"{key} was not planned" for key in sorted(runs.keys() - keys)]
    figures.wrong += [
        f"{path} is left of an attempt"
        for path in ledger.directory.glob(f"*/*/*/*/{directories.ATTEMPT}*")
        if path.is_dir()
    ]
    figures.attempts = sum(len(read_json(path / "attempts.json")) for path in runs.values())
    files = [file for path in runs.values() for file in path.rglob("*") if file.is_file()]
    figures.kept_bytes = sum(file.stat().st_size for file in files)
    if scale.projections:
        figures.wrong += _wrong_in_mlflow(ledger.study.workspace / "mlflow.db", keys)


def _wrong_in_mlflow(database: Path, keys: set[str]) -> list[str]:
    """What is missing or doubled among MLflow's runs and their rows."""
    runs = (
        "from runs r join tags t on t.run_uuid = r.run_uuid and t.key = 'key' "
        "where r.lifecycle_stage = 'active' and t.value like '%/%'"
    )
    with sqlite3.connect(database) as connection:
        ended = Counter(key for (key,) in connection.execute(f"select t.value {runs} and r.status = 'FINISHED'"))
        rows = Counter(
            connection.execute(
                "select t.value, m.key, m.step from metrics m join tags t on t.run_uuid = m.run_uuid "
                "and t.key = 'key' join runs r on r.run_uuid = m.run_uuid where r.lifecycle_stage = 'active' "
                "and m.key = 'val_accuracy'"
            ).fetchall()
        )
    wrong = [f"{key} is {ended[key]} times in MLflow" for key in sorted(keys | ended.keys()) if ended[key] != 1]
    return wrong + [f"{row} is {count} times in MLflow" for row, count in rows.items() if count > 1]


def parsed(arguments: Sequence[str]) -> Scale:
    """The command line. Raises Refusal."""
    given: dict[str, Any] = {}
    for argument in arguments:
        key, _, text = argument.partition("=")
        if key in ("runs", "workers", "kills") and text.isdigit():
            given[key] = int(text)
        elif key == "executor" and text in ("ray", "threads"):
            given[key] = text
        elif key == "projections" and text in ("true", "false"):
            given[key] = text == "true"
        else:
            raise Refusal(f"{argument!r}: expected runs=N, workers=N, kills=N, executor=ray|threads or projections=...")
    scale = Scale(**given)
    if scale.runs < 10 or scale.workers < 1:
        raise Refusal("expected at least runs=10 and workers=1")
    if scale.executor == "ray":
        require_ray()
    return scale


def main(arguments: Sequence[str]) -> int:
    if {"-h", "--help", "help"} & set(arguments):
        print(str(__doc__).strip())
        return 0
    try:
        scale = parsed(arguments)
        with tempfile.TemporaryDirectory(prefix="suite-scale-", ignore_cleanup_errors=True) as folder:
            try:
                figures = measure(scale, Path(folder).resolve())
            finally:
                os.chdir("/")
    except Refusal as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        return 2
    except Stopped as stopped:
        print(f"stopped: {stopped}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    print(*figures.lines(), sep="\n")
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
