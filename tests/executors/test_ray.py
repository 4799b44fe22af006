"""Real Ray clusters on this machine: the same results as on one worker, whatever is lost, and nothing left behind."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from suite.core.durable import read_json
from tests import studies
from tests.executors.nodes import Nodes, two_nodes, wait_until_gone
from tests.studies import command, measured, same_weights, weights, workspace_with_study

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def one_local_worker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = workspace_with_study(tmp_path_factory.mktemp("local"))
    assert command(workspace, "threads=1").returncode == 0
    return workspace


@pytest.fixture
def nodes() -> Iterator[Nodes]:
    with two_nodes() as made:
        yield made


def wait_for(what: Callable[[], Any], seconds: float = 120.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)
    return found


def steps(trace: Path, pids: set[int]) -> list[str]:
    """The events that processes have reached, in their order."""
    lines = trace.read_text().splitlines() if trace.exists() else []
    return [line.split()[2] for line in lines if line.count(" ") == 2 and int(line.split()[1]) in pids]


def below(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def test_a_node_lost_in_the_middle_of_an_epoch_changes_nothing(
    nodes: Nodes, one_local_worker: Path, tmp_path: Path
) -> None:
    workspace, trace = workspace_with_study(tmp_path / "w"), tmp_path / "trace"
    process = studies.start(
        workspace, "executor=ray", f"ray.address={nodes.address}", "workers=2", "threads=1", "search.parallel=2",
    )  # fmt: skip
    try:
        # workers inherit the trace from their node, which was started before: the file of the heartbeat tells instead
        lost = wait_for(lambda: in_an_epoch(workspace, {p.pid for p in nodes.second()}))
        nodes.lose_the_second()
        assert process.wait(timeout=400) == 0
    finally:
        process.kill()
    log = (workspace / "output.log").read_text()
    assert "the worker was killed; the run goes on from its last checkpoint" in log
    assert lost
    assert measured(workspace) == measured(one_local_worker)
    assert same_weights(weights(workspace), weights(one_local_worker))
    attempts = Counter(result["attempts"] for result in studies.results(workspace).values())
    assert attempts[1] == 7
    assert not list(studies.instance(workspace).glob("*/*/*/*/attempt-*"))
    assert trace.exists() is False


def in_an_epoch(workspace: Path, pids: set[int]) -> bool:
    """Whether a worker among these processes holds the lock of a run that has begun to train."""
    for heartbeat in workspace.glob("runs/tiny/*/*/*/*/*/attempt-*/checkpoints/heartbeat"):
        holder = (heartbeat.parents[1] / ".lock").read_text()
        spent = heartbeat.read_text().split()
        if holder and int(holder) in pids and spent and float(spent[0]) > 0:
            return True
    return False


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("joined", [False, True])
def test_an_end_of_the_coordinator_leaves_no_process_behind(how: signal.Signals, joined: bool, tmp_path: Path) -> None:
    if joined:
        with two_nodes() as nodes:
            _interrupted(how, workspace_with_study(tmp_path), f"ray.address={nodes.address}")
    else:
        _interrupted(how, workspace_with_study(tmp_path))


def _interrupted(how: signal.Signals, workspace: Path, *arguments: str) -> None:
    process = studies.start(workspace, "executor=ray", "workers=2", "threads=1", "images_seen=200000", *arguments)
    wait_for(lambda: list(workspace.glob("runs/tiny/*/*/*/*/*/attempt-*/checkpoints/0*")))
    mine = {child.pid for child in below(process.pid)}
    locks = workspace.glob("runs/tiny/*/*/*/*/*/attempt-*/.lock")
    training = {int(text) for lock in locks if (text := lock.read_text())}
    assert training
    process.send_signal(how)
    code = process.wait(timeout=60)
    assert code == (-signal.SIGKILL if how is signal.SIGKILL else 130)
    assert wait_until_gone(mine | training) == set()


def test_a_cluster_without_room_is_refused_before_anything_trains(nodes: Nodes, tmp_path: Path) -> None:
    workspace = workspace_with_study(tmp_path)
    for arguments, asks in ((["threads=2"], "2 CPUs"), (["threads=1", "ray.gpus=1"], "1 CPU and 1 GPU")):
        refused = command(workspace, "executor=ray", f"ray.address={nodes.address}", *arguments)
        assert refused.returncode == 2
        assert f"no node of the Ray cluster can hold a run: each asks for {asks}, and there is" in refused.stderr
        assert refused.stderr.count("with 1 CPU and 0 GPUs") == 2
        assert not list(workspace.glob("runs/tiny/*/study.json"))


def test_a_cluster_that_is_not_there_is_refused(tmp_path: Path) -> None:
    refused = command(workspace_with_study(tmp_path), "executor=ray", "threads=1", "ray.address=127.0.0.1:1")
    assert refused.returncode == 2
    assert "the Ray cluster at 127.0.0.1:1 cannot be joined" in refused.stderr


def test_trials_that_overlap_make_the_same_set_of_runs(one_local_worker: Path, tmp_path: Path) -> None:
    workspace = workspace_with_study(tmp_path)
    done = command(workspace, "threads=1", "workers=2", "search.parallel=3")
    assert done.returncode == 0, done.stderr
    assert measured(workspace).keys() == measured(one_local_worker).keys()
    assert read_json(studies.instance(workspace) / "study.json")["search_parallel"] == 3


SETTINGS = {"name": "ray", "workers": 2, "backend": "tensorflow", "threads": 1}
WATCH = """
import json, os, sys
from pathlib import Path
from suite.bench.trivial import Trivial
from suite.executors import worker

class Tells(Trivial):
    def train(self, spec, directory, attempt, on_epoch):
        (directory / "gpus").write_text(os.environ.get("CUDA_VISIBLE_DEVICES", "none"))
        return super().train(spec, directory, attempt, on_epoch)
"""
