"""What a cluster has and what a run asks of it: how many fit, and what is refused. Imports no Ray."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suite.core import host
from suite.core.refusals import Refusal

SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_ENABLE_AUTO_CONNECT": "0",  # a call after the cluster has gone would start another one in silence
}
for _name, _value in SETTINGS.items():  # Ray reads them when it is imported, which is later than this module
    os.environ.setdefault(_name, _value)

PLACES = ("SUITE_DATA_DIR", "KERAS_HOME")
"""The variables that name a folder of data sets (`suite.data.files.places`)."""


@dataclass(frozen=True)
class RayOptions:
    """Which cluster, and how many GPUs each run asks for.

    address: `auto` or `host:port`; None: RAY_ADDRESS where that is set, else a cluster of this machine alone is
    started, as `local` says, too. gpus: may be a fraction, where runs share one; None: one where the cluster has any.
    cpus: of the cluster that is started here; None: this machine's.
    """

    address: str | None = None
    gpus: float | None = None
    cpus: int | None = None

    @property
    def joined(self) -> str | None:
        """The address of the cluster that is joined; None: one starts here."""
        address = (self.address or os.environ.get("RAY_ADDRESS") or "").strip()
        return None if address in ("", "local") else address

    def refuse_client(self) -> None:
        """Raises Refusal where the cluster is to be reached from outside, which cannot hold the coordinator."""
        if self.joined and self.joined.startswith("ray://"):
            raise Refusal(
                f"ray.address={self.joined}: the coordinator runs on one of the cluster's machines; start the command "
                "there, with ray.address=auto"
            )


@dataclass(frozen=True)
class Ask:
    """What one run asks of a node."""

    cpus: float
    gpus: float

    def __str__(self) -> str:
        return f"{_several(self.cpus, 'CPU')}" + (f" and {_several(self.gpus, 'GPU')}" if self.gpus else "")


@dataclass(frozen=True)
class Node:
    """One machine of a cluster, alive, with all that it has."""

    name: str
    address: str
    cpus: float
    gpus: float

    def fits(self, ask: Ask) -> int:
        """How many runs it can hold at once. A run that asks for a share of a GPU has it on one of them."""
        by_cpu = int(self.cpus / ask.cpus + 1e-6)
        if not ask.gpus:
            return by_cpu
        return min(by_cpu, int(self.gpus) * int(1 / ask.gpus + 1e-6) if ask.gpus < 1 else int(self.gpus / ask.gpus))

    def __str__(self) -> str:
        return f"{self.address} with {_several(self.cpus, 'CPU')} and {_several(self.gpus, 'GPU')}"


def asked_of(nodes: Sequence[Node], threads: int, gpus: float | None) -> Ask:
    """What a run asks for: its threads, and GPUs as configured, else one where there are any."""
    found = any(node.gpus for node in nodes)
    return Ask(threads, float(found) if gpus is None else gpus)


def at_once(nodes: Sequence[Node], ask: Ask) -> int:
    """How many runs the cluster can hold at once. Raises Refusal where no node can hold one."""
    fitting = sum(node.fits(ask) for node in nodes)
    if not fitting:
        raise Refusal(f"no node of the Ray cluster can hold a run: {shortage(nodes, ask)}")
    return fitting


def shortage(nodes: Sequence[Node], ask: Ask) -> str:
    """What there is, and what is asked for."""
    has = "; ".join(map(str, nodes[:5])) + (f"; and {len(nodes) - 5} more" if len(nodes) > 5 else "")
    return (
        f"each asks for {ask}, and there is {has or 'no node alive'}. "
        "Set threads=N or ray.gpus=N to what a node has, or join another cluster with ray.address=..."
    )


def without_room(ask: Ask, free: Mapping[str, float], waiting: int) -> str:
    """What is said where others hold what a cluster has. `free`: what is left, by Ray's names."""
    left = f"{_several(free.get('CPU', 0.0), 'CPU')} and {_several(free.get('GPU', 0.0), 'GPU')}"
    return (
        f"Ray: no run of {waiting} in hand has found room: each asks for {ask}, and others leave {left} of the whole "
        "cluster; it goes on when there is room on one machine"
    )


def announcement(nodes: Sequence[Node], ask: Ask, workers: int, started: bool, address: str) -> list[str]:
    """What is said before training: the cluster, and that not all workers will have work at once."""
    total = f"{_several(sum(node.cpus for node in nodes), 'CPU')}, {_several(sum(node.gpus for node in nodes), 'GPU')}"
    which = "started a cluster on this machine" if started else f"joined the cluster at {address}"
    lines = [f"Ray: {which}: {_several(len(nodes), 'node')}, {total}; each run asks for {ask}"]
    fitting = at_once(nodes, ask)
    if workers > fitting:
        runs = "1 run fits" if fitting == 1 else f"{fitting} runs fit"
        lines.append(f"Ray: workers={workers}, but {runs} at once: the others wait for room")
    return lines


def places_environment() -> dict[str, str]:
    """Where data are looked for, as here: a node's own environment is that of whoever started Ray there."""
    return {name: os.path.abspath(os.path.expanduser(os.environ[name])) for name in PLACES if os.environ.get(name)}


def software() -> dict[str, Any]:
    """What must be the same on every node, for a result says what the coordinator's machine has."""
    return {"versions": host.versions(), "commit": host.commit()}


def difference(expected: Mapping[str, Any], found: Mapping[str, Any], commit: bool = True) -> str | None:
    """Why a node's software is not the coordinator's, in one phrase; None where it is."""
    for name in sorted({*expected["versions"], *found["versions"]}):
        mine, theirs = expected["versions"].get(name), found["versions"].get(name)
        if mine != theirs:
            return f"{name} is {theirs or 'missing'} there and {mine or 'missing'} here"
    if commit and expected["commit"] and found["commit"] and expected["commit"] != found["commit"]:
        return f"the suite's commit is {found['commit'][:12]} there and {expected['commit'][:12]} here"
    return None


def unseen(workspace: Path, address: str) -> str:
    """What is said where a node does not see the workspace."""
    return (
        f"node {address} does not see the workspace {workspace}: choose a folder that every node mounts under this "
        "path, with workspace=DIR"
    )


def _several(number: float, noun: str) -> str:
    return f"{number:g} {noun}" if number == 1 else f"{number:g} {noun}s"
