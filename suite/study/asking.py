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
    return fields_of(
        study=study.name, instance=study.instance, key=key, architecture=candidate.architecture,
        seed=plan.seed_of(key), options=candidate.options, recipe=recipe, parameters=parameters, dataset=study.dataset,
        data_hash=dataset.hash, backend=study.backend, precision=candidate.precision, task=study.task, threads=threads,
    )  # fmt: skip


def fields_of(
    *,
    study: str,
    instance: str,
    key: RunKey,
    architecture: str,
    seed: int,
    options: Mapping[str, Any],
    recipe: Mapping[str, Any],
    parameters: Mapping[str, Any],
    dataset: str,
    data_hash: str,
    backend: str,
    precision: str,
    task: str,
    threads: int | None,
) -> dict[str, Any]:
    """The same from its values: of a run that is repeated there is no study."""
    return {
        "study": study,
        "instance": instance,
        **vars(key),
        "architecture": architecture,
        "seed": seed,
        "options": dict(options),
        "recipe": dict(recipe),
        "parameters": dict(parameters),
        "dataset": dataset,
        "data_hash": data_hash,
        "batch_size": {**recipe, **parameters}["batch_size"],
        "backend": backend,
        "precision": precision,
        "task": task,
        "threads": threads,
        "versions": versions(),
        "commit": commit(),
    }
