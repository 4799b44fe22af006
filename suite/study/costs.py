"""What the runs of a candidate cost: seconds for images, epochs and runs, as measured or expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from suite.config.study import Study
from suite.core.directories import RunKey
from suite.core.latency import LENGTH
from suite.study import estimate
from suite.study.ledger import Ledger
from suite.study.plan import share_of, train_examples
from suite.study.search.pruner import LEAST_RIVALS, rungs


@dataclass(frozen=True)
class Cost:
    """One candidate's, with the threads of a worker, while as many others work as the study has."""

    images_per_second: float
    """Training, augmentation included."""
    judged_per_second: float
    """Images that are evaluated."""
    tracing_seconds: float
    """Once in each worker: building, tracing and compiling the graph."""
    run_seconds: float
    """Of each run, beside its images: setting up, its first calls, writing its end."""
    epoch_seconds: float
    """Of each epoch, beside its images: the checkpoint."""


def run_seconds(ledger: Ledger, key: RunKey, cost: Cost, images: float) -> float:
    """What a run takes that sees so many training images, without tracing.

    Each epoch, the last part of one too, judges the validation images; a final run judges the test images, and where
    the study asks for that their corrupted copies, or them after each epoch, too.
    """
    study, dataset = ledger.study, ledger.dataset(key.candidate)
    on_validation = key.phase == "final" and study.train_on_validation
    examples = train_examples(dataset, on_validation)
    recipe = replace(ledger.candidates[key.candidate], images_seen=images).settled(examples, share_of(study, key))
    rounds, trained = recipe.rounds(examples), recipe.steps(examples) * recipe.batch_size
    prunable = key.phase == "search" and key.number >= LEAST_RIVALS and rungs(rounds)
    share = estimate.PRUNED if prunable else 1.0
    judged = 0 if on_validation else share * rounds * len(dataset.validation)
    judged += len(dataset.test) * study.evaluation.tests(rounds) if key.phase == "final" else 0
    beside = cost.run_seconds + share * rounds * cost.epoch_seconds
    return beside + share * trained / cost.images_per_second + judged / cost.judged_per_second


def latency_seconds(study: Study, costs: Mapping[str, Cost], start: float) -> float:
    """What it takes after the training to time each candidate's network, in each track, where the study asks for that.

    start: of the one worker that does it.
    """
    if not study.evaluation.latency:
        return 0.0
    each = (cost.tracing_seconds + LENGTH.expected(cost.judged_per_second) for cost in costs.values())
    return start + len(study.tracks) * sum(each)


def expected(ledger: Ledger) -> dict[str, Cost]:
    """Each candidate's costs by the speed that this machine last showed, or by what is pinned of its architecture."""
    speeds = estimate.known_speeds(ledger.study.workspace)
    found = {}
    for name in ledger.candidates:
        speed = 1 / estimate.image_seconds(ledger, name, speeds)
        found[name] = Cost(
            speed, speed / estimate.FORWARD, estimate.TRACING_SECONDS, estimate.OVERHEAD_SECONDS / 2, 0.1
        )
    return found
