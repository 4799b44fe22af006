"""Where runs are carried out: executors by name, all behind one protocol (`suite.executors.protocol`)."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from suite.core.host import install_command
from suite.core.refusals import Refusal, unknown
from suite.executors.cluster import RayOptions
from suite.executors.protocol import Ending, Event, Executor, Worker

__all__ = ["NAMES", "Ending", "Event", "Executor", "RayOptions", "Worker", "executor", "require_ray"]

NAMES = ("local", "ray")


def require_ray() -> None:
    """Raises Refusal where Ray is not installed. A folder of that name, such as Ray's own in /tmp, is not Ray."""
    found = find_spec("ray")
    if found is None or found.origin is None:
        raise Refusal(f"executor=ray needs Ray, which is not installed: {install_command('ray')}")


def executor(
    name: str, workers: int, backend: str, threads: int, logs: Path, workspace: Path, ray: RayOptions | None = None
) -> Executor:
    """The executor of a name, for so many workers with so many processor threads each.

    `workspace`: what all machines must see; `ray`: which cluster. Raises Refusal for no name, and for a cluster that
    cannot carry out a run.
    """
    if name == "local":
        from suite.executors.local import LocalExecutor

        return LocalExecutor(workers, backend, threads, logs)
    if name == "ray":
        require_ray()
        from suite.executors.ray import RayExecutor

        return RayExecutor(workers, backend, threads, logs, workspace, ray or RayOptions())
    raise unknown("executor", name, NAMES)
