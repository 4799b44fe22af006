"""How many processor threads each worker has: an instance keeps its number, since it changes bits and times."""

from __future__ import annotations

from collections.abc import Mapping

from suite.config.study import Study
from suite.core.hardware import cores, gpus
from suite.core.refusals import Refusal

NEW_INSTANCE = (
    "Runs of different settings are never mixed: start a new instance with instance=NAME, or take the old value."
)


def settled(study: Study, known: Mapping[str, int]) -> int:
    """Threads of each worker: as asked, else as the instance's runs had them, else its share of the cores.

    `known`: the threads of each run that has trained something, as far as they are recorded. Raises Refusal where
    another number is asked for.
    """
    asked = study.threads
    for key, threads in known.items():
        if asked is not None and asked != threads:
            raise Refusal(
                f"instance {study.instance} of {study.name} has runs of another configuration: "
                f"{key}: threads: {threads} became {asked}. {NEW_INSTANCE}"
            )
    return asked or next(iter(known.values()), None) or _share(study)


def _share(study: Study) -> int:
    if study.executor == "ray" and study.ray.joined:
        raise Refusal(
            "threads=auto shares out the cores of this machine, and a cluster's runs train on others: set threads=N, "
            "the processor threads of each run, which an instance then keeps"
        )
    return max(1, cores() // study.workers)


def oversubscription(workers: int, threads: int) -> str | None:
    """What is said where workers share cores, which makes each of them slower than it would be alone; None if not."""
    if gpus() or workers * threads <= cores():
        return None
    return (
        f"{workers} {'worker' if workers == 1 else 'workers'} with {threads} "
        f"{'thread' if threads == 1 else 'threads'} each share {cores()} cores: times are longer than alone"
    )
