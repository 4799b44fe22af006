"""Each piece of a checkpoint is needed: without any one of them a run that goes on ends differently.

The run is cut in the middle of an epoch. A network with dropout and batch normalization, momenta and a rate that
changes with every step.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.core.durable import read_json, write_json
from suite.training import loop
from suite.training.checkpoint import CHECKPOINTS, committed_rows
from suite.training.failures import RunFailed
from suite.training.progress import Progress
from suite.training.spec import RunSpec
from suite.training.tracing import Graph
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import Killed, dying, outcome_of, train

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


@pytest.fixture(scope="module")
def spec(make_spec: MakeSpec) -> RunSpec:
    return make_spec(architecture="article_cnn", options={"width": 0.125})


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    return Trainer()


@pytest.fixture(scope="module")
def whole(
    spec: RunSpec, trainer: Trainer, small_segments: None, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    directory = tmp_path_factory.mktemp("whole")
    return outcome_of(directory, spec, train(spec, directory, trainer))


@pytest.fixture(scope="module")
def cut(spec: RunSpec, trainer: Trainer, small_segments: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a run that died in its tenth step: 8 are committed, of which 2 are of the second epoch."""
    directory = tmp_path_factory.mktemp("cut")
    with dying(10):
        train(spec, directory, trainer)
    assert len(committed_rows(directory)) == 1
    assert max(int(path.name) for path in (directory / CHECKPOINTS).glob("0*")) == 8
    return directory


@pytest.fixture
def resumed(spec: RunSpec, trainer: Trainer, cut: Path, tmp_path: Path) -> Callable[[], dict[str, Any]]:
    directory = Path(shutil.copytree(cut, tmp_path / "resumed"))
    return lambda: outcome_of(directory, spec, train(spec, directory, trainer))


def test_with_all_of_it_the_run_is_as_if_it_had_never_stopped(
    resumed: Callable[[], dict[str, Any]], whole: dict[str, Any]
) -> None:
    assert resumed() == whole


Select = Callable[[Graph], list[Any]]


def random_states(graph: Graph) -> list[Any]:
    return [variable for variable in graph.net.variables if "seed" in variable.path]


def statistics(graph: Graph) -> list[Any]:
    return [variable for variable in graph.net.non_trainable_variables if "moving" in variable.path]


def momenta(graph: Graph) -> list[Any]:
    kept = {id(graph.optimizer.iterations), id(graph.optimizer.schedule.values)}
    return [variable for variable in graph.optimizer.variables if id(variable) not in kept]


ARRAYS: dict[str, Select] = {
    "weights": lambda graph: graph.net.trainable_variables,
    "moving statistics": statistics,
    "dropout's random state": random_states,
    "momenta": momenta,
    "iterations": lambda graph: [graph.optimizer.iterations],
}


@pytest.mark.parametrize("piece", ARRAYS)
def test_without_these_arrays_it_ends_differently(
    piece: str, resumed: Callable[[], dict[str, Any]], whole: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    restore, dropped = Graph.restore, list[str]()

    def without(graph: Graph, state: Mapping[str, np.ndarray]) -> None:
        start, chosen = graph.state(), {id(variable) for variable in ARRAYS[piece](graph)}
        names = [name for name, variable in zip(start, graph._variables, strict=True) if id(variable) in chosen]
        dropped.extend(name for name in names if not np.array_equal(state[name], start[name]))
        restore(graph, {**state, **{name: start[name] for name in names}})

    monkeypatch.setattr(Graph, "restore", without)
    ended = resumed()
    assert dropped, "the network has none: the test would prove nothing"
    assert ended["weights"] != whole["weights"]


def without_progress(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on a checkpoint's progress lacks a piece."""
    latest = loop.checkpoint.latest

    def without(folder: Path, identity: str) -> tuple[Any, dict[str, Any]] | None:
        found = latest(folder, identity)
        if found is None:
            return None
        arrays, state = found
        nothing = getattr(Progress(), piece)
        assert state[piece] != nothing
        return arrays, {**state, piece: nothing}

    monkeypatch.setattr(loop.checkpoint, "latest", without)


@pytest.mark.parametrize("piece", ["rows", "sums", "epoch_steps"])
def test_without_this_of_its_progress_it_ends_differently(
    piece: str, resumed: Callable[[], dict[str, Any]], whole: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_progress(piece, monkeypatch)
    assert resumed()["rows"] != whole["rows"]


def test_without_its_step_it_does_not_even_come_to_an_end(
    resumed: Callable[[], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of its length is more than the epoch has images for."""
    without_progress("step", monkeypatch)
    with pytest.raises(RunFailed):
        resumed()


def test_a_checkpoint_that_does_not_serve_is_said_with_what_differs(
    spec: RunSpec, trainer: Trainer, cut: Path, tmp_path: Path
) -> None:
    """One of old knows nothing of what it was made with: the run's own record does, which had no threads."""
    folder = Path(shutil.copytree(cut, tmp_path / "run"))
    said = list[tuple[str, int]]()

    def stop(row: Any) -> bool:
        raise Killed

    def again(spec: RunSpec) -> tuple[str, int]:
        with pytest.raises(Killed):
            trainer.train(
                spec, Path(shutil.copytree(folder, tmp_path / str(len(said)))), stop, lambda *s: said.append(s)
            )
        return said[-1]

    other = replace(spec, threads=2)
    assert again(other) == ("starts again: its checkpoint was made with threads: not recorded then, 2 now", 0)
    slower = replace(other, parameters={"learning_rate": 0.01})
    assert (
        "made with threads: not recorded then, 2 now, parameters.learning_rate: not set became 0.01" in again(slower)[0]
    )
    for path in (folder / CHECKPOINTS).glob("*/manifest.json"):
        manifest = read_json(path)
        write_json(path, {name: value for name, value in manifest.items() if name != "made_with"})
    assert again(other)[0] == "starts again: its checkpoint was made with another version of the suite"
    identity = {name: value for name, value in spec.identity("").items() if name != "data_hash"}
    write_json(folder / "run.json", {"identity": {**identity, "data_hash": manifest["made_with"]["data_hash"]}})
    assert again(other)[0] == "starts again: its checkpoint was made with threads: not recorded then, 2 now"
    newest = max((folder / CHECKPOINTS).glob("0*"))
    (newest / "arrays.npz").write_bytes(b"")
    assert again(spec) == ("goes on from step 6: a checkpoint is damaged", 1)


def test_every_array_of_the_network_and_its_optimizer_is_kept(spec: RunSpec, trainer: Trainer, whole: Any) -> None:
    """What no test above drops, neither changes: the rate's numbers come from the recipe."""
    (graph,) = trainer._graphs._kept.values()
    named = [id(variable) for select in ARRAYS.values() for variable in select(graph)]
    rest = [variable for variable in graph._variables if id(variable) not in named]
    assert [id(variable) for variable in rest] == [id(graph.optimizer.schedule.values)]
    assert len(graph._variables) == len(graph.state()) == len({id(variable) for variable in graph._variables})
