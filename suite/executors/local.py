"""Where workers live: local processes, spawned, each with its own pipes and log."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from suite.core.hardware import cores, gpus

Event = tuple["Worker", dict[str, Any]]


class Worker:
    """One worker process. Its events arrive in the queue as `(worker, event)`; the last one is `exit`."""

    def __init__(self, name: str, events: queue.Queue[Event], log: Path, environment: Mapping[str, str]) -> None:
        self.name, self.log, self._events = name, log, events
        self.ready = False
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as stderr:
            self._log_start = stderr.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "suite.executors.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={**os.environ, **environment},
            )
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, **order: Any) -> None:
        """Send one order. A worker that died is noticed by its `exit` event, not here."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass

    def kill(self) -> None:
        """End the process at once; what it committed is on disk."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                self._events.put((self, json.loads(line)))
            except json.JSONDecodeError:  # the torn last line of a killed worker
                break
        self._events.put((self, {"event": "exit", "code": self._process.wait()}))

    def last_words(self) -> str:
        """The last line that this worker, not one before it, wrote into its log: why it died, if it said so."""
        own = self.log.read_bytes()[self._log_start :]
        lines = own.decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else ""


class LocalExecutor:
    """Starts workers on this machine and shares its cores among them."""

    def __init__(self, count: int, backend: str, logs: Path) -> None:
        self.count, self._backend, self._logs = count, backend, logs
        self.events: queue.Queue[Event] = queue.Queue()
        self.workers: list[Worker] = []
        self._started = 0

    def start(self) -> Worker:
        """Spawn one more worker."""
        name = f"worker-{self._started}"
        self._started += 1
        worker = Worker(name, self.events, self._logs / f"{name}.log", self._environment())
        self.workers.append(worker)
        return worker

    def stop(self, worker: Worker) -> None:
        worker.kill()
        self.forget(worker)

    def forget(self, worker: Worker) -> None:
        if worker in self.workers:
            self.workers.remove(worker)

    def close(self) -> None:
        for worker in list(self.workers):
            self.stop(worker)

    def _environment(self) -> dict[str, str]:
        environment = {"KERAS_BACKEND": self._backend, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUNBUFFERED": "1"}
        if self.count > 1:
            threads = str(max(1, cores() // self.count))
            environment |= {
                "OMP_NUM_THREADS": threads,
                "TF_NUM_INTRAOP_THREADS": threads,
                "TF_NUM_INTEROP_THREADS": threads,
                "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # the first worker would take all memory of a shared GPU
                "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
            }
            devices = gpus()
            if len(devices) > 1:
                environment["CUDA_VISIBLE_DEVICES"] = devices[(self._started - 1) % len(devices)]
        return environment


def was_killed(code: int) -> bool:
    """Whether an exit code means that someone ended the process, rather than that it broke by itself."""
    return code in (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP, 3)
