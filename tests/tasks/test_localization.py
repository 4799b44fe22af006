"""Overlaps, losses and scores of a handful of boxes that a reader can check by hand."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from keras import ops

from suite import tasks
from suite.core.directories import PREDICTIONS
from suite.tasks.localization import METRICS, SPREAD, box_loss, overlap_curve, overlaps, overlaps_of
from suite.tasks.task import figures

TASK = tasks.get("localization")

TRUTH = np.array([[0, 0, 1, 1], [0, 0, 0.5, 0.5], [0.5, 0.5, 1, 1], [0, 0, 0.5, 1], [0.2, 0.2, 0.4, 0.4]])
FOUND = np.array([[0, 0, 1, 1], [0, 0, 0.5, 0.25], [0, 0, 0.5, 0.5], [0.25, 0, 0.5, 1], [0.4, 0.4, 0.2, 0.2]])
TRUTH, FOUND = TRUTH.astype("float32"), FOUND.astype("float32")
IOU = [1, 0.5, 0, 0.5, 0]


def outputs(classes: list[int], boxes: np.ndarray = FOUND, among: int = 8) -> np.ndarray:
    """What a network gives that is sure of these classes and boxes."""
    return np.concatenate([9.0 * np.eye(among, dtype=np.float32)[classes], boxes], axis=1)


def test_overlaps_by_hand_on_the_host_and_on_the_device() -> None:
    np.testing.assert_allclose(overlaps_of(FOUND.astype(float), TRUTH.astype(float)), IOU)
    found = ops.convert_to_numpy(overlaps(ops.convert_to_tensor(FOUND), ops.convert_to_tensor(TRUTH)))
    np.testing.assert_allclose(found, IOU, atol=1e-6)
    thirds = overlaps_of(np.array([[0, 0, 0.5, 1.0]]), np.array([[0.25, 0, 0.75, 1]]))
    assert thirds.item() == pytest.approx(1 / 3)


def test_smooth_l1_is_a_square_near_and_a_line_far_and_leaves_out_what_left_the_view() -> None:
    truth = np.array([[0.2, 0.2, 0.8, 0.8], [0, 0, 0, 0]], np.float32)
    found = truth + SPREAD * np.array([[0.5, -1, 3, 0], [9, 9, 9, 9]], np.float32)
    assert float(box_loss(found[:1], truth[:1])) == pytest.approx(0.125 + 0.5 + 2.5 + 0, rel=1e-5)
    assert float(box_loss(found, truth)) == pytest.approx((0.125 + 0.5 + 2.5 + 0) / 2, rel=1e-5)
    assert float(box_loss(found[1:], truth[1:])) == 0


def test_a_batch_that_is_trained_in_parts_has_the_mean_of_their_losses() -> None:
    truth = TRUTH[:4].copy()
    truth[1] = 0  # left the view: one part has more to see than the other
    whole = float(box_loss(FOUND[:4] + 0.1, truth))
    halves = [float(box_loss(FOUND[some] + 0.1, truth[some])) for some in (slice(0, 2), slice(2, 4))]
    assert whole == pytest.approx(np.mean(halves), rel=1e-5)


def test_right_is_class_and_half_the_box() -> None:
    labels = np.array([0, 1, 2, 3, 4], np.int32)
    seen = TASK.evaluate(outputs([0, 1, 2, 7, 4]), {"label": labels, "box": TRUTH})
    scores = TASK.scores(seen.arrays(), labels, 8)
    assert scores["hit"].tolist() == [True, True, True, False, True]
    assert scores["localized"].tolist() == [True, True, False, False, False]
    assert scores["top5_localized"].tolist() == [True, True, False, True, False], "a class behind four others"
    np.testing.assert_allclose(scores["iou"], IOU)
    assert set(TASK.scores(seen.arrays(), labels, 5)) == {"localized", "hit", "iou"}
    found = figures(TASK, seen, "test")
    assert found["test_localization_accuracy"] == pytest.approx(2 / 5)
    assert found["test_top5_localization_accuracy"] == pytest.approx(3 / 5)
    assert found["test_accuracy"] == pytest.approx(4 / 5)
    assert found["test_mean_iou"] == pytest.approx(2 / 5)


def test_the_hosts_loss_is_the_steps() -> None:
    labels = np.array([0, 1, 2, 3, 4], np.int32)
    given, targets = outputs([0, 1, 2, 7, 4]), {"label": labels, "box": TRUTH}
    seen = TASK.evaluate(given, targets)
    counted = TASK.step_metrics(ops.convert_to_tensor(given), targets)
    assert float(counted["loss"]) == pytest.approx(seen.loss, rel=1e-5)
    assert float(counted["accuracy"]) == pytest.approx(4 / 5)
    assert float(counted["localization_accuracy"]) == pytest.approx(2 / 5)
    assert set(counted) == set(TASK.counted)


def test_of_what_left_the_view_the_class_alone_counts() -> None:
    targets = {"label": np.array([0, 1], np.int32), "box": np.zeros((2, 4), np.float32)}
    counted = TASK.step_metrics(ops.convert_to_tensor(outputs([0, 7], FOUND[:2])), targets)
    assert float(counted["localization_accuracy"]) == pytest.approx(1 / 2)


def test_each_target_has_its_part_of_the_outputs() -> None:
    given = outputs([0, 1, 2, 7, 4])
    answers = TASK.answers(given)
    assert set(TASK.boxes) < set(answers)
    np.testing.assert_array_equal(answers["label"].argmax(axis=1), [0, 1, 2, 7, 4])
    np.testing.assert_array_equal(answers["box"], FOUND)
    assert list(tasks.get("classification").answers(given)) == ["label"]


def test_it_declares_what_it_measures() -> None:
    labels = np.arange(5, dtype=np.int32)
    seen = TASK.evaluate(outputs([0, 1, 2, 7, 4]), {"label": labels, "box": TRUTH})
    found = figures(TASK, seen, "val") | figures(TASK, seen, "test")
    assert set(found) == {metric.name for metric in METRICS if metric.compute}
    assert TASK.selection in {metric.name for metric in METRICS if metric.part == "val"}
    assert {f"train_{name}" for name in TASK.counted} == {metric.name for metric in METRICS if metric.part == "train"}
    scores = TASK.scores(seen.arrays(), labels, 8)
    named = [metric for metric in METRICS if metric.score]
    assert {metric.name for metric in named} >= set(TASK.judged)
    for metric in named:
        assert scores[metric.score or ""].mean() == pytest.approx(found[metric.name])
    assert {"train_loss", "val_loss"} <= {metric.name for metric in METRICS}
    assert {*TASK.kept, *TASK.shared} == {*seen.arrays(), "picture"}


def test_no_overlap_is_rounded_up_to_a_half_by_a_record() -> None:
    truth = np.array([[0, 0, 1, 1]], np.float32)
    found = np.array([[0, 0, 1, 0.49999]], np.float32)
    seen = TASK.evaluate(outputs([0], found), {"label": np.zeros(1, np.int32), "box": truth})
    assert np.float16(0.49999) == 0.5
    kept = {name: array.astype(np.float16) if name == "iou" else array for name, array in seen.arrays().items()}
    assert not TASK.scores(kept, np.zeros(1, np.int32), 8)["localized"].any()
    assert seen.iou.item() == np.float16(seen.iou.item())


def test_targets_are_fractions_of_the_sides() -> None:
    boxes = np.array([[8, 4, 16, 32]], np.float32)
    data = SimpleNamespace(
        input_shape=(32, 16, 3), labels=np.zeros(1, np.int32), targets=SimpleNamespace(arrays={"box": boxes})
    )
    np.testing.assert_allclose(TASK.targets(data)["box"], [[0.5, 0.125, 1, 1]])


def test_the_overlap_curve_falls_from_the_right_classes() -> None:
    thresholds, shares = overlap_curve(np.array([1, 0.5, 0.2, 0.9]), np.array([True, True, True, False]), steps=4)
    assert thresholds.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert shares.tolist() == [3 / 4, 2 / 4, 2 / 4, 1 / 4, 1 / 4]


def test_a_store_gets_the_confusions_and_the_curve(tmp_path: Path) -> None:
    assert TASK.artifacts(tmp_path) == {}
    seen = TASK.evaluate(outputs([0, 1, 2, 7, 4]), {"label": np.arange(5, dtype=np.int32), "box": TRUTH})
    np.savez(tmp_path / PREDICTIONS, **seen.arrays())  # type: ignore[arg-type]
    shown = TASK.artifacts(tmp_path)
    assert set(shown) == {"confusion_matrix.csv", "confusion_matrix.png", "overlaps.csv"}
    lines = str(shown["overlaps.csv"]).splitlines()
    assert lines[0] == "least_overlap,share_right"
    assert lines[1] == "0.00,0.8000"
    assert lines[11] == "0.50,0.4000"
