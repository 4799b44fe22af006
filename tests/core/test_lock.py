from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from suite.core.lock import Lock, workspace_lock
from suite.core.refusals import Refusal

HOLD = """
import sys, time
from pathlib import Path
from suite.core.lock import workspace_lock
lock = workspace_lock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_coordinator_is_refused_with_the_number_of_the_first(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Refusal, match=f"process {holder.pid}"):
            workspace_lock(tmp_path)
    finally:
        holder.kill()  # as hard as it gets: the kernel drops the lock
        holder.wait()
        holder.stdout.close()
    with workspace_lock(tmp_path):
        pass


def test_a_child_does_not_inherit_the_lock(tmp_path: Path) -> None:
    lock = workspace_lock(tmp_path)
    code = "import time; print('runs', flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code], close_fds=False, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "runs\n"
    lock.release()
    try:
        with workspace_lock(tmp_path):
            pass
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def test_looking_whether_it_is_held_keeps_nobody_out(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    assert not Lock.is_held(path)
    assert not path.exists()
    with Lock(path) as lock:
        assert not Lock.is_held(path)
        assert lock.acquire()
        assert Lock.is_held(path)
    assert not Lock.is_held(path)


def test_waiting_ends(tmp_path: Path) -> None:
    with Lock(tmp_path / "lock") as first, Lock(tmp_path / "lock") as second:
        assert first.acquire()
        assert not second.acquire(wait_seconds=0.1)


def test_a_workspace_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="workspace=DIR"):
        workspace_lock(tmp_path / "file")
