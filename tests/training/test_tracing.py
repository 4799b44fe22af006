"""Graphs are kept by structure, traced once, and started from the seed alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from suite.training.device import to_numpy
from suite.training.preprocessing import Preprocessing
from suite.training.tracing import KEPT, Graphs, structure
from tests.training.conftest import MakeSpec

SHAPE, CLASSES = (32, 32, 1), 10


def test_what_a_search_tries_is_no_structure_and_what_changes_the_graph_is(make_spec: MakeSpec) -> None:
    def key(**recipe: object) -> str:
        return structure(make_spec(recipe), SHAPE, CLASSES)

    same = {"learning_rate": 0.3, "weight_decay": 1e-3, "warmup": 0.3, "epochs": 9, "label_smoothing": 0.3}
    assert key(**same) == key()
    changes = [{"flip": False}, {"shift": 1}, {"shift_padding": "reflect"}, {"batch_size": 16}, {"cutout": 1}]
    changes += [{"weight_decay": 0}, {"schedule": "constant"}, {"momentum": 0.5}, {"nesterov": False}]
    assert len({key(), *(key(**change) for change in changes)}) == len(changes) + 1


def test_all_else_that_makes_a_graph_is_structure_and_what_only_sets_values_is_not(make_spec: MakeSpec) -> None:
    spec = make_spec()
    base = structure(spec, SHAPE, CLASSES)
    others = [{"architecture": "mlp"}, {"options": {}}, {"precision": "mixed_bfloat16"}]
    found = {structure(replace(spec, **change), SHAPE, CLASSES) for change in others}
    found |= {structure(spec, (28, 28, 1), CLASSES), structure(spec, SHAPE, 11)}
    assert len(found | {base}) == 6
    values = [{"seeds": {**spec.seeds, "initial": 8}}, {"final": False}, {"train_on_validation": True}, {"threads": 1}]
    assert {structure(replace(spec, **change), SHAPE, CLASSES) for change in values} == {base}


def test_initial_values_depend_on_the_seed_and_not_on_what_was_built_before(make_spec: MakeSpec) -> None:
    spec = make_spec()
    other = replace(spec, seeds={**spec.seeds, "initial": 5})
    graphs = Graphs()
    graph, first = graphs.take(spec, SHAPE, CLASSES, None)
    same, second = graphs.take(other, SHAPE, CLASSES, None)
    again, third = graphs.take(spec, SHAPE, CLASSES, None)
    assert graph is same is again
    assert all(np.array_equal(a, b) for a, b in zip(first, third, strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert [value.shape for value in first] == [to_numpy(v).shape for v in graph.net.variables]


def test_a_run_is_brought_to_its_start_whatever_the_graph_did_before(make_spec: MakeSpec) -> None:
    spec, graphs = make_spec(), Graphs()
    graph, initial = graphs.take(spec, SHAPE, CLASSES, None)
    preprocessing = Preprocessing((0.5,), (0.25,), SHAPE, tuple("0123456789"))
    graph.set(initial, spec, preprocessing, 20)
    first = graph.state()
    graph.restore({name: value + 1 for name, value in first.items()})
    graph.set(initial, spec, preprocessing, 20)
    again = graph.state()
    assert first.keys() == again.keys()
    for name, value in first.items():
        np.testing.assert_array_equal(again[name], value)


def test_only_a_few_are_kept_and_other_images_make_another(make_spec: MakeSpec) -> None:
    graphs, spec = Graphs(), make_spec()
    first, _ = graphs.take(spec, SHAPE, CLASSES, None)
    for size in range(8, 8 + KEPT):
        graphs.take(make_spec({"batch_size": size}), SHAPE, CLASSES, None)
    assert graphs.take(spec, SHAPE, CLASSES, None)[0] is not first
    assert len(graphs._kept) == KEPT
    known, _ = graphs.take(spec, SHAPE, CLASSES, None)
    assert graphs.take(spec, SHAPE, CLASSES, object())[0] is not known


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_state_round_trip(make_spec: MakeSpec, precision: str) -> None:
    graph, _ = Graphs().take(make_spec(precision=precision), SHAPE, CLASSES, None)
    state = graph.state()
    assert {value.dtype.name for value in state.values()} <= {"float32", "int32", "int64", "uint32"}
    changed = {name: value + 1 for name, value in state.items()}
    graph.restore(changed)
    for name, value in graph.state().items():
        np.testing.assert_array_equal(value, changed[name])


@pytest.mark.parametrize("epochs", [0.5, 1, 2.5, 9.95, 10.05])
def test_an_epoch_has_its_steps_however_the_last_part_was_rounded(make_spec: MakeSpec, epochs: float) -> None:
    """Six batches: 59.7 and 60.3 steps are 60."""
    spec = make_spec({"epochs": epochs})
    graph, initial = Graphs().take(spec, SHAPE, CLASSES, None)
    graph.set(initial, spec, Preprocessing((0.5,), (0.25,), SHAPE, tuple("0123456789")), round(6 * epochs))
    assert int(to_numpy(graph.step.epoch_steps)) == 6
