"""The trainer, whole: real digits, a real network, and every promise that other parts rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from suite.core.directories import HISTORY, PREDICTIONS, WEIGHTS
from suite.core.durable import read_json
from suite.core.refusals import Refusal
from suite.core.result import columns
from suite.data import DataSpec
from suite.tasks.classification import METRICS
from suite.training import device, loop
from suite.training.checkpoint import CHECKPOINTS, committed_rows
from suite.training.preprocessing import Preprocessing
from suite.training.spec import RunSpec
from suite.training.trainer import RunFailed, Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import TIMES, dying, outcome_of, train, weights

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def undisturbed(make_spec: MakeSpec, small_segments: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    directory = tmp_path_factory.mktemp("undisturbed")
    spec = make_spec()
    return outcome_of(directory, spec, train(spec, directory))


def test_a_final_run_leaves_what_the_others_need(make_spec: MakeSpec, tmp_path: Path) -> None:
    spec, seen = make_spec(), []
    fields = train(spec, tmp_path, prune=lambda row: seen.append((row, len(committed_rows(tmp_path)))) or False)
    assert (fields["outcome"], fields["reason"], fields["epochs"]) == ("completed", None, 3)
    assert set(fields) <= set(columns(METRICS))
    assert {metric.name for metric in METRICS} <= set(fields)
    assert fields["deterministic"] is True
    assert not {"recipe", "parameters", "architecture"} & fields.keys(), "what was asked for, the coordinator knows"
    rows = read_json(tmp_path / HISTORY)
    assert [row for row, _ in seen] == rows
    assert [committed for _, committed in seen] == [1, 2, 3], "a row was announced before it was committed"
    assert fields["val_accuracy"] == rows[-1]["val_accuracy"]
    assert fields["device_seconds"] == pytest.approx(sum(row["device_seconds"] for row in rows), rel=1e-6)
    assert fields["images_per_second"] == pytest.approx(3 * 6 * 32 / fields["device_seconds"])
    assert fields["train_examples"] == 200
    assert rows[-1]["train_loss"] < rows[0]["train_loss"]
    with np.load(tmp_path / PREDICTIONS) as file:
        assert np.mean(file["predicted"] == file["label"]) == fields["test_accuracy"]
        assert len(file["label"]) == 70
    assert Preprocessing.load(tmp_path).class_names == tuple("0123456789")


def test_the_stored_winner_predicts_what_was_measured(make_spec: MakeSpec, tmp_path: Path) -> None:
    """The way of `suite.predict`: build, load weights, preprocess, with nothing of the trainer."""
    from suite import models
    from suite.data import load

    spec = make_spec()
    train(spec, tmp_path)
    data = load(spec.data, data_dir=None, cache_dir=Path(spec.cache_dir))
    net = models.build(spec.architecture, data.input_shape, 10, **spec.options)
    net.load_weights(tmp_path / WEIGHTS)
    logits = net.predict(Preprocessing.load(tmp_path).apply(data.images[data.test]), verbose=0)
    with np.load(tmp_path / PREDICTIONS) as file:
        np.testing.assert_array_equal(logits.argmax(axis=1), file["predicted"])
        np.testing.assert_array_equal(data.labels[data.test], file["label"])


def test_a_search_run_is_never_tested(make_spec: MakeSpec, tmp_path: Path) -> None:
    fields = train(make_spec(final=False), tmp_path)
    assert not any(name.startswith("test_") for name in fields)
    assert fields["val_accuracy"] is not None
    assert not (tmp_path / PREDICTIONS).exists()
    assert not (tmp_path / WEIGHTS).exists()


def test_an_identical_graph_is_not_traced_again_and_a_workers_past_does_not_show(
    make_spec: MakeSpec, tmp_path: Path, small_segments: None, undisturbed: dict[str, Any]
) -> None:
    trainer, spec = Trainer(), make_spec()
    trial = {"learning_rate": 0.2, "weight_decay": 0.01, "label_smoothing": 0.3, "warmup": 0.4, "epochs": 2}
    train(make_spec(trial, seeds={**spec.seeds, "initial": 8, "augment": 9}, final=False), tmp_path / "1", trainer)
    (graph,) = trainer._graphs._kept.values()
    traces = graph.step.traces
    other = train(make_spec({"learning_rate": 0.01}, final=False), tmp_path / "2", trainer)
    fields = train(spec, tmp_path / "3", trainer)
    assert graph.step.traces == traces
    assert other["compile_seconds"] < 0.05
    assert outcome_of(tmp_path / "3", spec, fields) == undisturbed


def test_pruning_stops_after_the_epoch_and_again_after_a_lost_verdict(make_spec: MakeSpec, tmp_path: Path) -> None:
    spec = make_spec(final=False)
    fields = train(spec, tmp_path, prune=lambda row: row["epoch"] == 2)
    assert (fields["outcome"], fields["epochs"]) == ("pruned", 2)
    seen: list[int] = []
    fields = train(spec, tmp_path, prune=lambda row: seen.append(row["epoch"]) or True)
    assert (fields["outcome"], fields["epochs"], seen) == ("pruned", 2, [2])


def test_divergence_is_an_outcome_with_its_reason(make_spec: MakeSpec, tmp_path: Path) -> None:
    fields = train(make_spec({"learning_rate": 1e30, "warmup": 0}), tmp_path)
    assert fields["outcome"] == "diverged"
    assert "not finite in epoch 1" in fields["reason"]
    assert "test_accuracy" not in fields
    assert read_json(tmp_path / HISTORY) == []


def test_training_on_validation_has_no_validation(make_spec: MakeSpec, tmp_path: Path) -> None:
    fields = train(make_spec({"epochs": 1}, train_on_validation=True), tmp_path)
    assert (fields["train_examples"], fields["val_accuracy"]) == (250, None)
    assert fields["test_accuracy"] is not None


def test_images_fed_by_the_host_train_the_same(
    make_spec: MakeSpec, tmp_path: Path, small_segments: None, undisturbed: dict[str, Any]
) -> None:
    spec, trainer = make_spec(), Trainer(device_bytes=0)
    fields = train(spec, tmp_path, trainer)
    assert next(iter(trainer._graphs._kept.values())).images is None
    assert outcome_of(tmp_path, spec, fields) == undisturbed


def test_bfloat16_trains_with_weights_of_full_precision(make_spec: MakeSpec, tmp_path: Path) -> None:
    spec = make_spec({"epochs": 2}, precision="mixed_bfloat16")
    trainer = Trainer()
    fields = train(spec, tmp_path, trainer)
    graph = next(iter(trainer._graphs._kept.values()))
    keras.config.set_dtype_policy("float32")
    assert fields["outcome"] == "completed"
    assert {variable.dtype for variable in graph.net.trainable_variables} == {"float32"}
    assert graph.net.outputs[0].dtype == "float32"
    assert "bfloat16" in {layer.compute_dtype for layer in graph.net.layers}


def test_a_batch_larger_than_the_set_is_refused(make_spec: MakeSpec, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="batch_size=256 is more than the 200 training images"):
        train(make_spec({"batch_size": 256}), tmp_path)


def test_a_length_in_pixels_that_leaves_nothing_of_an_image_is_refused(make_spec: MakeSpec, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"recipe\.cutout=32: expected less than 32 pixels"):
        train(make_spec(parameters={"cutout": 32}), tmp_path)


def test_a_checkpoint_serves_a_run_in_which_what_auto_comes_to_is_spelt_out(
    make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[RunSpec] = []
    monkeypatch.setattr(Trainer, "_train", lambda self, spec, *rest: seen.append(spec) or {})
    for deterministic in (None, not device.accelerator(), device.accelerator()):
        train(make_spec(deterministic=deterministic), tmp_path)
    left_open, spelt_out, other = (spec.digest("data", "graph") for spec in seen)
    assert left_open == spelt_out != other


def test_another_backend_is_refused(make_spec: MakeSpec, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="backend=torch"):
        train(make_spec(backend="torch"), tmp_path)


def test_data_that_changed_since_the_study_began_are_refused(make_spec: MakeSpec, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"digits is not what it was .*instance=NAME"):
        train(make_spec(expected_data_hash="0" * 64), tmp_path)


def test_a_wrong_option_is_refused_not_recorded_as_a_failure(make_spec: MakeSpec, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="option pooling of lenet5 is one of"):
        train(make_spec(options={"pooling": "least"}), tmp_path)


def test_a_run_that_breaks_keeps_what_is_known_of_it(
    make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment, calls = loop.Loop._train_segment, list[int]()

    def broken(self: loop.Loop) -> None:
        if calls:
            raise ZeroDivisionError("oh")
        calls.append(1)
        segment(self)

    monkeypatch.setattr(loop.Loop, "_train_segment", broken)
    with pytest.raises(RunFailed) as failed:
        train(make_spec(), tmp_path)
    assert isinstance(failed.value.__cause__, ZeroDivisionError)
    assert failed.value.fields["params"] > 0
    assert failed.value.fields["device_seconds"] > 0


def test_a_full_memory_is_an_outcome_and_the_trainer_goes_on(
    make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer, spec = Trainer(), make_spec({"epochs": 1})

    def full(*_: Any) -> None:
        raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 1099511627776 bytes.\nmore")

    with monkeypatch.context() as patch:
        patch.setattr(loop.Loop, "_train_segment", full)
        fields = train(spec, tmp_path / "1", trainer)
    assert fields["outcome"] == "out_of_memory"
    assert fields["reason"] == "RESOURCE_EXHAUSTED: Out of memory allocating 1099511627776 bytes."
    assert fields["params"] > 0
    assert train(spec, tmp_path / "2", trainer)["outcome"] == "completed"


@pytest.mark.parametrize(
    ("event", "count"),
    [
        ("training.step", 9), ("commit.written", 5), ("commit.renamed", 3),
        ("training.end", 1), ("training.weights", 1),
    ],
)  # fmt: skip
def test_interrupted_anywhere_equals_undisturbed(
    make_spec: MakeSpec, tmp_path: Path, small_segments: None, undisturbed: dict[str, Any], trainer: Trainer,
    event: str, count: int,
) -> None:  # fmt: skip
    spec = make_spec()
    with dying(count, event):
        train(spec, tmp_path, trainer)
    fields = train(spec, tmp_path, trainer)
    assert outcome_of(tmp_path, spec, fields) == undisturbed


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    """One trainer for all interruptions, as a worker's: what an interrupted run left behind must not show either."""
    return Trainer()


def kill(spec: RunSpec, directory: Path, event: str, **environment: str) -> None:
    """Train in a process of its own that dies by SIGKILL at the event."""
    file = directory / "spec.json"
    file.write_text(json.dumps(spec.as_mapping()))
    command = [sys.executable, "-m", "tests.training.killed", str(file), str(directory)]
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "SUITE_FAULT": event, **environment}, capture_output=True, timeout=300
    )
    assert ended.returncode == -9, ended.stderr.decode()[-2000:]


def test_killed_in_the_middle_of_an_epoch_equals_undisturbed(
    make_spec: MakeSpec, tmp_path: Path, small_segments: None, undisturbed: dict[str, Any]
) -> None:
    spec = make_spec()
    kill(spec, tmp_path, "training.step:10")  # epochs have 6 steps and commits come every 2: the 10th is lost
    assert len(committed_rows(tmp_path)) == 1
    assert max(int(path.name) for path in (tmp_path / CHECKPOINTS).glob("0*")) == 8
    seen: list[int] = []
    fields = train(spec, tmp_path, prune=lambda row: seen.append(row["epoch"]) or False)
    assert seen == [2, 3]
    assert outcome_of(tmp_path, spec, fields) == undisturbed


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_killed_and_resumed_in_processes_of_their_own(make_spec: MakeSpec, tmp_path: Path, backend: str) -> None:
    """Also with dropout and batch normalization, and on JAX: the weights and figures of both, bit for bit."""
    spec = replace(
        make_spec(backend=backend, architecture="article_cnn", options={"width": 0.25}),
        data=DataSpec("digits", train_examples=200, validation_examples=50, test_examples=70),
    )
    results = []
    for name, event in (("whole", "training.weights:1"), ("cut", "training.step:10")):
        directory = tmp_path / name
        directory.mkdir()
        kill(spec, directory, event, KERAS_BACKEND=backend)
        if name == "cut":
            kill(spec, directory, "training.weights:1", KERAS_BACKEND=backend)
        rows = [
            {key: value for key, value in row.items() if key not in TIMES} for row in read_json(directory / HISTORY)
        ]
        values = [value.tobytes() for value in weights(directory, spec)]
        results.append((rows, values))
    assert results[0] == results[1]
