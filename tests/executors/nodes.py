"""A Ray cluster of node processes on this machine, one of which can be lost as a machine is lost."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import psutil


class Nodes:
    """A head and one more node, each with so many CPUs and GPUs, the latter in name alone."""

    def __init__(self, cpus: int, gpus: int, second: Mapping[str, str]) -> None:
        """`second`: environment variables of the second node alone, and of what runs there."""
        from ray.cluster_utils import Cluster

        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        has = {"num_cpus": cpus, "num_gpus": gpus}
        self._cluster = Cluster(initialize_head=True, head_node_args={**has, "include_dashboard": False})
        os.environ |= second
        try:
            self._second = self._cluster.add_node(**has)
        finally:
            for name in second:
                del os.environ[name]
        self.address = self._cluster.address

    def second(self) -> list[psutil.Process]:
        """Every process of the second node, its workers first."""
        own = [psutil.Process(info.process.pid) for infos in self._second.all_processes.values() for info in infos]
        below = [child for process in own for child in _below(process)]
        return [*reversed(below), *own]

    def lose_the_second(self) -> None:
        """All of its processes are gone at once, as when a machine loses its power."""
        for process in self.second():
            with suppress(psutil.Error):
                process.kill()

    def close(self) -> None:
        self._cluster.shutdown()


def _below(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


@contextmanager
def two_nodes(cpus: int = 1, gpus: int = 0, second: Mapping[str, str] | None = None) -> Iterator[Nodes]:
    nodes = Nodes(cpus, gpus, second or {})
    try:
        yield nodes
    finally:
        nodes.close()


def wait_until_gone(pids: set[int], seconds: float = 150.0) -> set[int]:
    """Wait for the end of processes; returns those that are still there."""
    deadline = time.monotonic() + seconds
    while left := {pid for pid in pids if _is_alive(pid)}:
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return left


def _is_alive(pid: int) -> bool:
    with suppress(psutil.Error):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False
