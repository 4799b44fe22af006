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
from suite.core.refusals import Refusal
from suite.data import DataSpec
from suite.executors import Ending, Executor, RayOptions, Worker
from suite.training.recipe import Recipe
from suite.training.spec import RunSpec
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


def wait_for(what: Callable[[], Any], seconds: float = 400.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)
    return found


def below(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def test_a_node_lost_in_the_middle_of_an_epoch_changes_nothing(one_local_worker: Path, tmp_path: Path) -> None:
    """After the fifth of an epoch's eight steps worker and Ray process of a node are gone, and with them the node."""
    workspace, fired = workspace_with_study(tmp_path / "here"), tmp_path / "fired"
    fault = {"SUITE_FAULT": "training.step:5:both", "SUITE_FAULT_ONCE": str(fired)}
    with two_nodes(second=fault) as nodes:
        process = studies.start(
            workspace, "executor=ray", f"ray.address={nodes.address}", "workers=2", "threads=1", "search.parallel=2"
        )
        try:
            wait_for(fired.exists)
            nodes.lose_the_second()
            assert process.wait(timeout=600) == 0
        finally:
            process.kill()
    log = (workspace / "output.log").read_text()
    assert "the worker was killed; the run goes on from its last checkpoint" in log
    assert measured(workspace) == measured(one_local_worker)
    assert same_weights(weights(workspace), weights(one_local_worker))
    attempts = Counter(result["attempts"] for result in studies.results(workspace).values())
    assert attempts[1] < len(studies.results(workspace)) == 8
    assert not list(studies.instance(workspace).glob("*/*/*/*/attempt-*"))


def test_two_local_workers_give_what_one_gives(one_local_worker: Path, tmp_path: Path) -> None:
    workspace = workspace_with_study(tmp_path)
    assert command(workspace, "threads=1", "workers=2").returncode == 0
    assert measured(workspace) == measured(one_local_worker)
    assert same_weights(weights(workspace), weights(one_local_worker))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("joined", [False, True])
def test_an_end_of_the_coordinator_leaves_no_process_behind(how: signal.Signals, joined: bool, tmp_path: Path) -> None:
    if joined:
        with two_nodes() as nodes:
            _interrupted(how, workspace_with_study(tmp_path), f"ray.address={nodes.address}")
    else:
        _interrupted(how, workspace_with_study(tmp_path))


def _interrupted(how: signal.Signals, workspace: Path, *arguments: str) -> None:
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # in the background of a script it is ignored, and inherited
    process = studies.start(workspace, "executor=ray", "workers=2", "threads=1", "images_seen=200000", *arguments)
    try:
        wait_for(lambda: list(workspace.glob("runs/tiny/*/*/*/*/*/attempt-*/checkpoints/0*")))
        mine = {child.pid for child in below(process.pid)}
        locks = workspace.glob("runs/tiny/*/*/*/*/*/attempt-*/.lock")
        training = {int(text) for lock in locks if (text := lock.read_text())}
        assert training
        process.send_signal(how)
        code = process.wait(timeout=200)
    finally:
        process.kill()
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


FIELDS = {
    "study": "s", "instance": "i", "candidate": "c", "architecture": "mlp", "track": "tuned", "phase": "final",
    "number": 0, "seed": 0, "dataset": "digits", "data_hash": "", "backend": "tensorflow", "precision": "float32",
}  # fmt: skip
SPEC = RunSpec("mlp", {}, Recipe(epochs=2), DataSpec("digits"), {"initial": 0}, "")


def trained(workers: Executor, worker: Worker, directory: Path) -> tuple[str, str]:
    """Carry out one run, each epoch of which goes on: what it could compute on, and its process."""
    directory.mkdir()
    worker.send(do="train", spec=SPEC.as_mapping(), directory=str(directory), attempt=1, fields=FIELDS)
    while (event := workers.events.get(timeout=120)[1])["event"] == "epoch":
        worker.send(stop=False)
    assert event["event"] == "finished", event
    device, _, process = (directory / "device").read_text().partition(" ")
    return device, process


@pytest.mark.parametrize(("gpus", "devices", "warm"), [(None, {"0", "1"}, False), (0, {""}, True)])
def test_a_run_sees_the_gpus_that_it_asked_for_and_gives_them_back(
    gpus: float | None, devices: set[str], warm: bool, tmp_path: Path
) -> None:
    from suite.executors.ray import RayExecutor

    with two_nodes(gpus=2) as nodes:
        options = RayOptions(nodes.address, gpus)
        workers = RayExecutor(1, "tensorflow", 1, tmp_path / "logs", tmp_path, options, "tests.executors.tells")
        try:
            worker = workers.start()
            found = [trained(workers, worker, tmp_path / str(number)) for number in range(4)]
        finally:
            workers.close()
    assert {device for device, _ in found} <= devices
    processes = {process for _, process in found}
    assert len(processes) < 4 if warm else len(processes) == 4, "a process that had a GPU ends with its run"


def test_a_node_that_does_not_see_the_workspace_is_refused(nodes: Nodes, tmp_path: Path) -> None:
    from suite.executors.ray import RayExecutor

    class Elsewhere(type(tmp_path)):  # type: ignore[misc]
        """A folder into which what is written arrives nowhere, as on a disk of one's own."""

        def write_text(self, *_: Any, **__: Any) -> int:
            return 0

    with pytest.raises(Refusal, match=r"node \d.* does not see the workspace"):
        RayExecutor(1, "tensorflow", 1, tmp_path / "logs", Elsewhere(tmp_path), RayOptions(nodes.address))


def test_other_software_on_a_node_is_refused(nodes: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from suite.executors import ray as executor_on_ray

    monkeypatch.setattr(executor_on_ray, "software", lambda: {"versions": {"keras": "1"}, "commit": None})
    with pytest.raises(Refusal, match=r"node \d.* has other software than this machine: "):
        executor_on_ray.RayExecutor(1, "tensorflow", 1, tmp_path, tmp_path, RayOptions(nodes.address))


def test_a_worker_that_does_not_start_is_told_from_a_run_that_breaks(nodes: Nodes, tmp_path: Path) -> None:
    from suite.executors.ray import RayExecutor

    options = RayOptions(nodes.address)
    workers = RayExecutor(1, "tensorflow", 1, tmp_path / "logs", tmp_path, options, "tests.executors.no_such_module")
    try:
        worker = workers.start()
        worker.send(do="train", directory=str(tmp_path / "run"))
        _, event = workers.events.get(timeout=120)
    finally:
        workers.close()
    assert (event["event"], event["ending"], event["began"]) == ("exit", Ending.CRASHED, False)
    assert "No module named tests.executors.no_such_module" in worker.last_words()
    assert "No module named" in worker.log.read_text()


def test_a_lost_mailbox_costs_a_run_one_attempt(nodes: Nodes, tmp_path: Path) -> None:
    import ray

    from suite.executors.ray import RayExecutor

    options = RayOptions(nodes.address)
    workers = RayExecutor(1, "tensorflow", 1, tmp_path / "logs", tmp_path, options, "tests.executors.tells")
    try:
        worker = workers.start()
        (tmp_path / "first").mkdir()
        order = {"do": "train", "spec": SPEC.as_mapping(), "attempt": 1, "fields": FIELDS}
        worker.send(**order, directory=str(tmp_path / "first"))
        assert workers.events.get(timeout=120)[1]["event"] == "epoch"
        ray.kill(workers._mailbox)
        _, event = workers.events.get(timeout=120)
        assert (event["event"], event["ending"]) == ("exit", Ending.KILLED)
        trained(workers, worker, tmp_path / "second")
    finally:
        workers.close()
