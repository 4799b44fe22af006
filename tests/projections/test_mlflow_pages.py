"""What MLflow's own pages have to show: kinds, descriptions, sources, data sets, names that sort, models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mlflow.entities import Run
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from suite.core.addresses import Address
from suite.core.directories import RunKey
from suite.core.result import Result
from suite.projections import Committed, about
from suite.projections.mlflow import Tracker
from suite.projections.mlflow.shown import of_experiment
from tests.study.made_up import made_up

KEYS = [RunKey("mlp", "tuned", "final", number) for number in range(2)]
ABOUT = about(
    {
        "title": "Two networks",
        "question": "Which is better?",
        "paper": None,
        "metric": "val_accuracy",
        "command": "python -m suite.run study=tiny seeds=2 data_dir=/somewhere/private",
    }
)
FIGURES = {
    "tuned_mean_test_accuracy": 0.9,
    "tuned_mean_val_accuracy": 0.8,
    "tuned_test_error_low": 0.05,
    "tuned_mean_macs": 1000.0,
    "tuned_final_runs": 2.0,
    "shared_mean_test_accuracy": 0.7,
}
Open = Callable[..., Tracker]


@pytest.fixture
def opened(tracking: Address, study: str, tmp_path: Path) -> Open:
    def make(said: dict[str, str] = ABOUT) -> Tracker:
        return Tracker(tracking, study, "one", {"budget": "laptop"}, None, tmp_path, about=said)

    return make


def committed(result: Result, folder: Path) -> Committed:
    return Committed(result, folder, list)


def runs(address: Address, study: str) -> dict[str, Run]:
    client = MlflowClient(address.text)
    found = client.search_runs([client.get_experiment_by_name(study).experiment_id])
    return {run.data.tags["key"]: run for run in found}


def models(address: Address, study: str) -> list[Any]:
    client = MlflowClient(address.text)
    return list(client.search_logged_models([client.get_experiment_by_name(study).experiment_id]))


def test_an_experiment_says_that_it_is_model_training_and_what_it_asks(
    opened: Open, tracking: Address, study: str
) -> None:
    opened()
    client = MlflowClient(tracking.text)
    tags = client.get_experiment_by_name(study).tags
    assert tags["mlflow.experimentKind"] == "custom_model_development"
    assert tags["mlflow.experiment.primaryMetric.name"] == "val_accuracy"
    assert tags["mlflow.note.content"].startswith("**Two networks**\n\nWhich is better?\n\nA run is a candidate;")
    opened({**ABOUT, "question": "Which is best?"})
    assert "Which is best?" in client.get_experiment_by_name(study).tags["mlflow.note.content"]
    client.set_experiment_tag(client.get_experiment_by_name(study).experiment_id, "mlflow.note.content", "my own words")
    opened()
    assert client.get_experiment_by_name(study).tags["mlflow.note.content"] == "my own words"


def test_what_an_experiment_has_is_not_written_again() -> None:
    first = of_experiment(ABOUT, {})
    assert of_experiment(ABOUT, first) == {}
    assert of_experiment({}, {}) == {"mlflow.experimentKind": "custom_model_development"}


def test_a_runs_source_is_the_command_and_its_input_the_data(
    opened: Open, tracking: Address, study: str, tmp_path: Path
) -> None:
    result = replace(made_up(KEYS[0]), commit="c0ffee+changes", train_examples=256)
    for _ in range(2):
        opened().result(str(KEYS[0]), committed(result, tmp_path))
    found = runs(tracking, study)
    for run in (found[str(KEYS[0])], found["candidate:mlp"]):
        assert run.data.tags["mlflow.source.name"] == "python -m suite.run study=tiny seeds=2", "no private place"
        assert run.data.tags["mlflow.source.git.commit"] == "c0ffee"
        (fed,) = run.inputs.dataset_inputs
        assert (fed.dataset.name, fed.dataset.digest) == ("digits", "0123")
        assert [(tag.key, tag.value) for tag in fed.tags] == [("mlflow.data.context", "training")]


def test_a_run_of_which_the_data_are_known_late_has_them_at_its_end(
    opened: Open, tracking: Address, study: str, tmp_path: Path
) -> None:
    """As where a run that goes on is projected again from its directory alone."""
    result = made_up(KEYS[0])
    fields = {name: value for name, value in result.as_mapping().items() if name not in ("data_hash", "outcome")}
    store = opened()
    store.epochs(str(KEYS[0]), fields, [])
    assert not runs(tracking, study)[str(KEYS[0])].inputs.dataset_inputs
    store.result(str(KEYS[0]), committed(result, tmp_path))
    assert len(runs(tracking, study)[str(KEYS[0])].inputs.dataset_inputs) == 1


def test_names_sort_as_numbers_do(opened: Open, tracking: Address, study: str) -> None:
    store = opened()
    for number in (2, 10):
        key = RunKey("mlp", "tuned", "search", number)
        store.epochs(str(key), made_up(key).as_mapping(), [])
    names = sorted(str(run.info.run_name) for run in runs(tracking, study).values())
    assert names == ["mlp", "mlp/tuned/search/002", "mlp/tuned/search/010"]


def test_one_filter_finds_all_final_runs(opened: Open, tracking: Address, study: str, tmp_path: Path) -> None:
    store = opened()
    for key in (*KEYS, RunKey("mlp", "tuned", "search", 0)):
        store.result(str(key), committed(made_up(key), tmp_path))
    client = MlflowClient(tracking.text)
    experiment = client.get_experiment_by_name(study).experiment_id
    found = client.search_runs([experiment], "tags.phase = 'final' and tags.candidate = 'mlp'")
    assert {run.data.tags["key"] for run in found} == {str(key) for key in KEYS}


def test_the_summary_says_what_the_report_says_first(
    opened: Open, tracking: Address, study: str, tmp_path: Path
) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "report.md").write_text("# Two networks\n\n| a table |\n\n## Figures\n\n![](x.svg)\n")
    said = {"dataset": "digits", "state": "finished", "commit": "c0ffee", "data": {"hash": "0123"}}
    opened().summary(tmp_path / "report", said)
    summary = runs(tracking, study)["summary"]
    tags = summary.data.tags
    assert [fed.dataset.name for fed in summary.inputs.dataset_inputs] == ["digits"]
    assert tags["mlflow.note.content"] == "# Two networks\n\n| a table |\n"
    assert tags["mlflow.source.git.commit"] == "c0ffee"


def test_a_winner_is_a_model_with_its_candidates_figures_by_data_set(
    opened: Open, tracking: Address, study: str, tmp_path: Path
) -> None:
    """However often it is projected, and with the values of a grown study afterwards."""
    result = replace(made_up(KEYS[0]), parameters={"learning_rate": 0.25})
    opened().result(str(KEYS[0]), committed(result, tmp_path))
    for _ in range(2):
        opened().candidate(result, FIGURES, [result])
    (model,) = models(tracking, study)
    assert (model.name, model.status, model.model_type) == ("mlp-tuned", "READY", "image classifier")
    assert model.source_run_id == runs(tracking, study)[str(KEYS[0])].info.run_id
    assert model.params["parameters.learning_rate"] == "0.25"
    assert model.tags["mlflow.model.isExternal"] == "true"
    measured = {metric.key: (metric.value, metric.dataset_name) for metric in model.metrics}
    assert measured == {
        "tuned_mean_test_accuracy": (0.9, "digits (test)"),
        "tuned_mean_val_accuracy": (0.8, "digits (validation)"),
        "tuned_test_error_low": (0.05, "digits (test)"),
        "tuned_mean_macs": (1000.0, None),
        "tuned_final_runs": (2.0, None),
    }
    parent = runs(tracking, study)["candidate:mlp"]
    assert parent.data.metrics == FIGURES
    client = MlflowClient(tracking.text)
    assert [output.model_id for output in parent.outputs.model_outputs] == [model.model_id]
    assert len(client.get_metric_history(parent.info.run_id, "tuned_mean_test_accuracy")) == 1
    opened().candidate(result, {**FIGURES, "tuned_mean_test_accuracy": 0.95}, [result])
    assert len(client.get_metric_history(parent.info.run_id, "tuned_mean_test_accuracy")) == 2
    (model,) = models(tracking, study)
    newest = max((m for m in model.metrics if m.key == "tuned_mean_test_accuracy"), key=lambda m: m.timestamp)
    assert newest.value == 0.95


def test_a_model_goes_with_its_run(opened: Open, tracking: Address, study: str, tmp_path: Path) -> None:
    result = made_up(KEYS[0])
    store = opened()
    store.candidate(result, FIGURES, [result])
    assert models(tracking, study) == [], "its run is not there"
    store.result(str(KEYS[0]), committed(result, tmp_path))
    store.candidate(result, FIGURES, [result])
    again = replace(result, ended_at=2000.0)
    store.result(str(KEYS[0]), committed(again, tmp_path))
    store.candidate(again, FIGURES, [again])
    (model,) = models(tracking, study)
    assert model.source_run_id == runs(tracking, study)[str(KEYS[0])].info.run_id
    opened().drop_unknown({"lenet5/tuned/final/0"})
    assert models(tracking, study) == []


def test_a_server_that_knows_no_models_gets_all_else(
    opened: Open, tracking: Address, study: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise MlflowException("No API found for POST /logged-models/search")

    monkeypatch.setattr(MlflowClient, "search_logged_models", unknown)
    result = made_up(KEYS[0])
    store = opened()
    store.result(str(KEYS[0]), committed(result, tmp_path))
    store.candidate(result, FIGURES, [result])
    assert runs(tracking, study)["candidate:mlp"].data.metrics == FIGURES
