"""Figures by name: what they are called, and that no two are called the same."""

from __future__ import annotations

from typing import get_args

import pytest

from suite import tasks
from suite.core.evaluation import metrics
from suite.core.metrics import CLOCKS, COSTS, PARTS, SIZES, Better, Unit, by_name, measured, of_part

EVERY = [*SIZES, *COSTS, *CLOCKS, *(metric for name in tasks.names() for metric in tasks.get(name).metrics)]


def test_a_measure_is_named_after_the_images_and_tested_images_alone_have_scores() -> None:
    val, test = measured("accuracy", "fraction", "higher", "Accuracy", lambda seen: seen, score="hit")
    assert (val.name, val.part, val.measure, val.score) == ("val_accuracy", "val", "accuracy", None)
    assert (test.name, test.part, test.measure, test.score) == ("test_accuracy", "test", "accuracy", "hit")
    (bare,) = measured("calibration_error", "fraction", "lower", "Error", lambda seen: seen, ("test",), bare=True)
    assert (bare.name, bare.part) == ("calibration_error", "test")


@pytest.mark.parametrize("metric", EVERY, ids=lambda metric: metric.name)
def test_every_declared_figure_has_a_unit_a_direction_and_a_heading(metric: object) -> None:
    assert metric.unit in get_args(Unit)
    assert metric.better is None or metric.better in get_args(Better)
    assert metric.heading
    assert metric.part is None or metric.part in PARTS
    assert (metric.part is None) == (metric.measure == "")


@pytest.mark.parametrize("name", tasks.names())
def test_no_two_figures_of_a_run_have_one_name(name: str) -> None:
    metrics = [*SIZES, *COSTS, *CLOCKS, *tasks.get(name).metrics]
    assert len(by_name(metrics)) == len(metrics)


def test_the_figures_of_a_part_keep_their_order() -> None:
    metrics = tasks.get("classification").metrics
    validation = [metric.name for metric in of_part(metrics, "val")]
    assert validation[:3] == ["val_accuracy", "val_top5_accuracy", "val_loss"]
    for part in PARTS:
        assert of_part(metrics, part) == [metric for metric in metrics if metric.part == part]
    assert {metric.part for metric in metrics} == set(PARTS)


def test_fractions_lie_between_none_and_all_and_losses_are_not_below_zero() -> None:
    named = by_name(EVERY)
    assert named["calibration_error"].bounds == (0.0, 1.0)
    assert named["test_loss"].bounds == (0.0, float("inf"))
    assert named["images_per_second"].bounds == (-float("inf"), float("inf"))
    (figure, mce, kind) = metrics(["fog"], "mlp")
    assert figure.bounds == kind.bounds == (0.0, 1.0)
    assert mce.bounds == (0.0, float("inf"))
