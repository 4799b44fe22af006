"""Joining a Ray cluster or starting one, looking at its nodes, and leaving it so that nothing of ours is left there."""

from __future__ import annotations

import logging
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import ray
from ray._private import utils
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from suite.core.addresses import hidden, recordable, without_secrets
from suite.core.hardware import cores
from suite.core.refusals import Refusal
from suite.executors import bridge
from suite.executors.cluster import Ask, Node, RayOptions, asked_of

PROBE_SECONDS = 120.0
CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 60.0
STORE_BYTES = 100_000_000
"""Of shared memory for Ray's objects: ours are small."""


class Cluster:
    """The cluster that this process has joined. `started`: whether it was started here, and ends with us."""

    def __init__(self, address: str, started: bool) -> None:
        self.address, self.started = address, started

    def nodes(self) -> list[Node]:
        """The nodes that are alive."""
        return [
            Node(
                node["NodeID"],
                node["NodeManagerAddress"],
                node["Resources"].get("CPU", 0.0),
                node["Resources"].get("GPU", 0.0),
            )
            for node in ray.nodes()
            if node["Alive"]
        ]

    def refuse_unfit(self, nodes: Sequence[Node], setup: bridge.Setup) -> None:
        """Raises Refusal where a node does not see the workspace, or has other software."""
        probe = ray.remote(num_cpus=0, max_retries=0)(bridge.look)
        found = {}
        for node in nodes:
            there = NodeAffinitySchedulingStrategy(node.name, soft=False)
            found[probe.options(scheduling_strategy=there).remote(setup)] = node
        ready, late = ray.wait(list(found), num_returns=len(found), timeout=PROBE_SECONDS)
        for answer in [*ready, *late]:
            address = found[answer].address
            if answer in late:
                raise Refusal(f"node {address} of the Ray cluster did not answer within {PROBE_SECONDS:.0f} s")
            try:
                problem = ray.get(answer)
            except RayError as error:
                raise Refusal(
                    f"node {address} cannot run the suite ({said(error)}): install the same version there"
                ) from None
            if problem:
                raise Refusal(problem)

    def leave(self) -> None:
        with suppress(RayError):
            ray.shutdown()


def join(options: RayOptions) -> Cluster:
    """Join the cluster that is named, or start one on this machine. Raises Refusal where it cannot be reached."""
    address = options.joined
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    terminated = signal.getsignal(signal.SIGTERM)  # Ray puts its own in that place, which leaves at once
    try:
        if address:
            _look_for(address)
            with _command_kept():
                ray.init(address, **quiet)
            return Cluster(address, started=False)
        with _command_kept(), _secrets_kept():
            ray.init(
                "local",
                num_cpus=options.cpus or cores(),
                include_dashboard=False,
                object_store_memory=STORE_BYTES,
                **quiet,
            )
    except (OSError, ValueError, RuntimeError, RayError) as error:
        what = f"the Ray cluster at {address} cannot be joined" if address else "no Ray cluster starts on this machine"
        raise Refusal(f"{what}: {in_a_line(error)}") from None
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, terminated)
    return Cluster("local", started=True)


def in_a_line(error: BaseException) -> str:
    """What an exception of Ray's says: which versions differ, it says in the lines after the first."""
    return hidden(" ".join(str(error).split()) or type(error).__name__)[:300]


def said(error: BaseException) -> str:
    """Why a task failed, in one line: Ray's own words begin with where it ran, and end with a traceback."""
    cause = getattr(error, "cause", None) or error
    lines = str(cause).strip().splitlines() or [type(cause).__name__]
    return hidden(lines[-1] if "Traceback" in str(cause) else lines[0])[:300]


def _look_for(address: str) -> None:
    """Raises OSError where no cluster is at `host:port`: Ray would try again for minutes before it says so.

    What listens there is asked by a process of its own, since a call into Ray cannot be given up.
    """
    host, _, port = address.rpartition(":")
    if not (host and port.isdecimal()):
        return
    socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS).close()
    if not _answers(address):
        raise OSError(
            "something listens there, and is no Ray cluster that answers; the port is that of `ray start`, 6379 where "
            "none was chosen"
        )


def _answers(address: str) -> bool:
    """Whether a cluster answers. One that refuses us, for another version or token, does: joining it says why."""
    asks = [sys.executable, "-m", "ray.scripts.scripts", "health-check", "--skip-version-check", "--address", address]
    try:
        done = subprocess.run(asks, env=without_secrets(os.environ), capture_output=True, timeout=ANSWER_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 or b"Timed out while waiting for GCS" not in done.stderr


@contextmanager
def _secrets_kept() -> Iterator[None]:
    """Processes that are started meanwhile inherit no password of a store, which is the coordinator's alone."""
    kept = {name: value for name, value in os.environ.items() if name not in without_secrets(os.environ)}
    for name in kept:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(kept)


@contextmanager
def _command_kept() -> Iterator[None]:
    """The command of whoever joins is in the cluster's table of jobs, for all to read: without its secrets."""
    said = utils.get_entrypoint_name
    utils.get_entrypoint_name = lambda: shlex.join(["python", *map(recordable, sys.argv)])
    try:
        yield
    finally:
        utils.get_entrypoint_name = said


def asked(nodes: Sequence[Node], threads: int, options: RayOptions) -> Ask:
    return asked_of(nodes, threads, options.gpus)


def accelerator_environment(ask: Ask) -> dict[str, str]:
    """A run that asks for no GPU sees none; those that share one do not take all of its memory."""
    if not ask.gpus:
        return {"CUDA_VISIBLE_DEVICES": ""}
    if ask.gpus < 1:
        return {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    return {}


def remote(ask: Ask) -> Any:
    """The task that carries a run. It is tried once: the coordinator hands out again, and counts.

    A process that has used a GPU ends with its task, which gives back the GPU's memory; others stay warm.
    """
    options: dict[str, Any] = {"num_cpus": ask.cpus, "max_retries": 0, "scheduling_strategy": "SPREAD"}
    if ask.gpus:
        options |= {"num_gpus": ask.gpus, "max_calls": 1}
    return ray.remote(**options)(bridge.carry)


def mailbox() -> Any:
    """The actor between tasks and coordinator, on the coordinator's own node."""
    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    options = {"num_cpus": 0, "max_concurrency": 100_000, "scheduling_strategy": here}
    return ray.remote(**options)(bridge.Mailbox).remote()
