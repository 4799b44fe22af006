"""Locks that the kernel drops when their holder dies: one coordinator in a workspace, one worker in a run."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

from suite.core.refusals import Refusal


class Lock:
    """An exclusive `flock` on a file. The descriptor is not inherited by spawned processes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)

    def acquire(self, wait_seconds: float = 0.0) -> bool:
        """Take the lock, trying for `wait_seconds`; False if another process still holds it then."""
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(0.05)
            else:
                os.ftruncate(self._descriptor, 0)
                os.pwrite(self._descriptor, str(os.getpid()).encode(), 0)
                return True

    @staticmethod
    def is_held(path: Path) -> bool:
        """Whether a process holds the lock on `path` now. Looks only: nobody is kept out by it, nothing is written."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def release(self) -> None:
        os.close(self._descriptor)

    def __enter__(self) -> Lock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def is_running(workspace: Path) -> bool:
    """Whether a coordinator is at work in a workspace."""
    return Lock.is_held(_lock_file(workspace))


def _lock_file(workspace: Path) -> Path:
    return workspace / "runs" / ".lock"


def workspace_lock(workspace: Path) -> Lock:
    """The coordinator's lock on a workspace. Raises Refusal, with the holder's process number, if it is taken."""
    try:
        lock = Lock(_lock_file(workspace))
    except OSError as error:
        raise Refusal(
            f"workspace {workspace} cannot be written: {error.strerror}; choose another with workspace=DIR"
        ) from None
    if not lock.acquire():
        holder = lock.path.read_text(encoding="utf-8").strip() or "unknown"
        lock.release()
        raise Refusal(
            f"another study is running in workspace {workspace} (process {holder}); "
            "wait for it, stop it, or choose another folder with workspace=DIR"
        )
    return lock
