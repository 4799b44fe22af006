"""MLflow as a projection of the run directories. The only importer of mlflow.

experiment = study; parent run = candidate of an instance; children = its trials and final runs; one `summary` run for
each instance. A run is found by its tags, and a metric row keeps its first timestamp, so projecting twice adds nothing.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
os.environ.setdefault("MLFLOW_TRUNCATE_LONG_VALUES", "false")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")  # by default minutes; a call made twice creates twice
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

from mlflow.entities import Metric, Param, Run
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from mlflow.tracking._tracking_service import utils as of_all_stores
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID, MLFLOW_RUN_NAME, MLFLOW_USER

from suite.core import faults
from suite.core.addresses import Address
from suite.core.directories import HISTORY, RESULT, RUN
from suite.core.durable import leftovers, plain, replacing
from suite.core.result import Result
from suite.projections import Artifacts, Committed, Instance, ProjectionError
from suite.projections.databases import place_runs, reach, words
from suite.projections.naming import evaluated, of_end, of_epoch, of_run, of_values
from suite.projections.relocation import location, relocate, strays

logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # what goes wrong is said here, in one line
logging.getLogger("alembic").setLevel(logging.WARNING)

BATCH = 100  # MLflow takes at most 100 params or tags in a call
WHOLE, EVALUATED = "suite.whole", "suite.evaluated"
OWNER = "workspace"


def open_projection(instance: Instance) -> Tracker:
    """The instance in its tracking store."""
    address = instance.stores.mlflow
    followed = (instance.study, instance.name, instance.tags, instance.artifacts, instance.workspace)
    return Tracker(address, *followed, instance.owner(address))


class Tracker:
    """The MLflow side of one study's instance. Every method may be called again with the same values.

    Raises ProjectionError where MLflow or its database fails.
    """

    def __init__(
        self,
        address: Address,
        study: str,
        instance: str,
        tags: Mapping[str, str],
        artifacts: Artifacts | None = None,
        workspace: Path | None = None,
        owner: str | None = None,
    ) -> None:
        """`artifacts`: what the task shows of a run that is over. `workspace`: where artifacts go that no server takes,
        unless the store is a file: then they lie beside it. `owner`: whose runs they are, in a store that others share.
        """
        self._address, self._study, self._instance, self._artifacts = address, study, instance, artifacts
        self._owner = {OWNER: owner, MLFLOW_USER: owner.rpartition("-")[0]} if owner else {}
        self._tags = {"study": study, "instance": instance, **self._owner, **tags}
        file, self._place = address.sqlite_file, None
        try:
            if file is not None:
                make_database(file)
                relocate(file)
                self._place = location(file.parent, study)
            elif address.scheme not in ("http", "https"):  # a server knows where artifacts go
                reach(address)
                self._place = location(workspace, study) if workspace else None
            # It goes by the run alone: of a workspace that was copied it would name the first.
            getattr(of_all_stores, "_artifact_repos_cache", {}).clear()
            self._client = MlflowClient(address.text)
            self._experiment = self._open_experiment()
            self._runs = self._existing()
            self._keep_here(*self._runs.values())
        except ProjectionError:
            raise
        except Exception as error:
            damaged = f"; if {file.name} is damaged, move it away" if file is not None else ""
            raise ProjectionError(f"{words(address, error)}{damaged}") from None

    def _open_experiment(self) -> str:
        existing = self._client.get_experiment_by_name(self._study)
        if existing is None:
            return str(self._client.create_experiment(self._study, artifact_location=self._place))
        if existing.lifecycle_stage == "deleted":
            self._client.restore_experiment(existing.experiment_id)
        return str(existing.experiment_id)

    def _keep_here(self, *runs: Run) -> None:
        """Keep the artifacts of runs out of the workspace that was first to write into a common database."""
        if self._place is not None and self._address.sqlite_file is None:
            common = self._client.get_experiment(self._experiment).artifact_location
            places = {run.info.run_id: run.info.artifact_uri for run in runs}
            if moved := strays(self._study, common, self._place, places):
                place_runs(self._address, moved)

    def _existing(self) -> dict[str, Run]:
        """The owner's runs of the instance by key; those that are nobody's become the owner's.

        Of two with one key, one is what a lost answer left: the whole one stays, or that which others call parent.
        """
        found: list[Run] = []
        token: str | None = None
        while True:
            page = self._client.search_runs(
                [self._experiment], f"tags.instance = '{self._instance}'", max_results=1000, page_token=token
            )
            found += [run for run in page if run.data.tags.get(OWNER) in (None, self._owner.get(OWNER))]
            token = page.token
            if not token:
                break
        for run in [run for run in found if self._owner and OWNER not in run.data.tags]:
            self._client.set_tag(run.info.run_id, OWNER, self._owner[OWNER])
        parents = {run.data.tags.get(MLFLOW_PARENT_RUN_ID) for run in found}
        runs: dict[str, Run] = {}
        for run in sorted(found, key=lambda run: (WHOLE in run.data.tags, run.info.run_id in parents), reverse=True):
            if runs.setdefault(run.data.tags.get("key", ""), run) is not run:
                self._client.delete_run(run.info.run_id)
        return runs

    def is_whole(self, key: str, run: Committed) -> bool:
        """Whether a committed run is in the store with all that belongs to it."""
        known = self._runs.get(key)
        tags = known.data.tags if known is not None else {}
        return tags.get(WHOLE) == _tag(run.result.ended_at) and evaluated(run.result) in ("", tags.get(EVALUATED))

    def epochs(self, key: str, fields: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> None:
        """Log epoch rows with the timestamps that they were committed with."""
        metrics = [
            Metric(name, value, int(row["timestamp_ms"]), int(row["epoch"]))
            for row in rows
            for name, value in of_epoch(row).items()
        ]
        self._call(self._log, self._child(key, fields), metrics)

    def result(self, key: str, run: Committed) -> None:
        """Project a committed run: epochs, results, artifacts, status, at last the tag that says it is whole."""
        faults.reach("projection.mlflow")
        fields, rows = run.result.as_mapping(), run.rows()
        if self._has_others(key, rows, of_run(run.result)):
            self.drop(key)
        self.epochs(key, fields, rows)
        self._call(self._finish, self._child(key, fields), key, run.result, run.files)

    def _has_others(self, key: str, rows: Iterable[Mapping[str, Any]], figures: Mapping[str, float]) -> bool:
        """Whether a run found here holds epochs that its directory does not know; those of one epoch come together."""
        names = sorted(self._runs[key].data.metrics.keys() - figures.keys()) if key in self._runs else []
        if not names:
            return False
        mine = {(int(row["epoch"]), int(row["timestamp_ms"])) for row in rows if names[0] in of_epoch(row)}
        there = self._call(self._client.get_metric_history, self._runs[key].info.run_id, names[0])
        return any((metric.step, metric.timestamp) not in mine for metric in there)

    def _finish(self, run: Run, key: str, result: Result, files: Path) -> None:
        run_id, ended = run.info.run_id, round(result.ended_at * 1000)
        self._log(run, [Metric(name, value, ended, result.rounds) for name, value in of_run(result).items()])
        self._log_params(run, result)
        self._log_artifacts(run_id, result, files)
        for name, text in of_end(result, files).items():
            self._client.set_tag(run_id, name, text)
        self._client.set_terminated(run_id, result.outcome.mlflow, end_time=ended)
        if digest := evaluated(result):
            self._client.set_tag(run_id, EVALUATED, digest)
        self._client.set_tag(run_id, WHOLE, _tag(result.ended_at))
        self._runs[key] = self._client.get_run(run_id)

    def _log(self, run: Run, metrics: list[Metric]) -> None:
        for start in range(0, len(metrics), 1000):
            self._client.log_batch(run.info.run_id, metrics=metrics[start : start + 1000])

    def _log_params(self, run: Run, result: Result) -> None:
        params = [Param(name, value) for name, value in of_values(result).items()]
        for start in range(0, len(params), BATCH):
            self._client.log_batch(run.info.run_id, params=params[start : start + BATCH])

    def _log_artifacts(self, run_id: str, result: Result, files: Path) -> None:
        """The run's own files, and what its task shows of it."""
        texts = {
            path.name: path.read_text(encoding="utf-8") for path in (files / RUN, files / HISTORY) if path.exists()
        }
        texts[RESULT] = json.dumps(plain(result.as_mapping()), indent=1)
        for name, shown in {**texts, **(self._artifacts(files) if self._artifacts else {})}.items():
            if isinstance(shown, str):
                self._client.log_text(run_id, shown, name)
            else:
                self._client.log_image(run_id, shown, artifact_file=name)

    def _child(self, key: str, fields: Mapping[str, Any]) -> Run:
        known = self._runs.get(key)
        ended = fields.get("ended_at") if "outcome" in fields else None
        if known is not None and known.data.tags.get(WHOLE, _tag(ended)) != _tag(ended):
            self._call(self._client.delete_run, known.info.run_id)  # of a result that was deleted: it trained again
            del self._runs[key]
        if key not in self._runs:
            parent = self._parent(fields)
            names = ("candidate", "architecture", "dataset", "track", "phase", "number", "seed")
            tags = {name: str(fields[name]) for name in names if fields.get(name) is not None}
            tags |= {MLFLOW_PARENT_RUN_ID: parent.info.run_id}
            self._runs[key] = self._create(key, key, tags, fields.get("started_at"))
        return self._runs[key]

    def _parent(self, fields: Mapping[str, Any]) -> Run:
        key = f"candidate:{fields['candidate']}"
        if key not in self._runs:
            tags = {name: str(fields[name]) for name in ("candidate", "architecture", "dataset")}
            self._runs[key] = self._create(key, str(fields["candidate"]), tags, fields.get("started_at"))
        return self._runs[key]

    def _create(self, key: str, name: str, tags: Mapping[str, str], started_at: Any) -> Run:
        tags = {**self._tags, **tags, "key": key, MLFLOW_RUN_NAME: name}
        start = round(started_at * 1000) if started_at else None
        run = self._call(self._client.create_run, self._experiment, start_time=start, tags=tags)
        self._call(self._keep_here, run)
        return run

    def candidate(self, last: Result, figures: Mapping[str, float | None]) -> None:
        """Write a candidate's own figures (means over final runs) onto its parent run, and end it.

        Of several rows MLflow shows the newest: a figure that changed, over fewer seeds perhaps, is as of now.
        """
        run = self._parent(last.as_mapping())
        ended, shown = round(last.ended_at * 1000), self._call(self._client.get_run, run.info.run_id).data.metrics
        now = max(ended, time.time_ns() // 1_000_000)
        rows = [
            Metric(name, float(value), now if name in shown else ended, 0)
            for name, value in figures.items()
            if value is not None and shown.get(name) != float(value)
        ]
        self._call(self._log, run, rows)
        self._call(self._client.set_terminated, run.info.run_id, "FINISHED", end_time=ended)

    def summary(self, folder: Path, description: Mapping[str, Any]) -> None:
        """Attach the report's folder to the instance's one `summary` run."""
        if "summary" not in self._runs:
            self._runs["summary"] = self._create(
                "summary", f"summary {self._instance}", {"dataset": description["dataset"]}, None
            )
        run_id = self._runs["summary"].info.run_id
        self._call(self._client.log_artifacts, run_id, str(folder), "report")
        state = str(description.get("state"))
        self._call(self._client.set_tag, run_id, "state", state)
        if state == "finished":
            self._call(self._client.set_terminated, run_id, "FINISHED")

    def drop(self, key: str) -> None:
        """Delete what is there of a run that starts from nothing."""
        if key in self._runs:
            self._call(self._client.delete_run, self._runs.pop(key).info.run_id)

    def drop_unknown(self, keys: set[str]) -> int:
        """Delete runs of this instance that no directory stands behind; returns how many."""
        parents = {f"candidate:{key.split('/')[0]}" for key in keys}
        unknown = [run for key, run in self._runs.items() if key not in keys | parents | {"summary"}]
        for run in unknown:
            self._call(self._client.delete_run, run.info.run_id)
        return len(unknown)

    def _call(self, function: Any, *arguments: Any, **named: Any) -> Any:
        try:
            return function(*arguments, **named)
        except (MlflowException, OSError) as error:
            raise ProjectionError(words(self._address, error)) from None


def make_database(path: Path) -> None:
    """Make MLflow's SQLite file with all its tables, whole or not at all.

    MLflow makes its tables in many steps. One that is killed between them leaves a file that it never opens again.
    """
    if path.exists():
        return
    for leftover in leftovers(path.parent):
        if path.name in leftover.name:  # and its journal
            leftover.unlink()
    with replacing(path) as partial:
        MlflowClient(f"sqlite:///{partial}").search_experiments(max_results=1)
        faults.reach("projection.database")


def _tag(ended_at: float | None) -> str:
    """What the tag of a whole run holds: when the run ended, in milliseconds."""
    return "" if ended_at is None else str(round(ended_at * 1000))
