"""What a run's result holds before the run has started: its place, and what it was asked for with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.config.candidate import Candidate
from suite.config.study import Study
from suite.core.directories import RunKey
from suite.core.host import commit, versions
from suite.data.dataset import Dataset
from suite.study import plan


def asked_of(
    study: Study,
    candidate: Candidate,
    key: RunKey,
    dataset: Dataset,
    threads: int,
    parameters: Mapping[str, Any],
    recipe: Mapping[str, Any],
) -> dict[str, Any]:
    """Fields of a result, by name. `recipe` is as the study asks, without the parameters that a search chose."""
    return {
        "study": study.name,
        "instance": study.instance,
        **vars(key),
        "architecture": candidate.architecture,
        "seed": plan.seed_of(key),
        "options": dict(candidate.options),
        "recipe": dict(recipe),
        "parameters": dict(parameters),
        "dataset": study.dataset,
        "data_hash": dataset.hash,
        "batch_size": {**recipe, **parameters}["batch_size"],
        "backend": study.backend,
        "precision": candidate.precision,
        "task": study.task,
        "threads": threads,
        "versions": versions(),
        "commit": commit(),
    }
