"""A node's side of a cluster with real workers and the real mailbox; what Ray would carry is carried by a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from suite.core.host import memory_bytes_allowed
from suite.core.result import read_result
from suite.data import DataSpec
from suite.executors import Ending, bridge
from suite.executors.bridge import Mailbox, Setup, carry
from suite.training.recipe import Recipe
from suite.training.spec import RunSpec

FIELDS = {
    "study": "s", "instance": "i", "candidate": "c", "architecture": "mlp", "track": "tuned", "phase": "final",
    "number": 0, "seed": 0, "dataset": "digits", "data_hash": "", "backend": "tensorflow", "precision": "float32",
}  # fmt: skip
SPEC = RunSpec("mlp", {}, Recipe(epochs=2), DataSpec("digits"), {"initial": 0}, "")


class Carried:
    """A mailbox whose methods are called as an actor's are: `method.remote(...)`, which gives a future."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._mailbox = asyncio.run_coroutine_threadsafe(self._made(), self._loop).result()

    @staticmethod
    async def _made() -> Mailbox:
        return Mailbox()

    def __getattr__(self, name: str) -> Any:
        method, loop = getattr(self._mailbox, name), self._loop

        class Method:
            @staticmethod
            def remote(*arguments: Any) -> Future[Any]:
                return asyncio.run_coroutine_threadsafe(method(*arguments), loop)

        return Method

    @staticmethod
    async def _left() -> None:
        """Cancel what still waits for an event."""
        waiting = asyncio.all_tasks() - {asyncio.current_task()}
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def end(self) -> None:
        asyncio.run_coroutine_threadsafe(self._left(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Carried]:
    monkeypatch.setattr(bridge.ray, "get", lambda future: future.result(timeout=60))
    monkeypatch.setattr(bridge.ray, "get_runtime_context", lambda: SimpleNamespace(get_node_id=lambda: "small"))
    monkeypatch.setattr(bridge.ray.util, "get_node_ip_address", lambda: "10.0.0.1")
    made = Carried()
    yield made
    bridge._drop()
    made.end()


def setup(workspace: Path, module: str) -> Setup:
    from suite.executors.cluster import software

    proof = workspace / "proof"
    proof.write_text("seen")
    return Setup(workspace, workspace / "logs", {}, module, {"small": 1, "large": 1000}, (proof, "seen"), software())


def carried(order: str, mailbox: Carried, directory: Path, setup: Setup) -> tuple[list[Any], dict[str, Any]]:
    """Carry out one run, each epoch of which goes on: what arrived meanwhile, by order, and the last event."""
    directory.mkdir()
    told = {"do": "train", "spec": SPEC.as_mapping(), "directory": str(directory), "attempt": 1, "fields": FIELDS}
    task: Future[dict[str, Any]] = Future()
    work = threading.Thread(target=lambda: task.set_result(carry(told, order, setup, mailbox)), daemon=True)
    work.start()
    arrived: list[Any] = []
    collecting = mailbox.collect.remote()
    while not task.done():
        if collecting.done():
            for name, event in collecting.result():
                arrived.append((name, event["event"], event.get("row", {}).get("epoch")))
                if event["event"] == "epoch":
                    mailbox.answer.remote(name, {"stop": False})
            collecting = mailbox.collect.remote()
        work.join(0.01)
    collecting.cancel()
    return arrived, task.result()


def test_a_checkpoint_that_is_passed_over_is_told_and_the_run_goes_on(mailbox: Carried, tmp_path: Path) -> None:
    """So does the next one, in the same worker."""
    made = setup(tmp_path, "tests.executors.passes_over")
    for order in ("first", "second"):
        arrived, last = carried(order, mailbox, tmp_path / order, made)
        assert arrived == [
            (order, "begun", None),
            (order, "passed_over", None),
            (order, "epoch", 1),
            (order, "epoch", 2),
        ]
        assert last["event"] == "finished"
        assert read_result(tmp_path / order) is not None


def test_a_node_that_loses_the_workspace_meanwhile_says_so(mailbox: Carried, tmp_path: Path) -> None:
    """Where it is not mounted any more, its path is a folder of the node's own: a result there is none."""
    made = setup(tmp_path, "suite.bench.trivial")
    assert carried("first", mailbox, tmp_path / "first", made)[1]["event"] == "finished"
    made.proof[0].unlink()
    _, last = carried("second", mailbox, tmp_path / "second", made)
    assert last["event"] == "suspended"
    assert "node 10.0.0.1 does not see the workspace" in last["reason"]


def test_a_node_on_which_no_worker_starts_is_named_and_the_run_has_not_failed(mailbox: Carried, tmp_path: Path) -> None:
    made = setup(tmp_path, "suite.bench.trivial")
    made.logs.write_text("a file where the folder of logs should be")
    _, last = carried("first", mailbox, tmp_path / "first", made)
    assert (last["event"], last["ending"], last["began"]) == ("exit", Ending.CRASHED, False)
    assert last["words"].startswith("node 10.0.0.1: ")


def test_a_worker_runs_the_code_that_was_looked_at_wherever_ray_was_started(
    mailbox: Carried, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node's `ray start` may have been typed in the folder of another checkout."""
    (tmp_path / "checkout" / "suite").mkdir(parents=True)
    (tmp_path / "checkout" / "suite" / "__init__.py").write_text("raise SystemExit('another suite')")
    made = setup(tmp_path, "suite.bench.trivial")
    monkeypatch.chdir(tmp_path / "checkout")
    _, last = carried("first", mailbox, tmp_path / "first", made)
    assert last["event"] == "finished", last


def test_a_node_that_lacks_what_the_coordinator_has_is_named(mailbox: Carried, tmp_path: Path) -> None:
    made = setup(tmp_path, "tests.executors.refuses")
    _, last = carried("first", mailbox, tmp_path / "first", made)
    assert last == {"event": "suspended", "reason": "node 10.0.0.1: cifar10 was found nowhere"}


def test_a_worker_s_share_of_memory_is_that_of_its_own_node(mailbox: Carried, tmp_path: Path) -> None:
    """It stays warm where it is alone, though elsewhere a thousand share a machine; on a later one it may not."""
    made = setup(tmp_path, "suite.bench.trivial")
    carried("first", mailbox, tmp_path / "first", made)
    assert bridge._kept is not None
    assert bridge._kept.share == memory_bytes_allowed()
    bridge._drop()
    carried("second", mailbox, tmp_path / "second", replace(made, at_once={"large": 1000}))
    assert bridge._kept is None
