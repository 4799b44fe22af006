"""Recipes of many parts, cut in the middle of an epoch: what goes on ends as what never stopped, bit for bit.

And a test for each piece of state that a part brings along: without it the run ends differently.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from suite.core.directories import HISTORY
from suite.core.durable import read_json
from suite.training import optimization
from suite.training.checkpoint import CHECKPOINTS
from suite.training.recipe import Recipe
from suite.training.spec import RunSpec
from suite.training.tracing import Graph
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import TIMES, dying, outcome_of, train, weights
from tests.training.test_trainer import kill

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

COMMON: dict[str, Any] = {"epochs": 2, "warmup": 0.1, "flip": True, "shift": 2}
RECIPES: dict[str, Recipe] = {
    "adamw-ema-one_cycle": Recipe(
        optimizer="adamw", learning_rate=0.01, ema=0.9, schedule="one_cycle", cutout=4, batch_size=32, **COMMON
    ),
    "muon-tail-restarts": Recipe(
        optimizer="muon", learning_rate=0.02, tail=0.7, schedule="restarts", cycles=2, batch_size=32, **COMMON
    ),
    "adamw-accumulation": Recipe(
        optimizer="adamw", learning_rate=0.01, accumulate=3, ema=0.5, schedule="exponential", batch_size=30, **COMMON
    ),
    "sgd-clipping-float16": Recipe(learning_rate=0.05, clip_norm=1.0, oversample=0.5, batch_size=32, **COMMON),
    "dropped and recomputed": Recipe(learning_rate=0.05, gradient_checkpointing=True, batch_size=32, **COMMON),
}
NETS: dict[str, tuple[str, dict[str, Any]]] = {
    "dropped and recomputed": (
        "resnet8", {"width": 0.5, "drop_path": 0.4, "drop_block": 0.3, "block_size": 2},
    ),
}  # fmt: skip
"""What trains with a recipe; else a network with dropout and batch normalization."""
PRECISION = {"sgd-clipping-float16": "mixed_float16"}
DIES, COMMITTED = 10, 8
"""Passes through the network: epochs have 6 of them, or 18 where a step has three; every second one is committed."""

Select = Callable[[Graph], list[Any]]
STATE: list[tuple[str, str, Select]] = [
    ("adamw-ema-one_cycle", "average", lambda graph: graph.averages.variables if graph.averages else []),
    ("muon-tail-restarts", "average", lambda graph: graph.averages.variables if graph.averages else []),
    (
        "adamw-accumulation",
        "gradients",
        lambda graph: [v for v in graph.optimizer._accumulated_gradients if v is not None],
    ),
    ("sgd-clipping-float16", "loss scale", lambda graph: [graph.optimizer.dynamic_scale]),
    ("muon-tail-restarts", "momenta", lambda graph: [v for v in graph.optimizer.momentums if v is not None]),
    ("dropped and recomputed", "squares' random state", lambda graph: seeds_of(graph, "drop_block")),
    ("dropped and recomputed", "paths' random state", lambda graph: seeds_of(graph, "drop_path")),
    ("dropped and recomputed", "statistics", lambda graph: [v for v in graph.net.variables if "moving" in v.path]),
]


def seeds_of(graph: Graph, kind: str) -> list[Any]:
    """The random states of one kind of layer."""
    return [v for layer in graph.net.layers if layer.name.endswith(kind) for v in layer.variables if "seed" in v.path]


def spec_of(name: str, make_spec: MakeSpec, **changes: Any) -> RunSpec:
    architecture, options = NETS.get(name, ("article_cnn", {"width": 0.125}))
    spec = make_spec(architecture=architecture, options=options)
    return replace(spec, recipe=RECIPES[name], precision=PRECISION.get(name, "float32"), **changes)


class Runs:
    """Of each recipe the run that never stopped, and the directory of the one that died; each made once."""

    def __init__(self, make_spec: MakeSpec, folder: Path) -> None:
        self._make_spec, self._folder, self._trainers = make_spec, folder, dict[str, Trainer]()
        self._whole = dict[str, dict[str, Any]]()

    def trainer(self, name: str) -> Trainer:
        return self._trainers.setdefault(name, Trainer())

    def train(self, name: str, directory: Path) -> dict[str, Any]:
        spec = spec_of(name, self._make_spec)
        return outcome_of(directory, spec, train(spec, directory, self.trainer(name)))

    def whole(self, name: str) -> dict[str, Any]:
        if name not in self._whole:
            self._whole[name] = self.train(name, self._folder / name / "whole")
        return self._whole[name]

    def cut(self, name: str) -> Path:
        directory = self._folder / name / "cut"
        if directory.exists():
            return directory
        with dying(DIES):
            self.train(name, directory)
        assert max(int(path.name) for path in (directory / CHECKPOINTS).glob("0*")) == COMMITTED
        return directory


@pytest.fixture(scope="module")
def runs(make_spec: MakeSpec, small_segments: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    with (
        pytest.MonkeyPatch.context() as patch
    ):  # so high that the first steps overflow: the scale is another at the cut
        patch.setattr(optimization, "LOSS_SCALE", 2.0**20)
        yield Runs(make_spec, tmp_path_factory.mktemp("runs"))
    keras.config.set_dtype_policy("float32")


def first_of_all(name: str) -> Any:
    """The first recipe stands for the others, and one for what is dropped, where every change is tested."""
    return () if name in (next(iter(RECIPES)), *NETS) else pytest.mark.slow


@pytest.mark.parametrize("name", [pytest.param(name, marks=first_of_all(name)) for name in RECIPES])
def test_cut_in_the_middle_of_an_epoch_it_is_as_if_it_had_never_stopped(name: str, runs: Runs, tmp_path: Path) -> None:
    resumed = Path(shutil.copytree(runs.cut(name), tmp_path / "resumed"))
    assert runs.train(name, resumed) == runs.whole(name)


@pytest.mark.parametrize(
    ("name", "piece", "select"),
    [pytest.param(*state, marks=first_of_all(state[0]), id=f"{state[0]}: {state[1]}") for state in STATE],
)
def test_without_this_piece_it_ends_differently(
    name: str, piece: str, select: Select, runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resumed, whole = Path(shutil.copytree(runs.cut(name), tmp_path / "resumed")), runs.whole(name)
    restore, dropped = Graph.restore, list[str]()

    def without(graph: Graph, state: Mapping[str, np.ndarray]) -> None:
        start, chosen = graph.state(), {id(variable) for variable in select(graph)}
        names = [name for name, variable in zip(start, graph._variables, strict=True) if id(variable) in chosen]
        dropped.extend(name for name in names if not np.array_equal(state[name], start[name]))
        restore(graph, {**state, **{name: start[name] for name in names}})

    monkeypatch.setattr(Graph, "restore", without)
    ended = runs.train(name, resumed)
    assert dropped, "there is no such piece: the test would prove nothing"
    assert ended["weights"] != whole["weights"]


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
@pytest.mark.parametrize("name", RECIPES)
def test_killed_and_resumed_in_processes_of_their_own(
    name: str, backend: str, make_spec: MakeSpec, tmp_path: Path
) -> None:
    spec, results = spec_of(name, make_spec, backend=backend), []
    for kind in ("whole", "cut"):
        directory = tmp_path / kind
        directory.mkdir()
        for event in ([f"training.step:{DIES}"] if kind == "cut" else []) + ["training.weights:1"]:
            kill(spec, directory, event, KERAS_BACKEND=backend)
        rows = [
            {key: value for key, value in row.items() if key not in TIMES} for row in read_json(directory / HISTORY)
        ]
        results.append((rows, [value.tobytes() for value in weights(directory, spec)]))
    assert results[0] == results[1]
