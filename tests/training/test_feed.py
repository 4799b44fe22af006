"""The order of an epoch, rows of one shape, and what the host gathers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from suite.training.feed import Feed, epoch_order, evaluation_rows, feed

INDEX = np.arange(100, 123)


def test_order_depends_on_seed_and_epoch_alone() -> None:
    first = epoch_order(INDEX, 5, seed=1, epoch=0)
    np.random.default_rng(0).random(7)
    np.testing.assert_array_equal(first, epoch_order(INDEX, 5, seed=1, epoch=0))
    assert not np.array_equal(first, epoch_order(INDEX, 5, seed=1, epoch=1))
    assert not np.array_equal(first, epoch_order(INDEX, 5, seed=2, epoch=0))


def test_an_epoch_takes_each_image_at_most_once_and_leaves_out_others_the_next_time() -> None:
    epochs = [epoch_order(INDEX, 5, 1, epoch) for epoch in range(20)]
    for order in epochs:
        assert order.shape == (4, 5)
        assert len(np.unique(order)) == 20
        assert np.isin(order, INDEX).all()
    assert len(np.unique(np.concatenate(epochs))) == len(INDEX)


def test_evaluation_rows_hold_all_in_order_and_fill_up_with_the_last() -> None:
    rows = evaluation_rows(INDEX, 10)
    assert rows.shape == (3, 10)
    np.testing.assert_array_equal(rows.ravel()[:23], INDEX)
    assert (rows.ravel()[23:] == 122).all()


def test_images_are_gathered_with_repetitions_and_targets() -> None:
    images = np.arange(200, dtype=np.uint8).reshape(200, 1, 1, 1)
    targets = {"label": np.arange(200, dtype=np.int32) % 7, "box": np.arange(800, dtype=np.float32).reshape(200, 4)}
    rows = np.array([[5, 3, 5], [9, 0, 1]], dtype="int32")
    fed = Feed(images, rows, 11, targets)
    (inputs,) = fed[1]
    assert len(fed) == 2
    np.testing.assert_array_equal(inputs["image"][0, :, 0, 0, 0], rows[1])
    np.testing.assert_array_equal(fed[0][0]["image"][0, :, 0, 0, 0], rows[0])
    assert set(inputs["targets"]) == set(targets)
    for name, values in targets.items():
        np.testing.assert_array_equal(inputs["targets"][name], values[rows[1]][None])
    assert inputs["step"].tolist() == [12]
    assert "targets" not in Feed(images, rows, 11, None)[0][0]


@pytest.mark.parametrize("on_device", [True, False])
def test_tensorflow_gets_the_rows_in_order_from_a_pipeline_that_does_not_tune_itself(on_device: bool) -> None:
    images, labels = np.arange(200, dtype=np.uint8).reshape(200, 1, 1, 1), np.arange(200, dtype=np.int32)
    rows = np.array([[5, 3], [9, 0], [1, 1]], "int32")
    data = feed(None if on_device else images, rows, 4, {"label": labels})["x"]
    assert data.options().autotune.enabled is False
    assert len(data) == 3
    for (inputs,), row, step in zip(data, rows, (4, 5, 6), strict=True):
        own = inputs["targets"]["label"]
        assert inputs["step"].numpy().tolist() == [step]
        np.testing.assert_array_equal(own[0], row)
        np.testing.assert_array_equal(inputs["index"][0] if on_device else inputs["image"][0, :, 0, 0, 0], row)
        assert own.shape.is_fully_defined()  # one shape for all rows, known while tracing


@pytest.mark.parametrize("on_device", [True, False])
def test_predicting_is_fed_without_targets(on_device: bool) -> None:
    images = np.arange(200, dtype=np.uint8).reshape(200, 1, 1, 1)
    rows = np.array([[5, 3], [9, 0]], "int32")
    for (inputs,) in feed(None if on_device else images, rows, 0, None)["x"]:
        assert set(inputs) == {"step", "index", *([] if on_device else ["image"])}


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="the system does not tell")
def test_a_memory_map_is_read_without_its_neighbours(tmp_path: Path) -> None:
    path = tmp_path / "images.npy"
    np.save(path, np.zeros((64, 32, 32, 3), np.uint8))
    images = np.load(path, mmap_mode="r")

    def flags() -> list[str]:
        of_map = Path("/proc/self/smaps").read_text().partition(str(path))[2]
        return of_map.partition("VmFlags:")[2].partition("\n")[0].split()

    assert "rr" not in flags()
    feed(images, np.arange(64, dtype="int32").reshape(8, 8), 0, None)
    assert "rr" in flags(), "random reads"
