"""What MLflow says of a run that nobody trains now."""

from __future__ import annotations

from pathlib import Path

from mlflow import MlflowClient

from suite.core.addresses import Address
from tests.projections.test_mlflow import KEY, ROWS, committed, tracker


def test_an_interrupted_run_is_killed_until_it_goes_on(tracking: Address, study: str, tmp_path: Path) -> None:
    run, client = committed(tmp_path), MlflowClient(tracking.text)

    def status(of: str = str(KEY)) -> str:
        experiment = client.get_experiment_by_name(study)
        (found,) = [run for run in client.search_runs([experiment.experiment_id]) if run.data.tags["key"] == of]
        return str(found.info.status)

    first = tracker(tracking, study, tmp_path)
    first.interrupted(str(KEY))  # of which it knows nothing yet
    first.epochs(str(KEY), run.result.as_mapping(), ROWS[:1])
    assert status() == "RUNNING"
    first.interrupted(str(KEY))
    assert (status(), status("candidate:mlp")) == ("KILLED", "KILLED")
    for store in (first, tracker(tracking, study, tmp_path)):
        store.epochs(str(KEY), run.result.as_mapping(), ROWS[1:2])
        assert (status(), status("candidate:mlp")) == ("RUNNING", "RUNNING")
        store.interrupted(str(KEY))
    first.result(str(KEY), run)
    first.interrupted(str(KEY))
    assert status() == "FINISHED"
