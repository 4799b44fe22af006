"""Runs that start from another's weights: what they take, what of it learns, and that a cut leaves no trace."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.core.directories import RUN, WEIGHTS
from suite.core.durable import write_json
from suite.core.refusals import Refusal
from suite.data import DataSpec
from suite.training.checkpoint import CHECKPOINTS, committed_rows
from suite.training.origin import Origin
from suite.training.preprocessing import Preprocessing
from suite.training.spec import RunSpec
from suite.training.tracing import Graph
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import dying, outcome_of, train

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

NET: dict[str, Any] = {"architecture": "resnet8", "options": {"width": 0.25}}
GRADUAL = {"unfreeze": 1, "layer_decay": 0.9, "backbone_rate": 0.5, "freeze_statistics": True}


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    return Trainer()


@pytest.fixture(scope="module")
def origin(make_spec: MakeSpec, trainer: Trainer, tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """A run of another seed and other data."""
    directory = tmp_path_factory.mktemp("origin")
    data = DataSpec("digits", train_examples=120, validation_examples=50, test_examples=70, split_seed=5)
    spec = make_spec({"epochs": 2}, **NET, data=data)
    train(spec, directory, trainer)
    write_json(directory / RUN, {"identity": spec.identity("0")})
    return Origin.of("early/one/net/shared/final/0", directory)


@pytest.fixture
def spec(make_spec: MakeSpec, origin: Origin) -> RunSpec:
    return make_spec(**NET, weights=origin)


def layers(directory: Path, spec: RunSpec) -> dict[str, list[np.ndarray]]:
    from suite import models

    saved = models.of_run(directory, spec.architecture, (32, 32, 1), 10, spec.options)
    return {name: [np.array(value) for value in values] for name, values in saved.by_layer().items()}


def same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def changed(directory: Path, spec: RunSpec) -> set[str]:
    """The layers whose weights are not those of the origin."""
    assert spec.weights is not None
    before, after = layers(Path(spec.weights.directory), spec), layers(directory, spec)
    return {name for name in after if not same(before[name], after[name])}


def test_a_frozen_backbone_stays_bit_for_bit_and_the_head_learns(
    spec: RunSpec, trainer: Trainer, tmp_path: Path
) -> None:
    fields = train(replace(spec, parameters={"freeze": True}), tmp_path, trainer)
    assert changed(tmp_path, spec) == {"logits"}
    assert fields["trainable_params"] == train(replace(spec, weights=None), tmp_path / "2", trainer)["trainable_params"]


def test_pixels_go_through_what_the_weights_were_made_with(spec: RunSpec, trainer: Trainer, tmp_path: Path) -> None:
    train(replace(spec, parameters={"epochs": 1}), tmp_path, trainer)
    train(replace(spec, parameters={"epochs": 1}, weights=None), tmp_path / "own", trainer)
    assert spec.weights is not None
    theirs = Preprocessing.load(Path(spec.weights.directory))
    assert (Preprocessing.load(tmp_path).mean, Preprocessing.load(tmp_path).std) == (theirs.mean, theirs.std)
    assert Preprocessing.load(tmp_path / "own").mean != theirs.mean


@pytest.mark.slow
def test_levels_learn_one_after_the_other(spec: RunSpec, trainer: Trainer, tmp_path: Path) -> None:
    """After as many epochs as a level has to wait it still has its weights; statistics are frozen here."""
    values = {"unfreeze": 1, "freeze_statistics": True}
    reached = []
    for epochs in (1, 2, 3):
        train(replace(spec, parameters={**values, "epochs": epochs}), tmp_path / str(epochs), trainer)
        reached.append(changed(tmp_path / str(epochs), spec))
    stage3 = {name for name in layers(tmp_path / "1", spec) if name.startswith("stage3")}
    stage2 = {name for name in layers(tmp_path / "1", spec) if name.startswith("stage2")}
    assert reached == [{"logits"}, {"logits", *stage3}, {"logits", *stage3, *stage2}]


@pytest.mark.slow
def test_statistics_stay_where_they_are_to_and_scale_and_offset_learn(
    spec: RunSpec, trainer: Trainer, tmp_path: Path
) -> None:
    assert spec.weights is not None
    before = layers(Path(spec.weights.directory), spec)["stem_bn"]
    for frozen in (True, False):
        train(replace(spec, parameters={"freeze_statistics": frozen, "epochs": 1}), tmp_path / str(frozen), trainer)
        after = layers(tmp_path / str(frozen), spec)["stem_bn"]
        assert [np.array_equal(a, b) for a, b in zip(before, after, strict=True)] == [False, False, frozen, frozen]


@pytest.mark.parametrize(
    "values", [pytest.param(GRADUAL, marks=pytest.mark.slow), {"freeze": True}], ids=["unfrozen gradually", "frozen"]
)
def test_a_run_that_was_cut_in_the_middle_of_an_epoch_ends_as_if_it_had_not(
    values: dict[str, Any], spec: RunSpec, small_segments: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = replace(spec, parameters=values)
    whole = outcome_of(tmp_path / "whole", spec, train(spec, tmp_path / "whole"))
    cut_in_the_tenth_step(spec, tmp_path / "cut")
    again = Path(shutil.copytree(tmp_path / "cut", tmp_path / "again"))
    assert outcome_of(again, spec, train(spec, again)) == whole
    if "unfreeze" in values:
        assert outcome_of(tmp_path / "cut", spec, without("epoch_steps", spec, tmp_path / "cut", monkeypatch)) != whole


def cut_in_the_tenth_step(spec: RunSpec, directory: Path) -> None:
    """Eight steps are committed, two of them of the second epoch, in which the topmost level begins to learn."""
    with dying(10):
        train(spec, directory)
    assert len(committed_rows(directory)) == 1
    assert max(int(path.name) for path in (directory / CHECKPOINTS).glob("0*")) == 8


def without(name: str, spec: RunSpec, directory: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Resumed with one variable of the optimizer as a new optimizer has it: one."""
    restore = Graph.restore

    def lacking(graph: Graph, state: Any) -> None:
        restore(graph, state)
        next(v for v in graph.optimizer.variables if v.name == name).assign(1.0)

    monkeypatch.setattr(Graph, "restore", lacking)
    return train(spec, directory)


def test_weights_that_changed_since_they_were_chosen_are_refused(
    spec: RunSpec, trainer: Trainer, tmp_path: Path
) -> None:
    assert spec.weights is not None
    moved = Path(shutil.copytree(spec.weights.directory, tmp_path / "origin"))
    (moved / WEIGHTS).write_bytes((moved / WEIGHTS).read_bytes() + b"!")
    with pytest.raises(
        Refusal, match=r"the weights of early/one/net/shared/final/0 are not those that this run was to"
    ):
        train(replace(spec, weights=replace(spec.weights, directory=str(moved))), tmp_path / "run", trainer)


def test_weights_of_another_network_are_refused(spec: RunSpec, trainer: Trainer, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"the weights of early/one/net/shared/final/0 are of a resnet8 .* width"):
        train(replace(spec, options={"width": 0.5}), tmp_path, trainer)


def test_another_runs_weights_make_another_run(spec: RunSpec) -> None:
    assert spec.weights is not None
    random, moved = replace(spec, weights=None), replace(spec.weights, directory="/elsewhere")
    others = [random, replace(spec, weights=replace(spec.weights, sha256="0")), replace(spec, weights=moved)]
    first, *digests = [other.digest("data", "graph") for other in (spec, *others)]
    assert [digest == first for digest in digests] == [False, False, True]
    assert "weights" not in random.identity("data")
    assert RunSpec.from_mapping(spec.as_mapping()) == spec
