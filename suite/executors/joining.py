"""Joining a Ray cluster or starting one, looking at its nodes, and leaving it so that nothing of ours is left there."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")

import ray
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from suite.core.addresses import without_secrets
from suite.core.hardware import cores
from suite.core.refusals import Refusal, first_line
from suite.executors import bridge
from suite.executors.cluster import Ask, Node, RayOptions, asked_of

PROBE_SECONDS = 120.0
CONNECT_SECONDS = 10.0
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
                    f"node {address} cannot run the suite ({first_line(error)}): install the same version there"
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
            ray.init(address, **quiet)
            return Cluster(address, started=False)
        with _secrets_kept():
            ray.init(
                "local",
                num_cpus=options.cpus or cores(),
                include_dashboard=False,
                object_store_memory=STORE_BYTES,
                **quiet,
            )
    except (OSError, ValueError, RuntimeError, RayError) as error:
        raise Refusal(f"the Ray cluster at {address or 'this machine'} cannot be joined: {first_line(error)}") from None
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, terminated)
    return Cluster("local", started=True)


def _look_for(address: str) -> None:
    """Raises OSError where nothing listens at `host:port`: Ray would try again for minutes before it says so."""
    host, _, port = address.rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS).close()


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
