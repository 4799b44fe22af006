"""Writes the runs of one instance: epochs, results with their artifacts, candidates, the summary."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlflow.entities import Metric, Param, Run
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID, MLFLOW_RUN_NAME, MLFLOW_USER

from suite.core import faults
from suite.core.addresses import Address
from suite.core.directories import HISTORY, RESULT, RUN
from suite.core.durable import plain
from suite.core.result import Result
from suite.projections import Artifacts, Committed
from suite.projections.mlflow.shown import of_report, of_source, trained_on
from suite.projections.mlflow.store import OWNER, WHOLE, Store
from suite.projections.mlflow.winners import Winners
from suite.projections.naming import evaluated, of_end, of_epoch, of_run, of_values, sorting

BATCH = 100  # MLflow takes at most 100 params or tags in a call
EVALUATED = "suite.evaluated"
KILLED = "KILLED"


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
        about: Mapping[str, str] | None = None,
    ) -> None:
        """`artifacts`: what the task shows of a run that is over. `workspace`: where artifacts go that no server takes,
        unless the store is a file: then they lie beside it. `owner`: whose runs they are, in a store that others share.
        `about`: title, question, paper and command of the study.
        """
        self._artifacts, self._about = artifacts, dict(about or {})
        owned = {OWNER: owner, MLFLOW_USER: owner.rpartition("-")[0]} if owner else {}
        self._tags = {"study": study, "instance": instance, **owned, **tags}
        self._store = Store(address, study, instance, workspace, owner, about)
        self._client, self._experiment, self._runs = self._store.client, self._store.experiment, self._store.runs
        self._winners = Winners(self._store, self._tags)
        self._fed = {run.info.run_id for run in self._runs.values() if run.inputs and run.inputs.dataset_inputs}
        """The runs that have their data set."""

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

    def interrupted(self, key: str) -> None:
        """Call a run killed that nobody trains now, and its candidate; what goes on is running again (`_child`)."""
        self._turn(key, self._client.set_terminated, KILLED)

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
        self._feed(run, result.as_mapping())
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
            self._runs[key] = self._create(key, sorting(key), tags, fields)
        else:
            self._turn(key, self._client.update_run, "RUNNING", before=KILLED)
        return self._runs[key]

    def _turn(self, key: str, how: Any, status: str, before: str | None = None) -> None:
        """Give a run that is not over, and its candidate, another status; where `before` is said, only from that."""
        for name in (key, _candidate(key)):
            run = self._runs.get(name)
            if run is None or WHOLE in run.data.tags or before not in (None, run.info.status):
                continue
            self._call(how, run.info.run_id, status)
            self._runs[name] = self._call(self._client.get_run, run.info.run_id)

    def _parent(self, fields: Mapping[str, Any]) -> Run:
        key = _candidate(str(fields["candidate"]))
        if key not in self._runs:
            tags = {name: str(fields[name]) for name in ("candidate", "architecture", "dataset")}
            self._runs[key] = self._create(key, str(fields["candidate"]), tags, fields)
        return self._runs[key]

    def _create(self, key: str, name: str, tags: Mapping[str, str], fields: Mapping[str, Any]) -> Run:
        source = of_source(self._about, fields.get("commit"))
        tags = {**self._tags, **tags, **source, "key": key, MLFLOW_RUN_NAME: name}
        started_at = fields.get("started_at")
        start = round(started_at * 1000) if started_at else None
        run = self._call(self._client.create_run, self._experiment, start_time=start, tags=tags)
        self._call(self._store.keep_here, run)
        self._call(self._feed, run, fields)
        return run

    def _feed(self, run: Run, fields: Mapping[str, Any]) -> None:
        """Log a run's data set as its input, once that is known."""
        if fields.get("data_hash") and run.info.run_id not in self._fed:
            self._client.log_inputs(run.info.run_id, [trained_on(fields)])
            self._fed.add(run.info.run_id)

    def candidate(self, last: Result, figures: Mapping[str, float | None], winners: Sequence[Result] = ()) -> None:
        """Write a candidate's own figures onto its parent run and its winners' models, and end it.

        Of several rows MLflow shows the newest: a figure that changed, over fewer seeds perhaps, is as of now.
        """
        run = self._parent(last.as_mapping())
        ended, shown = round(last.ended_at * 1000), self._call(self._client.get_run, run.info.run_id).data.metrics
        now = max(ended, time.time_ns() // 1_000_000)
        models = self._winners.of(last.candidate, winners, self._runs, run)
        rows = []
        for name, figure in figures.items():
            value = None if figure is None else float(figure)
            model = next((model for model in models if model.holds(name)), None)
            known = shown.get(name) == value
            if value is None or (known and (model is None or model.has(name, value))):
                continue
            stamp = now if name in shown and not known else ended
            rows.append(Metric(name, value, stamp, 0, **(model.on(name) if model else {})))
        self._call(self._log, run, rows)
        self._call(self._client.set_terminated, run.info.run_id, "FINISHED", end_time=ended)

    def summary(self, folder: Path, description: Mapping[str, Any]) -> None:
        """Attach the report's folder to the instance's one `summary` run."""
        if "summary" not in self._runs:
            name, tags = f"summary {self._tags['instance']}", {"dataset": str(description["dataset"])}
            fields = {"commit": description.get("commit"), "dataset": description["dataset"]}
            fields |= {"data_hash": (description.get("data") or {}).get("hash")}
            self._runs["summary"] = self._create("summary", name, tags, fields)
        run_id = self._runs["summary"].info.run_id
        for tag, text in of_report(folder).items():
            self._call(self._client.set_tag, run_id, tag, text)
        self._call(self._client.log_artifacts, run_id, str(folder), "report")
        state = str(description.get("state"))
        self._call(self._client.set_tag, run_id, "state", state)
        status = {"finished": "FINISHED", "running": "RUNNING"}.get(state, KILLED)
        self._call(self._client.update_run if status == "RUNNING" else self._client.set_terminated, run_id, status)

    def drop(self, key: str) -> None:
        """Delete what is there of a run that starts from nothing."""
        if key in self._runs:
            self._call(self._client.delete_run, self._runs.pop(key).info.run_id)

    def drop_unknown(self, keys: set[str]) -> int:
        """Delete runs of this instance that no directory stands behind; returns how many."""
        parents = {_candidate(key) for key in keys}
        self._winners.drop_unknown(key.split("/")[0] for key in keys)
        unknown = [run for key, run in self._runs.items() if key not in keys | parents | {"summary"}]
        for run in unknown:
            self._call(self._client.delete_run, run.info.run_id)
        return len(unknown)

    def _call(self, function: Any, *arguments: Any, **named: Any) -> Any:
        return self._store.call(function, *arguments, **named)


def _candidate(key: str) -> str:
    """The key of the candidate's run that a run's key, or a candidate's name, belongs to."""
    return f"candidate:{key.split('/')[0]}"


def _tag(ended_at: float | None) -> str:
    """What the tag of a whole run holds: when the run ended, in milliseconds."""
    return "" if ended_at is None else str(round(ended_at * 1000))
