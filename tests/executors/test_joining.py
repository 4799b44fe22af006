"""What is made of Ray's own errors, without a cluster."""

from __future__ import annotations

import itertools
import queue
import socket
import sys
import threading
import traceback
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from suite.core.refusals import Refusal
from suite.executors import Ending, RayOptions, joining
from suite.executors.cluster import Ask, Node
from suite.executors.protocol import ORDERS
from suite.executors.ray import RayExecutor, RayWorker, lost

IMPORTS = "The remote function failed to import on the worker. This may be because libraries are missing:\n\n"


def failed(cause: Exception) -> BaseException:
    """A task's error as Ray hands it on."""
    from ray.exceptions import RayTaskError

    try:
        raise cause
    except Exception:
        text = traceback.format_exc()
    error = RayTaskError("carry", text, cause, proctitle="ray::carry", pid=1, ip="10.0.0.1")
    return error.as_instanceof_cause()


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (OSError(12, "Cannot allocate memory"), "[Errno 12] Cannot allocate memory"),
        (RuntimeError(IMPORTS + "Traceback (most recent call last):\n  ...\nNo module named 'suite'\n"), "No module"),
        (ValueError(), "ValueError"),
    ],
)
def test_what_is_raised_beside_a_worker_is_told_and_no_failure_of_the_run(cause: Exception, words: str) -> None:
    event = lost(failed(cause))
    assert event["words"].startswith(words)
    assert (event["ending"], event["began"]) == (Ending.CRASHED, False)


def test_a_lost_process_is_a_kill() -> None:
    from ray.exceptions import OutOfMemoryError, WorkerCrashedError

    assert lost(WorkerCrashedError())["ending"] is Ending.KILLED
    assert lost(OutOfMemoryError("the node ran low"))["ending"] is Ending.SHORT_OF_MEMORY


def test_a_cluster_that_is_gone_is_told_once_nobody_is_left_and_none_is_started_in_its_place(tmp_path: Path) -> None:
    import ray

    executor: Any = object.__new__(RayExecutor)  # as it is when its cluster has gone
    executor.events, executor._logs, executor._orders, executor._in_hand = (
        queue.Queue(),
        tmp_path,
        itertools.count(),
        {},
    )
    executor._carry, executor._setup, executor._mailbox = joining.remote(Ask(1, 0)), None, None
    RayWorker(executor, "worker-0", tmp_path).send(do="train", directory=str(tmp_path))
    _, event = executor.events.get_nowait()
    assert event["event"] == "suspended"
    assert event["reason"].startswith("the Ray cluster is gone (")
    assert not ray.is_initialized()


@pytest.mark.parametrize("do", ORDERS)
def test_every_order_is_a_task_of_its_own_and_not_the_answer_to_one(do: str, tmp_path: Path) -> None:
    executor: Any = object.__new__(RayExecutor)
    handed, futures = list[Any](), list[Future[dict[str, Any]]]()

    def remote(order: dict[str, Any], name: str, *rest: Any) -> Any:
        handed.append((order, name))
        futures.append(Future())
        return SimpleNamespace(future=lambda: futures[-1])

    executor.events, executor._orders, executor._in_hand = queue.Queue(), itertools.count(), {}
    executor._closed, executor._logs = threading.Event(), tmp_path
    executor._carry, executor._setup, executor._mailbox = SimpleNamespace(remote=remote), None, None
    worker = RayWorker(executor, "worker-0", tmp_path)
    worker.send(do=do, directory=str(tmp_path))
    assert handed == [({"do": do, "directory": str(tmp_path)}, "worker-0/0")]
    futures[0].set_result({"event": "finished"})
    assert executor.events.get_nowait() == (worker, {"event": "finished"})


def test_a_cluster_that_others_hold_is_not_waited_for_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said once, as long as none of our runs has begun, and again when all have ended since."""
    import ray

    class Full:
        def nodes(self) -> list[Node]:
            return [Node("a", "10.0.0.1", 4, 1)]

    executor: Any = object.__new__(RayExecutor)
    executor.events, executor._logs, executor._ask, executor._cluster = queue.Queue(), tmp_path, Ask(4, 1), Full()
    executor._begun, executor._told = set(), False
    executor._in_hand = {"worker-0/0": RayWorker(executor, "worker-0", tmp_path)}
    monkeypatch.setattr(ray, "available_resources", lambda: {"CPU": 2.0})
    executor._look()
    executor._look()
    _, event = executor.events.get_nowait()
    assert event["event"] == "said"
    assert "no run of 1 in hand has found room" in event["text"]
    assert "each asks for 4 CPUs and 1 GPU, and others leave 2 CPUs and 0 GPUs" in event["text"]
    executor._pass_on("worker-0/0", {"event": "begun"})
    executor._look()
    assert executor.events.empty()
    executor._in_hand = {"worker-0/1": executor._in_hand["worker-0/0"]}
    executor._look()
    assert executor.events.get_nowait()[1]["event"] == "said"


def test_other_versions_than_the_clusters_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import ray
    from ray._private.utils import check_version_info

    def init(*_: Any, **__: Any) -> None:
        check_version_info({"ray_version": "2.50.0", "python_version": "3.12.1"}, "node 10.0.0.2")

    monkeypatch.setattr(ray, "init", init)
    with pytest.raises(
        Refusal, match=r"at auto cannot be joined: .*Ray: 2\.50\.0 Python: 3\.12\.1 .*10\.0\.0\.2.* Ray: "
    ):
        joining.join(RayOptions("auto"))


def test_local_is_no_cluster_to_join_wherever_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray's own word for a cluster of this machine alone: it is ours, with our settings, and holds no secret."""
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    assert RayOptions("local").joined is None
    monkeypatch.setenv("RAY_ADDRESS", "local")
    assert RayOptions().joined is None
    assert RayOptions("10.0.0.1:6379").joined == "10.0.0.1:6379"
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    assert RayOptions().joined == "10.0.0.1:6379"
    assert RayOptions("local").joined is None


def test_a_client_of_a_cluster_elsewhere_is_refused_wherever_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "ray://10.0.0.1:10001")
    for options in (RayOptions(), RayOptions("ray://10.0.0.1:10001")):
        with pytest.raises(Refusal, match="the coordinator runs on one of the cluster's machines"):
            options.refuse_client()


@pytest.mark.parametrize("address", ["auto", None])
def test_a_cluster_is_told_the_command_without_its_secrets(
    address: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Ray finds it out itself: it asks this very function while it joins (`ray._private.worker`)."""
    import ray
    from ray._private import utils, worker

    assert "ray._private.utils.get_entrypoint_name()" in Path(str(worker.__file__)).read_text()
    told: list[str] = []
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr(sys, "argv", ["run.py", "study=tiny", "storage.optuna=postgresql://me:canary@db/optuna"])
    monkeypatch.setattr(ray, "init", lambda *_, **__: told.append(utils.get_entrypoint_name()))
    before = utils.get_entrypoint_name
    joining.join(RayOptions(address))
    assert told == ["python run.py study=tiny 'storage.optuna=postgresql://me:***@db/optuna'"]
    assert utils.get_entrypoint_name is before


def test_what_listens_and_is_no_cluster_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as the port of the dashboard, or of Ray's clients."""
    monkeypatch.setattr(joining, "ANSWER_SECONDS", 3.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(Refusal, match=f"at {address} cannot be joined: something listens there, and is no Ray"):
            joining.join(RayOptions(address))
