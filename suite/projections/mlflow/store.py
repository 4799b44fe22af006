"""A tracking store, opened for a study: its database, the study's experiment, and the runs that are there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlflow.entities import Run
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from mlflow.tracking._tracking_service import utils as of_all_stores
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from suite.core import faults
from suite.core.addresses import Address
from suite.core.durable import leftovers, replacing
from suite.projections import ProjectionError
from suite.projections.databases import place_runs, reach, words
from suite.projections.mlflow.shown import of_experiment
from suite.projections.relocation import location, relocate, strays

WHOLE = "suite.whole"
OWNER = "workspace"


class Store:
    """A study's experiment in a tracking store, which is made where there is none, with the runs of an instance.

    runs: by key. Raises ProjectionError where MLflow or its database fails.
    """

    def __init__(
        self,
        address: Address,
        study: str,
        instance: str,
        workspace: Path | None = None,
        owner: str | None = None,
        about: Mapping[str, str] | None = None,
    ) -> None:
        """`workspace`: where artifacts go that no server takes, unless the store is a file: then they lie beside it.
        `owner`: whose runs they are; `about`: what the experiment says of the study."""
        self.address, self._study = address, study
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
            self.client = MlflowClient(address.text)
            self.experiment = self._open_experiment(about or {})
            self.runs = self._existing(instance, owner)
            self.keep_here(*self.runs.values())
        except ProjectionError:
            raise
        except Exception as error:
            damaged = f"; if {file.name} is damaged, move it away" if file is not None else ""
            raise ProjectionError(f"{words(address, error)}{damaged}") from None

    def call(self, function: Any, *arguments: Any, **named: Any) -> Any:
        """What a call to MLflow returns. Raises ProjectionError where it fails."""
        try:
            return function(*arguments, **named)
        except (MlflowException, OSError) as error:
            raise ProjectionError(words(self.address, error)) from None

    def _open_experiment(self, about: Mapping[str, str]) -> str:
        existing = self.client.get_experiment_by_name(self._study)
        if existing is None:
            made = str(self.client.create_experiment(self._study, artifact_location=self._place))
            known: Mapping[str, str] = {}
        else:
            if existing.lifecycle_stage == "deleted":
                self.client.restore_experiment(existing.experiment_id)
            made, known = str(existing.experiment_id), existing.tags
        for name, text in of_experiment(about, known).items():
            self.client.set_experiment_tag(made, name, text)
        return made

    def keep_here(self, *runs: Run) -> None:
        """Keep the artifacts of runs out of the workspace that was first to write into a common database."""
        if self._place is not None and self.address.sqlite_file is None:
            common = self.client.get_experiment(self.experiment).artifact_location
            places = {run.info.run_id: run.info.artifact_uri for run in runs}
            if moved := strays(self._study, common, self._place, places):
                place_runs(self.address, moved)

    def _existing(self, instance: str, owner: str | None) -> dict[str, Run]:
        """The owner's runs of an instance by key; those that are nobody's become the owner's.

        Of two with one key, one is what a lost answer left: the whole one stays, or that which others call parent.
        """
        found: list[Run] = []
        token: str | None = None
        while True:
            page = self.client.search_runs(
                [self.experiment], f"tags.instance = '{instance}'", max_results=1000, page_token=token
            )
            found += [run for run in page if run.data.tags.get(OWNER) in (None, owner)]
            token = page.token
            if not token:
                break
        for run in [run for run in found if owner and OWNER not in run.data.tags]:
            self.client.set_tag(run.info.run_id, OWNER, owner)
        parents = {run.data.tags.get(MLFLOW_PARENT_RUN_ID) for run in found}
        runs: dict[str, Run] = {}
        for run in sorted(found, key=lambda run: (WHOLE in run.data.tags, run.info.run_id in parents), reverse=True):
            if runs.setdefault(run.data.tags.get("key", ""), run) is not run:
                self.client.delete_run(run.info.run_id)
        return runs


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
