"""DropBlock against a loop over its squares, equation 1 by hand, and its place in the nets; on either backend."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from suite.models import ArchitectureError, build_outline
from suite.models.blocks.drop_block import DropBlock, gamma
from suite.models.training_progress import telling, training_progress

MAPS = np.random.default_rng(0).normal(3.0, 1.0, (4, 9, 6, 5)).astype("float32")


def dropped(layer: DropBlock, maps: np.ndarray = MAPS) -> np.ndarray:
    return np.array(ops.convert_to_numpy(layer(maps, training=True)))


def by_hand(maps: np.ndarray, rate: float, side: int, seed: int) -> np.ndarray:
    """Algorithm 1, square by square, with the numbers that a fresh generator of this seed draws."""
    images, height, width, channels = maps.shape
    corners = (images, height - side + 1, width - side + 1, channels)
    uniform = ops.convert_to_numpy(keras.random.uniform(corners, seed=keras.random.SeedGenerator(seed)))
    likely = rate / side**2 * height * width / ((height - side + 1) * (width - side + 1))
    mask = np.ones(maps.shape)
    for image, row, column, channel in np.argwhere(uniform < likely):
        mask[image, row : row + side, column : column + side, channel] = 0
    return np.stack([image * kept * (kept.size / kept.sum()) for image, kept in zip(maps, mask, strict=True)])


@pytest.mark.parametrize("side", [1, 2, 3, 6])
def test_squares_are_those_of_the_algorithm(side: int) -> None:
    found, expected = dropped(DropBlock(0.3, side, "constant", seed=7)), by_hand(MAPS, 0.3, side, 7)
    assert 0.05 < (expected == 0).mean() < 0.5
    assert len(np.unique((expected == 0).mean((1, 2, 3)))) > 1, "images have masks of their own"
    assert not np.array_equal(expected[..., 0] == 0, expected[..., 1] == 0), "and so have channels"
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_gamma_is_equation_1() -> None:
    """By hand, for keep_prob 0.9, block_size 7 and a map of 14x14: 0.1 / 49 * 196 / 64."""
    assert gamma(0.1, 7, 14, 14) == pytest.approx(0.00625)
    assert gamma(0.1, 1, 14, 20) == pytest.approx(0.1), "squares of one pixel are dropout"


def test_about_the_rate_is_dropped() -> None:
    maps = np.ones((200, 14, 14, 8), "float32")
    for side, least in ((1, 0.097), (7, 0.085)):  # squares may lie on one another
        share = (dropped(DropBlock(0.1, side, "constant", seed=1), maps) == 0).mean()
        assert least < share < 0.103


def test_a_map_smaller_than_a_square_is_dropped_as_a_whole_or_not_at_all() -> None:
    maps = np.ones((50, 3, 3, 4), "float32")
    found = dropped(DropBlock(0.5, 7, "constant", seed=1), maps).reshape(50, 9, 4)
    assert ((found == 0).all(1) | (found > 0).all(1)).all()
    assert 0.3 < (found == 0).mean() < 0.7


def test_where_nothing_is_kept_there_are_zeros() -> None:
    maps = np.ones((200, 2, 2, 1), "float32")
    found = dropped(DropBlock(0.9, 2, "constant", seed=1), maps)
    assert np.isfinite(found).all()
    assert set(np.unique(found)) == {0.0, 1.0}


def test_prediction_leaves_the_map() -> None:
    layer = DropBlock(0.5, 3)
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(MAPS, training=False)), MAPS)


def test_the_linear_schedule_reaches_the_rate_with_the_training() -> None:
    assert training_progress() == 1.0
    for progress in (0.0, 0.25, 1.0):
        with telling(ops.convert_to_tensor(progress)):
            found, steady = dropped(DropBlock(0.4, 2, seed=3)), dropped(DropBlock(0.4, 2, "constant", seed=3))
        np.testing.assert_allclose(found, by_hand(MAPS, 0.4 * progress, 2, 3), rtol=1e-5)
        np.testing.assert_allclose(steady, by_hand(MAPS, 0.4, 2, 3), rtol=1e-5)
    assert training_progress() == 1.0


def test_each_call_draws_anew_and_the_state_says_what() -> None:
    layer = DropBlock(0.3, 2, "constant", seed=3)
    first, second = dropped(layer), dropped(layer)
    assert not np.array_equal(first, second)
    (state,) = layer.variables
    state.assign(ops.convert_to_numpy(DropBlock(0.3, 2, seed=3).variables[0]))
    np.testing.assert_array_equal(dropped(layer), first)
    assert layer.weights == []


def test_counts_are_exact_in_half_precision() -> None:
    """bfloat16 has 8 bits: summed in it, 4,000 kept numbers would be about 256."""
    maps = np.ones((2, 32, 32, 4), "float32")
    layer = DropBlock(0.1, 3, "constant", seed=1, dtype="mixed_bfloat16")
    found = np.array(ops.convert_to_numpy(ops.cast(layer(maps, training=True), "float32")))
    for image in found:
        assert image.max() == pytest.approx(image.size / (image > 0).sum(), rel=2**-8)


def test_its_configuration_gives_it_back() -> None:
    layer = DropBlock(0.3, 5, "constant", seed=2)
    again = DropBlock.from_config(layer.get_config())
    np.testing.assert_array_equal(dropped(again), dropped(layer))


@pytest.mark.parametrize(("rate", "side"), [(1.0, 3), (-0.1, 3), (0.1, 0)])
def test_wrong_numbers_are_refused(rate: float, side: int) -> None:
    with pytest.raises(ValueError, match="DropBlock"):
        DropBlock(rate, side)


@pytest.mark.parametrize(
    ("name", "per_block", "blocks"),
    [("resnet8", 3, 2), ("resnet18", 3, 4), ("resnet50", 4, 9), ("preact_resnet18", 3, 4)],
)
def test_it_stands_behind_everything_in_the_last_two_stages(name: str, per_block: int, blocks: int) -> None:
    """As in the authors' code: each normalized map and the shortcut; in the stage before the last a quarter of it."""
    net = build_outline(name, (32, 32, 3), 10, drop_block=0.2, block_size=3, drop_block_schedule="constant")
    found = [layer for layer in net.layers if isinstance(layer, DropBlock)]
    stages = sorted({layer.name.partition("_")[0] for layer in found})
    assert len(found) == per_block * blocks
    assert len(stages) == 2
    assert f"stage{int(stages[1][-1]) + 1}_block1_add" not in {layer.name for layer in net.layers}, "the last ones"
    for layer in found:
        assert layer.rate == (0.2 if layer.name.startswith(stages[1]) else 0.05)
        assert (layer.block_size, layer.schedule) == (3, "constant")


def test_what_the_options_do_not_take_is_refused() -> None:
    def refused(**options: Any) -> str:
        with pytest.raises(ArchitectureError) as error:
            build_outline("resnet20", (32, 32, 3), 10, **options)
        return str(error.value)

    assert "rate of at least 0 and below 1" in refused(drop_block=1.0)
    assert "block_size is the side in pixels" in refused(block_size=0)
    assert "one of linear, constant" in refused(drop_block_schedule="cosine")
