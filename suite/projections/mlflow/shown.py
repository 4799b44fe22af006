"""What MLflow's own pages show of experiments and runs beside figures: kind, description, source, data sets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlflow.entities import Dataset, DatasetInput, InputTag
from mlflow.utils.mlflow_tags import (
    MLFLOW_DATASET_CONTEXT,
    MLFLOW_GIT_COMMIT,
    MLFLOW_RUN_NOTE,
    MLFLOW_SOURCE_NAME,
    MLFLOW_SOURCE_TYPE,
)

KIND, MODEL_TRAINING = "mlflow.experimentKind", "custom_model_development"
"""Without it MLflow's page opens an experiment as one of a language model's traces."""
CHARTED = "mlflow.experiment.primaryMetric.name"
"""The figure that its page of charts opens with."""
OURS = "suite.note"
"""The tag with the hash of the description that was written last: one that somebody changed since stays as it is."""
NOTE_LENGTH = 5000
PARTS = {"train": "training", "val": "validation", "test": "test"}
DIGEST_LENGTH = 12


def of_experiment(about: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """The tags that an experiment lacks. about: title, question and paper of its study, and `metric`, the one to be
    charted over the epochs; known: the tags that it has."""
    wanted = {KIND: MODEL_TRAINING, **({CHARTED: about["metric"]} if about.get("metric") else {})}
    note, there = _note(about), known.get(MLFLOW_RUN_NOTE)
    if about and (there is None or _hash(there) == known.get(OURS)):
        wanted |= {MLFLOW_RUN_NOTE: note, OURS: _hash(note)}
    return {name: text for name, text in wanted.items() if known.get(name) != text}


def _note(about: Mapping[str, str]) -> str:
    paper = f"Paper: {about['paper']}" if about.get("paper") else ""
    how = (
        "A run is a candidate; below it are its search trials and final runs, and `summary` has the report. "
        "Final runs alone: `tags.phase = 'final'`; one candidate's: `tags.candidate = 'NAME'`."
    )
    lines = [f"**{about.get('title', '')}**", about.get("question", ""), paper, how]
    return "\n\n".join(line for line in lines if line)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def of_source(about: Mapping[str, str], commit: str | None) -> dict[str, str]:
    """The tags of a run's source: the command, and the commit of the suite where it is one."""
    tags = {MLFLOW_SOURCE_NAME: about["command"], MLFLOW_SOURCE_TYPE: "LOCAL"} if about.get("command") else {}
    return {**tags, MLFLOW_GIT_COMMIT: commit.removesuffix("+changes")} if commit else tags


def of_report(folder: Path) -> dict[str, str]:
    """The description of a summary: what report.md says before its first heading after the tables."""
    path = folder / "report.md"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    beginning = text.partition("\n## Figures")[0].partition("\n## How it was measured")[0]
    return {MLFLOW_RUN_NOTE: beginning[:NOTE_LENGTH]} if beginning else {}


def dataset(fields: Mapping[str, Any], part: str | None = None) -> Dataset:
    """A run's data set as MLflow knows it; of one part of it: `train`, `val` or `test`."""
    name = f"{fields['dataset']} ({PARTS[part]})" if part else str(fields["dataset"])
    digest = str(fields.get("data_hash") or "unknown")[:DIGEST_LENGTH]
    count = fields.get("train_examples") if part in (None, "train") else None
    profile = json.dumps({"training images": count}) if count else None
    return Dataset(name, digest, "local", json.dumps({"name": fields["dataset"]}), profile=profile)


def trained_on(fields: Mapping[str, Any]) -> DatasetInput:
    """A run's data set as its input."""
    return DatasetInput(dataset(fields), [InputTag(MLFLOW_DATASET_CONTEXT, PARTS["train"])])
