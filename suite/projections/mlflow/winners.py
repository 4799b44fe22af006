"""One external model for each candidate's winner: MLflow's page of models then has a row for it, with its candidate's
means and intervals by data set.

Its weights stay where they are, in the run's directory. A server from before MLflow 3 knows no such models: there are
none then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlflow.entities import LoggedModel, LoggedModelOutput, Run
from mlflow.exceptions import MlflowException
from mlflow.utils.mlflow_tags import MLFLOW_MODEL_IS_EXTERNAL

from suite.core.result import Result
from suite.projections.mlflow.shown import dataset
from suite.projections.mlflow.store import OWNER, Store
from suite.projections.naming import flatten, part_of, storable

MODEL_TYPE = "image classifier"
VALUES = ("options", "recipe", "parameters")


@dataclass(frozen=True)
class Winner:
    """The model of a track's winner. result: its first final run."""

    model: LoggedModel
    result: Result

    def holds(self, figure: str) -> bool:
        """Whether a figure of the candidate is one of this model."""
        return part_of(figure, self.result.track) is not None

    def has(self, figure: str, value: float) -> bool:
        return any((metric.key, metric.value) == (figure, value) for metric in self.model.metrics or ())

    def on(self, figure: str) -> dict[str, str]:
        """What a row of the figure says of the model, and of the part of the data set that it was measured on."""
        part = part_of(figure, self.result.track)
        if not part:
            return {"model_id": self.model.model_id}
        images = dataset({"dataset": self.result.dataset, "data_hash": self.result.data_hash}, part)
        return {"model_id": self.model.model_id, "dataset_name": images.name, "dataset_digest": images.digest}


class Winners:
    """The models of an instance. `tags`: those of its runs, by which its models are found as well."""

    def __init__(self, store: Store, tags: Mapping[str, str]) -> None:
        self._store, self._tags = store, dict(tags)
        self._models = self._existing()

    def _existing(self) -> dict[str, LoggedModel] | None:
        """By key; None where the store knows no models."""
        wanted, token, found = f"tags.instance = '{self._tags['instance']}'", None, list[LoggedModel]()
        try:
            while True:
                page = self._store.client.search_logged_models([self._store.experiment], wanted, page_token=token)
                found, token = [*found, *page], page.token
                if not token:
                    break
        except MlflowException:
            return None
        mine = [model for model in found if model.tags.get(OWNER) in (None, self._tags.get(OWNER))]
        return {model.tags.get("key", ""): model for model in mine}

    def of(self, candidate: str, winners: Sequence[Result], runs: Mapping[str, Run], parent: Run) -> list[Winner]:
        """A candidate's models, one for each of these results whose run is there, as they are now.

        Made where there is none, as what its run `parent` gave; one whose run was trained again since is replaced.
        """
        if self._models is None:
            return []
        found, client = [], self._store.client
        for result in winners:
            key = f"{candidate}/{result.track}"
            run = runs.get(f"{key}/{result.phase}/{result.number}")
            if run is None:
                continue
            if key in self._models and self._models[key].source_run_id != run.info.run_id:
                self._store.call(client.delete_logged_model, self._models.pop(key).model_id)
            if key in self._models:
                self._models[key] = self._store.call(client.get_logged_model, self._models[key].model_id)
            else:
                self._models[key] = self._created(key, result, run.info.run_id)
                given = [LoggedModelOutput(self._models[key].model_id, step=0)]
                self._store.call(client.log_outputs, parent.info.run_id, given)
            found.append(Winner(self._models[key], result))
        return found

    def _created(self, key: str, winner: Result, run: str) -> LoggedModel:
        client = self._store.client
        tags = {name: str(getattr(winner, name)) for name in ("candidate", "architecture", "dataset", "track")}
        flat = flatten({name: getattr(winner, name) for name in VALUES})
        params = {name: storable(str(value)) for name, value in flat.items() if value is not None}
        made: Any = self._store.call(
            client.create_logged_model,
            self._store.experiment,
            name=re.sub(r"[/:.%\"']", "-", key),
            source_run_id=run,
            tags={**self._tags, **tags, "key": key, MLFLOW_MODEL_IS_EXTERNAL: "true"},
            params=params,
            model_type=MODEL_TYPE,
        )
        ready: LoggedModel = self._store.call(client.finalize_logged_model, made.model_id, "READY")
        return ready

    def drop_unknown(self, candidates: Iterable[str]) -> None:
        """Delete the models of candidates that are not among these."""
        known, models = set(candidates), self._models or {}
        for key in [key for key in models if key.split("/")[0] not in known]:
            self._store.call(self._store.client.delete_logged_model, models.pop(key).model_id)
