"""What determined the runs of a folder that does not say so itself: put together from runs.csv and study.json.

Such folders were published before identities.json. What nothing in them tells is told by what a row has: the version of
a transform that was raised once is known of runs that measured balanced accuracy, which came after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from suite.core.directories import RunKey
from suite.core.hardware import kind
from suite.core.outcomes import Outcome
from suite.core.refusals import Refusal
from suite.core.result import Result

PROOF = "val_balanced_accuracy"
RAISED_BEFORE = {"flip": 2, "shift": 2, "cutout": 2}
"""The versions of parts in every run that measured `PROOF`; those of other parts were 1 when it came."""

NO_FIELDS = ("images", "hash", "test_hash")
"""What a description says of a candidate's data that is no field of what was asked for."""


def refuse_what_cannot_be_known(results: Iterable[Result], again: str) -> None:
    """Raise Refusal where the runs are older than what their versions are known by. `again`: what to do."""
    if not all(run.metrics.get(PROOF) is not None for run in results if run.outcome is Outcome.COMPLETED):
        raise Refusal(f"the folder of from= was published before records told what determined a run: {again}")


def rebuilt(study: Mapping[str, Any], key: RunKey, run: Result, now: Mapping[str, Any]) -> dict[str, Any]:
    """A run's identity from the description of its study and its result.

    `now`: the identity that the study asks for, which gives the seeds: they follow from the study's, which `beside`
    has, and the run's number. Raises LookupError where the description lacks something, and ValueError where the run
    started or learned from another's weights, of which nothing is kept.
    """
    described = study["candidates"][key.candidate]
    if {"starts_from", "learns_from"} & described.keys() and "pretrained" not in run.options:
        raise ValueError(f"nothing is told of the weights that {key} started or learned from")
    data = {name: value for name, value in described["data"].items() if name not in NO_FIELDS}
    usual = kind(run.device or "") == "CPU"
    return {
        "architecture": run.architecture,
        "options": dict(run.options),
        "recipe": dict(run.recipe),
        "parameters": dict(run.parameters),
        "versions": {part: version for part, version in RAISED_BEFORE.items() if part in now["versions"]},
        "seeds": {**now["seeds"], "split": data["split_seed"]},
        "data": data,
        "data_hash": run.data_hash,
        "train_on_validation": bool(study["train_on_validation"]) and key.phase == "final",
        "task": run.task,
        "backend": run.backend,
        "precision": run.precision,
        "threads": run.threads,
        "deterministic": "auto" if run.deterministic in (usual, None) else run.deterministic,
        "search_space": described["search"]["dimensions"] if key.track == "tuned" else {},
    }


def beside(study: Mapping[str, Any], run: Result, now: Mapping[str, Any]) -> dict[str, Any]:
    """What such a folder tells beside identities that determined its runs, too; what it does not tell is as `now`."""
    told = {"study_seed": study["study_seed"], "train_examples": run.train_examples}
    return {name: now[name] if value is None else value for name, value in told.items()}
