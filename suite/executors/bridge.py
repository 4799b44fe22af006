"""The node's side of `executor=ray`: a task that carries one run's messages between a warm worker and the coordinator.

The worker is the same process as on one machine (`suite.executors.local`), so that its end is taken the same way and
its words are in a log of its own. It is kept from task to task by the Ray process that the tasks of a node run in; when
that one dies, the worker reads end-of-file on its pipe and leaves.
"""

from __future__ import annotations

import asyncio
import os
import queue
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayActorError

import suite
from suite.core.host import memory_bytes_allowed
from suite.core.outcomes import BROKEN
from suite.core.refusals import first_line
from suite.core.result import read_result
from suite.executors.cluster import difference, software, unseen
from suite.executors.local import TRUSTED_SHARE, LocalWorker
from suite.executors.protocol import Ending, Event


@dataclass(frozen=True)
class Setup:
    """What every task is told: the same for all of a session.

    at_once: how many workers share the memory of a node, by its name in Ray; the most of any for one that joined later.
    proof: a file in the workspace, and what is in it.
    software: what the coordinator's machine has.
    """

    workspace: Path
    logs: Path
    environment: Mapping[str, str]
    module: str
    at_once: Mapping[str, int]
    proof: tuple[Path, str]
    software: Mapping[str, Any]


class Mailbox:
    """An actor beside the coordinator: tasks leave here what happens meanwhile, and wait for the answer to an epoch."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def ask(self, order: str, event: dict[str, Any]) -> dict[str, Any]:
        """Leave an event of an order, and wait for what the coordinator answers."""
        answer = self._waiting[order] = asyncio.get_running_loop().create_future()
        self._events.put_nowait((order, event))
        return await answer

    async def tell(self, order: str, event: dict[str, Any]) -> None:
        """Leave an event of an order that is not answered."""
        self._events.put_nowait((order, event))

    async def answer(self, order: str, answer: dict[str, Any]) -> None:
        waiting = self._waiting.pop(order, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    async def collect(self) -> list[tuple[str, dict[str, Any]]]:
        """All events that are there, waiting for the first."""
        found = [await self._events.get()]
        while not self._events.empty():
            found.append(self._events.get_nowait())
        return found


def look(setup: Setup, commit: bool = True) -> str | None:
    """Why this node cannot carry out runs, in one sentence; None where it can. `commit`: the suite's own counts."""
    address = ray.util.get_node_ip_address()
    if not _sees_the_workspace(setup):
        return unseen(setup.workspace, address)
    differs = difference(setup.software, software(), commit)
    return f"node {address} has other software than this machine: {differs}" if differs else None


def _sees_the_workspace(setup: Setup) -> bool:
    path, content = setup.proof
    try:
        return path.read_text(encoding="utf-8") == content
    except OSError:
        return False


@dataclass
class _Kept:
    worker: LocalWorker
    events: queue.Queue[Event]
    share: float
    """Bytes of memory that are this worker's."""


_kept: _Kept | None = None
_looked = False


def carry(order: Mapping[str, Any], name: str, setup: Setup, mailbox: Any) -> dict[str, Any]:
    """Carry out one order, and return the last event of it, as `suite.executors.protocol` describes it."""
    global _looked
    # A node that joined later was not looked at. The commit may be another by now: somebody works on, as beside a local
    # study, whose new workers take the code as it is, too.
    problem = None if _looked else look(setup, commit=False)
    if problem is not None:
        return {"event": "suspended", "reason": problem}
    _looked = True
    try:
        kept = _warm(setup)
    except OSError as error:  # no memory for a process, no room for its log: another node may do better
        words = f"node {ray.util.get_node_ip_address()}: {first_line(error)}"
        how = type(error).__name__
        return {"event": "exit", "ending": Ending.CRASHED, "began": False, "how": how, "words": words}
    try:
        ray.get(mailbox.tell.remote(name, {"event": "begun"}))
        event = _follow(kept, order, name, setup, mailbox)
    except RayActorError:  # nobody will answer: the run goes on elsewhere, and asks again
        _drop()
        return {"event": "exit", "ending": Ending.KILLED, "how": "its way to the coordinator was lost"}
    except BaseException:
        _drop()  # the coordinator is gone, or whatever else: nobody follows the worker any more
        raise
    if _sees_the_workspace(setup):
        return event
    _drop()  # it was unmounted meanwhile: what came of the run lies elsewhere, and says nothing about it
    return {"event": "suspended", "reason": unseen(setup.workspace, ray.util.get_node_ip_address())}


def _warm(setup: Setup) -> _Kept:
    global _kept
    if _kept is None or not _kept.worker.alive:  # it may have been killed while it had nothing to do
        name = f"ray-{ray.util.get_node_ip_address()}-{os.getpid()}"
        root = str(Path(suite.__file__).parents[1])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        events: queue.Queue[Event] = queue.Queue()
        node = ray.get_runtime_context().get_node_id()
        share = memory_bytes_allowed() / setup.at_once.get(node, max(setup.at_once.values()))
        # the folder that ray was started in is nobody's choice, and may hold another checkout
        environment = {**setup.environment, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}
        worker = LocalWorker(name, events, setup.logs / f"{name}.log", environment, share, setup.module)
        _kept = _Kept(worker, events, share)
    return _kept


def _drop() -> None:
    global _kept
    if _kept is not None:
        _kept.worker.kill()
        _kept = None


def _follow(kept: _Kept, order: Mapping[str, Any], name: str, setup: Setup, mailbox: Any) -> dict[str, Any]:
    global _kept
    worker = kept.worker
    worker.send(**order)
    while True:
        event = dict(kept.events.get()[1])
        match event["event"]:
            case "ready":
                worker.ready = True
            case "epoch":
                worker.send(**ray.get(mailbox.ask.remote(name, event)))
            case "passed_over":
                ray.get(mailbox.tell.remote(name, event))  # it must be there before the epoch that follows
            case "exit":
                _kept = None
                return {**event, "began": worker.ready, "words": worker.last_words(), "log": str(worker.log)}
            case "suspended":
                _drop()
                return {**event, "reason": f"node {ray.util.get_node_ip_address()}: {event['reason']}"}
            case "finished":
                if _is_spent(order, event.get("memory_bytes", 0), kept.share):
                    _drop()
                return event
            case other:
                raise ValueError(f"a worker says {other!r}, which no executor knows")


def _is_spent(order: Mapping[str, Any], memory_bytes: int, share: float) -> bool:
    """Whether a process that ran out, broke or has grown is not trusted with the next run."""
    result = read_result(Path(order["directory"]))
    broke = result is not None and result.outcome in BROKEN
    return broke or memory_bytes > share * TRUSTED_SHARE
