"""A worker: a warm process that trains one run after the other and writes only into its run's directory and the cache.

It reads one JSON object a line from stdin and writes one a line to what was stdout. End of file on stdin means that
the coordinator is gone: the worker then leaves at once, whatever it is doing, for what it committed is on disk.

    in:  {"do": "train", "spec": {...}, "directory": "...", "attempt": 1, "fields": {...}}   {"stop": false}
         {"do": "evaluate", "spec": {...}, "directory": "...", "copies": [["fog", 3]]}
         {"do": "time", "spec": {...}, "directory": "...", "busy_workers": 0}
    out: {"event": "ready"}  {"event": "epoch", "row": {...}}  {"event": "finished", "memory_bytes": 1}
         {"event": "suspended", "reason": "..."}  {"event": "passed_over", "reason": "...", "epochs": 0}

An epoch is answered by `stop`. `passed_over`: a checkpoint does not serve, and the run goes on after `epochs`.
After `suspended` the study stops, saying why. What a killed worker leaves behind, and who reads it, is told in
`suite.core.directories`.
"""

from __future__ import annotations

import errno
import json
import os
import queue
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from suite.core import directories, faults
from suite.core.durable import write_json
from suite.core.lock import Lock
from suite.core.outcomes import BROKEN, Outcome
from suite.core.refusals import Refusal, first_line
from suite.core.result import finished, read_result, write_result
from suite.executors.protocol import ALONE, ORDERS
from suite.training.failures import GraphChanged, RunFailed

STORAGE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ESTALE, errno.ENOTCONN)
"""The last two are a network's disk: its server has forgotten a file, or is not connected."""
LOCK_WAIT_SECONDS = 60.0  # a worker whose coordinator was killed needs a moment to notice


class Channel(Protocol):
    """How a worker talks with the coordinator."""

    def send(self, event: str, **values: Any) -> None:
        """Tell what happened."""

    def receive(self) -> dict[str, Any]:
        """The next order or answer, waiting for it."""


class Pipes:
    """The two pipes to the coordinator."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
        os.dup2(2, 1)  # whatever prints from now on goes to the log, not between the messages
        self._in: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            for line in sys.stdin.buffer:
                self._in.put(json.loads(line))
        finally:
            os._exit(ALONE)

    def send(self, event: str, **values: Any) -> None:
        try:
            self._out.write(json.dumps({"event": event, **values}, default=float) + "\n")
        except BrokenPipeError:
            os._exit(ALONE)

    def receive(self) -> dict[str, Any]:
        return self._in.get()


class Trains(Protocol):
    """What a worker trains with: `suite.training.trainer.Trainer`, or what takes its place where nothing is learnt."""

    def train(
        self,
        spec: Any,
        directory: Path,
        on_epoch: Callable[[dict[str, Any]], bool],
        on_passed_over: Callable[[str, int], None],
    ) -> dict[str, Any]:
        """Train one run, from its newest checkpoint if it has one, and return the fields of its result.

        `on_epoch` is told of each committed epoch and answers whether to stop; `on_passed_over` why a checkpoint does
        not serve, and how many epochs are left to go on from.
        """

    def evaluate(self, spec: Any, directory: Path, copies: Sequence[Sequence[Any]]) -> None:
        """Evaluate a final run that is over on copies of its test images, and write what comes of it."""

    def time(self, spec: Any, directory: Path, busy_workers: int) -> None:
        """Time how quickly a final run's network answers, and write what comes of it."""


def keras_trainer() -> Trains:
    from suite.training.trainer import Trainer

    return Trainer()


def main(make_trainer: Callable[[], Trains] = keras_trainer) -> None:
    """Serve the coordinator until it is gone. The trainer is made here, so that its death meanwhile is noticed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole terminal; the coordinator decides
    channel = Pipes()
    faults.reach("worker.start")
    trainer = make_trainer()
    faults.reach("worker.imported")
    channel.send("ready")
    while True:
        order = channel.receive()
        if order.get("do") in ORDERS:
            carry_out(trainer, channel, order)


def carry_out(trainer: Trains, channel: Channel, order: dict[str, Any]) -> None:
    """Carry out one order. What a user or an operator can mend suspends it: the study stops, and the run stays open."""
    failed: str | None = None
    try:
        with Lock(Path(order["directory"]) / ".lock") as lock:
            if not lock.acquire(LOCK_WAIT_SECONDS):
                channel.send("suspended", reason=f"{order['directory']} is still in use by another process")
                return
            if order.get("do") == "train":
                _train_locked(trainer, channel, order)
            else:
                failed = _evaluate_locked(trainer, order)
    except (GraphChanged, Refusal) as error:
        channel.send("suspended", reason=str(error))
        return
    except Exception as error:
        if not is_storage_failure(error):
            raise
        traceback.print_exc()
        channel.send(
            "suspended", reason=f"{first_line(error)}; make room or mend the disk, then the same command goes on"
        )
        return
    channel.send("finished", memory_bytes=_resident_bytes(), **({"reason": failed} if failed else {}))


def _train_locked(trainer: Trains, channel: Channel, order: dict[str, Any]) -> None:
    from suite.training.spec import RunSpec

    directory, waited = Path(order["directory"]), 0.0
    if read_result(directory) is not None:
        return

    def on_epoch(row: dict[str, Any]) -> bool:
        nonlocal waited
        asked = time.perf_counter()
        channel.send("epoch", row=row)
        stop = bool(channel.receive()["stop"])
        waited += time.perf_counter() - asked
        return stop

    def on_passed_over(reason: str, epochs: int) -> None:
        channel.send("passed_over", reason=reason, epochs=epochs)

    try:
        measured = trainer.train(RunSpec.from_mapping(order["spec"]), directory, on_epoch, on_passed_over)
    except (GraphChanged, Refusal):
        raise
    except Exception as error:
        if is_storage_failure(error):
            raise
        traceback.print_exc()
        known = error.fields if isinstance(error, RunFailed) else {}
        cause = error.__cause__ or error
        measured = {**known, "outcome": Outcome.ERROR, "reason": f"{type(cause).__name__}: {first_line(cause)}"}
    asked = {**order["fields"], "attempts": order["attempt"]}
    _commit(directory, asked, {**measured, "wait_seconds": waited})


def _evaluate_locked(trainer: Trains, order: dict[str, Any]) -> str | None:
    """Why what is measured of a run that is over failed, None where it did not: the run stays as it is."""
    from suite.training.spec import RunSpec

    spec, directory = RunSpec.from_mapping(order["spec"]), Path(order["directory"])
    try:
        if order["do"] == "time":
            trainer.time(spec, directory, order["busy_workers"])
        else:
            trainer.evaluate(spec, directory, order["copies"])
    except Refusal as refusal:
        return str(refusal)
    except Exception as error:
        if is_storage_failure(error):
            raise
        traceback.print_exc()
        return f"{type(error).__name__}: {first_line(error)}"
    return None


def is_storage_failure(error: BaseException | None) -> bool:
    """Whether an error, or what caused it, is the disk's: full, read-only, over quota, broken or away."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in STORAGE_ERRORS:
            return True
        if "No space left on device" in str(error):  # libraries that write in C say it in words
            return True
        error = error.__cause__ or error.__context__
    return False


def _commit(directory: Path, asked: Mapping[str, Any], measured: dict[str, Any]) -> None:
    """Write result.json, the commit point; checkpoints are of no use after it."""
    from suite.training.checkpoint import committed_rows

    if measured["outcome"] in BROKEN:  # a run that broke leaves the epochs that it had committed
        rows = committed_rows(directory)
        write_json(directory / directories.HISTORY, rows)
        measured = {**measured, "epochs": len(rows)}
    result = finished(asked, measured, time.time())
    faults.reach("result.before")
    write_result(directory, result)
    faults.reach("result.written")
    shutil.rmtree(directory / directories.CHECKPOINTS, ignore_errors=True)


def _resident_bytes() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    main()
