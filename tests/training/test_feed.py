"""The order of an epoch, rows of one shape, and what the host gathers."""

from __future__ import annotations

import numpy as np

from suite.training.feed import HostFeed, epoch_order, evaluation_rows, feed

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


def test_host_feed_gives_the_rows_images_and_labels_with_repetitions() -> None:
    images, labels = np.arange(200, dtype=np.uint8).reshape(200, 1, 1, 1), np.arange(200, dtype=np.int32) % 7
    rows = np.array([[5, 3, 5], [9, 0, 1]], dtype="int32")
    fed = HostFeed(images, rows, np.array([11, 12], "int32"), labels)
    inputs, own = fed[1]
    assert len(fed) == 2
    np.testing.assert_array_equal(inputs["image"][0, :, 0, 0, 0], rows[1])
    np.testing.assert_array_equal(fed[0][0]["image"][0, :, 0, 0, 0], rows[0])
    np.testing.assert_array_equal(own, labels[rows[1]][None])
    assert inputs["step"].tolist() == [12]


def test_positions_are_enough_where_the_device_holds_the_images() -> None:
    labels = np.arange(200, dtype=np.int32)
    fed = feed(None, np.array([[5, 3], [9, 0]], "int32"), 4, labels)
    assert fed["x"]["step"].tolist() == [4, 5]
    np.testing.assert_array_equal(fed["y"], [[5, 3], [9, 0]])
