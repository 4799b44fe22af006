"""Real worker processes: how their end is taken, and what they compute with."""

from __future__ import annotations

import os
import queue
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest

from suite.core.refusals import Refusal
from suite.executors import Ending, executor, local
from suite.executors.local import LocalExecutor, LocalWorker


@pytest.fixture
def started(tmp_path: Path) -> Any:
    workers = LocalExecutor(1, "tensorflow", 2, tmp_path)
    yield workers
    workers.close()


def ending(workers: LocalExecutor) -> Ending:
    while True:
        _, event = workers.events.get(timeout=120)
        if event["event"] == "exit":
            return Ending(event["ending"])


def wait_for_memory(worker: LocalWorker) -> None:
    """Until the worker's memory was looked at: the process lives, and is far below what this machine has."""
    gone = psutil.Process(worker.pid)
    while not worker.memory_bytes:
        assert gone.is_running()


def test_a_killed_worker_is_no_failure(started: LocalExecutor) -> None:
    os.kill(started.start().pid, signal.SIGKILL)
    assert ending(started) is Ending.KILLED


def test_a_small_worker_killed_while_memory_is_short_elsewhere_goes_on(
    started: LocalExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = started.start()
    wait_for_memory(worker)
    monkeypatch.setattr(local, "memory_kills", lambda: 1_000_000)
    os.kill(worker.pid, signal.SIGKILL)
    assert ending(started) is Ending.SHORT_OF_MEMORY


def test_a_large_worker_is_taken_for_the_one_that_the_system_ended(
    started: LocalExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "memory_bytes_allowed", lambda: 1)  # whatever it holds is more than its share
    worker = started.start()
    wait_for_memory(worker)
    monkeypatch.setattr(local, "memory_kills", lambda: 1_000_000)
    os.kill(worker.pid, signal.SIGKILL)
    assert ending(started) is Ending.OUT_OF_MEMORY


def test_a_rise_before_the_order_is_not_the_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "memory_kills", lambda: 1_000_000)
    workers = LocalExecutor(1, "tensorflow", 2, tmp_path)
    os.kill(workers.start().pid, signal.SIGKILL)
    assert ending(workers) is Ending.KILLED


def test_a_process_that_breaks_has_crashed_and_says_how(started: LocalExecutor) -> None:
    worker = started.start()
    os.kill(worker.pid, signal.SIGSEGV)
    assert ending(started) is Ending.CRASHED


@pytest.mark.parametrize(("workers", "threads"), [(1, 2), (2, 2), (2, 1)])
def test_each_worker_is_told_its_threads(workers: int, threads: int, tmp_path: Path) -> None:
    made = LocalExecutor(workers, "tensorflow", threads, tmp_path)
    told = psutil.Process(made.start().pid).environ()
    made.close()
    names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    assert [told[name] for name in names] == [str(threads)] * 3


def test_executors_have_names(tmp_path: Path) -> None:
    made = executor("local", 2, "tensorflow", 1, tmp_path, tmp_path)
    assert isinstance(made.events, queue.Queue)
    with pytest.raises(Refusal, match=r"unknown executor 'locl'\. Did you mean 'local'"):
        executor("locl", 1, "tensorflow", 1, tmp_path, tmp_path)
