"""What a study's directories say must be in its stores, and what is there."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

from suite.core import directories
from suite.core.durable import read_json
from suite.core.result import Result
from suite.projections.naming import of_epoch, of_run
from tests import studies
from tests.servers import Postgres

os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

MetricRow = tuple[str, str, int, int, float]
"""Run key, metric, step, timestamp in ms, value."""


def recorded(workspace: Path) -> Counter[MetricRow]:
    """Every metric row that the run directories hold."""
    rows: Counter[MetricRow] = Counter()
    for key, path in directories.run_directories(studies.instance(workspace)):
        result = Result.from_mapping(read_json(path / directories.RESULT))
        for row in read_json(path / directories.HISTORY):
            for name, value in of_epoch(row).items():
                rows[str(key), name, int(row["epoch"]), int(row["timestamp_ms"]), value] += 1
        for name, value in of_run(result).items():
            rows[str(key), name, result.epochs, round(result.ended_at * 1000), value] += 1
    return rows


def stored(postgres: Postgres, database: str, workspace: str | None = None) -> Counter[MetricRow]:
    """Every metric row of the trials and final runs in MLflow's database, of one workspace or all."""
    mine = f"and w.value = '{workspace}'" if workspace else ""
    return Counter(
        tuple(row)
        for row in postgres.query(
            database,
            "select t.value, m.key, m.step, m.timestamp, m.value from metrics m "
            "join tags t on t.run_uuid = m.run_uuid and t.key = 'key' "
            "join tags w on w.run_uuid = m.run_uuid and w.key = 'workspace' "
            f"join runs r on r.run_uuid = m.run_uuid where r.lifecycle_stage = 'active' and t.value like '%/%' {mine}",
        )
    )


def name_of(workspace: Path) -> str:
    """What the workspace is called in stores that others share."""
    return str(read_json(workspace / "runs" / "workspace.json")["name"])


def mirrored(postgres: Postgres, database: str) -> Counter[tuple[str, int, str, float | None]]:
    """Study name, run number, state and value of every trial in the mirror."""
    return Counter(
        tuple(row)
        for row in postgres.query(
            database,
            "select s.study_name, cast(a.value_json as int), cast(t.state as text), v.value from trials t "
            "join studies s on s.study_id = t.study_id "
            "join trial_user_attributes a on a.trial_id = t.trial_id and a.key = 'number' "
            "left join trial_values v on v.trial_id = t.trial_id",
        )
    )


def trials(workspace: Path) -> Counter[tuple[str, int, str, float | None]]:
    """What the mirror must show."""
    instance, states = studies.instance(workspace).name, {"completed": "COMPLETE", "pruned": "PRUNED"}
    found: Counter[Any] = Counter()
    for key, result in studies.results(workspace).items():
        candidate, track, phase, number = key.split("/")
        if phase == "search":
            name = f"{name_of(workspace)}/tiny/{instance}/{candidate}/{track}"
            value = result["val_accuracy"] if result["outcome"] == "completed" else None
            found[name, int(number), states.get(result["outcome"], "FAIL"), value] += 1
    return found


def differing_artifacts(address: str, workspace: Path) -> list[str]:
    """The runs whose artifacts an MLflow client does not read as they lie in the run directories."""
    from mlflow.tracking import MlflowClient
    from mlflow.tracking._tracking_service.utils import _artifact_repos_cache

    _artifact_repos_cache.clear()  # it goes by the run alone
    client, wrong = MlflowClient(address), []
    experiment = client.get_experiment_by_name("tiny").experiment_id
    runs = {run.data.tags["key"]: run.info.run_id for run in client.search_runs([experiment], max_results=1000)}
    for key, path in directories.run_directories(studies.instance(workspace)):
        there = {item.path for item in client.list_artifacts(runs[str(key)])}
        read = Path(client.download_artifacts(runs[str(key)], directories.HISTORY)).read_text()
        final = {"confusion_matrix.csv", "confusion_matrix.png"} if key.phase == "final" else set()
        same = read == (path / directories.HISTORY).read_text()
        if not same or not {directories.RUN, directories.RESULT, *final} <= there:
            wrong.append(f"{key}: {sorted(there)}")
    return wrong
