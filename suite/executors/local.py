"""Workers as processes of this machine, spawned, each with its own pipes and log."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from suite.core.addresses import without_secrets
from suite.core.hardware import gpus
from suite.core.host import memory_bytes_allowed, memory_kills
from suite.executors.protocol import ALONE, Ending, Event, Worker

TRAINS = "suite.executors.worker"
"""The module that a worker process runs."""
TRUSTED_SHARE = 0.6  # of the memory, shared by the workers, that one may hold and still get another run
OWN_FAULT_SHARE = 0.5  # of the memory, shared by the workers, that one held whom the system ended for want of it
SAMPLE_SECONDS = 0.25


class LocalWorker:
    """One worker process. Its events arrive in the queue as `(worker, event)`; the last one is `exit`.

    fair_share: bytes of memory that are each worker's, where all use as much. module: what the process runs.
    """

    def __init__(
        self,
        name: str,
        events: queue.Queue[Event],
        log: Path,
        environment: Mapping[str, str],
        fair_share: float,
        module: str = TRAINS,
    ) -> None:
        self.name, self.log, self._events = name, log, events
        self.ready = False
        self.memory_bytes = 0
        self.accelerator = environment.get("CUDA_VISIBLE_DEVICES")
        self._fair_share = fair_share
        self._kills_before = memory_kills()
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as stderr:
            self._log_start = stderr.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={**without_secrets(os.environ), **environment},
            )
        self._gone = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, **order: Any) -> None:
        """Send one order. A worker that died is noticed by its `exit` event, not here."""
        assert self._process.stdin is not None
        self._kills_before = memory_kills()
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):  # it is gone, or its pipes are closed already
            pass

    def kill(self) -> None:
        """End the process at once; what it committed is on disk."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdin is not None
        for line in self._process.stdout:
            try:
                self._events.put((self, json.loads(line)))
            except json.JSONDecodeError:  # the torn last line of a killed worker
                break
        code = self._process.wait()
        self._gone.set()
        self._process.stdout.close()
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        self._events.put((self, {"event": "exit", "ending": self._ending(code), "how": how}))

    def _watch(self) -> None:
        """Follow the memory that the process holds: after its end nobody knows it."""
        with suppress(psutil.Error):
            process = psutil.Process(self._process.pid)
            while not self._gone.wait(SAMPLE_SECONDS):
                held = int(process.memory_info().rss)
                self.memory_bytes = held or self.memory_bytes  # a process that is ending holds none

    def _ending(self, code: int) -> Ending:
        """The system's count of kills for want of memory is the whole machine's: it may have risen for another's."""
        if code == -signal.SIGKILL and memory_kills() > self._kills_before:
            large = self.memory_bytes >= OWN_FAULT_SHARE * self._fair_share
            return Ending.OUT_OF_MEMORY if large else Ending.SHORT_OF_MEMORY
        return Ending.KILLED if was_killed(code) else Ending.CRASHED

    def last_words(self) -> str:
        """The last line that this worker, not one before it, wrote into its log: why it died, if it said so."""
        own = self.log.read_bytes()[self._log_start :]
        lines = own.decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else ""


class LocalExecutor:
    """Starts workers on this machine. `threads`: processor threads that each computes with."""

    apart = False

    def __init__(self, count: int, backend: str, threads: int, logs: Path) -> None:
        self.count, self._backend, self._threads, self._logs = count, backend, threads, logs
        self.events: queue.Queue[Event] = queue.Queue()
        self.workers: list[LocalWorker] = []
        self._started = 0

    def lines(self) -> list[str]:
        return []

    def start(self) -> LocalWorker:
        """Spawn one more worker."""
        name = f"worker-{self._started}"
        self._started += 1
        share = memory_bytes_allowed() / self.count
        worker = LocalWorker(name, self.events, self._logs / f"{name}.log", self._environment(), share)
        self.workers.append(worker)
        return worker

    def stop(self, worker: Worker) -> None:
        assert isinstance(worker, LocalWorker)
        worker.kill()
        self.forget(worker)

    def forget(self, worker: Worker) -> None:
        self.workers = [other for other in self.workers if other is not worker]

    def outgrown(self, memory_bytes: int) -> bool:
        return memory_bytes > memory_bytes_allowed() * TRUSTED_SHARE / self.count

    def close(self) -> None:
        for worker in list(self.workers):
            self.stop(worker)

    def _environment(self) -> dict[str, str]:
        environment = worker_environment(self._backend, self._threads)
        if self.count > 1:
            environment |= {
                "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # the first worker would take all memory of a shared GPU
                "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
            }
            devices = gpus()
            if len(devices) > 1:
                taken = [worker.accelerator for worker in self.workers]
                environment["CUDA_VISIBLE_DEVICES"] = min(devices, key=taken.count)  # a replaced worker's, if one died
        return environment


def worker_environment(backend: str, threads: int) -> dict[str, str]:
    """The variables by which a worker process knows what it computes with."""
    return {
        "KERAS_BACKEND": backend,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": str(threads),  # torch, too; JAX documents no such number and takes all cores
        "TF_NUM_INTRAOP_THREADS": str(threads),
        "TF_NUM_INTEROP_THREADS": str(threads),
    }


def was_killed(code: int) -> bool:
    """Whether an exit code means that someone ended the process, rather than that it broke by itself."""
    return code in (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP, ALONE)
