"""Attention, windows and merged patches, against what the formulas say place by place."""

from __future__ import annotations

import numpy as np
import pytest

from suite.models.blocks.transformer import SelfAttention, WindowAttention
from suite.models.families.swin import PatchMerging

HEADS, SIZE = 2, 3


def attended_to(qkv: np.ndarray, query: tuple, keys: list[tuple], biases: list[np.ndarray]) -> np.ndarray:
    """What one place gets from `keys`, of an image's qkv (..., 3 * HEADS * SIZE): equation 1, head by head."""
    split = qkv.reshape(*qkv.shape[:-1], 3, HEADS, SIZE)
    outputs = []
    for head in range(HEADS):
        scores = [split[query][0, head] @ split[key][1, head] / SIZE**0.5 + bias[head]
                  for key, bias in zip(keys, biases, strict=True)]  # fmt: skip
        weights = np.exp(scores) / np.exp(scores).sum()
        outputs.append(sum(weight * split[key][2, head] for weight, key in zip(weights, keys, strict=True)))
    return np.concatenate(outputs)


def test_every_token_looks_at_every_other() -> None:
    qkv = np.random.default_rng(0).normal(size=(2, 5, 3 * HEADS * SIZE)).astype("float32")
    found = np.array(SelfAttention(HEADS)(qkv))
    tokens = [(token,) for token in range(5)]
    for image in range(2):
        for token in tokens:
            wanted = attended_to(qkv[image], token, tokens, [np.zeros(HEADS)] * 5)
            np.testing.assert_allclose(found[image][token], wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "window", "shift"),
    [
        ((4, 6), (2, 3), (0, 0)),
        ((4, 6), (2, 3), (1, 1)),
        ((5, 7), (2, 3), (0, 0)),  # windows that reach over the edge
        ((5, 7), (2, 3), (1, 1)),
        ((2, 6), (2, 3), (0, 1)),  # one window high: nothing moves that way
    ],
)
def test_places_look_at_their_neighbours_in_the_window(
    shape: tuple[int, int], window: tuple[int, int], shift: tuple[int, int]
) -> None:
    """Moved windows begin before the edge; a learned bias belongs to each way from one place to another."""
    qkv = np.random.default_rng(0).normal(size=(1, *shape, 3 * HEADS * SIZE)).astype("float32")
    layer = WindowAttention(HEADS, window, shift)
    layer.build(qkv.shape)
    table = np.random.default_rng(1).normal(size=layer.table.shape).astype("float32")
    layer.table.assign(table)
    found = np.array(layer(qkv))[0]
    ways = table.reshape(HEADS, 2 * window[0] - 1, 2 * window[1] - 1)
    places = list(np.ndindex(*shape))

    def number(place: tuple[int, ...]) -> tuple[int, ...]:
        """Of the window that a place lies in; what wraps round the edge is in one of its own, -1."""
        return tuple((at - step) // length for at, step, length in zip(place, shift, window, strict=True))

    for place in places:
        seen = [other for other in places if number(other) == number(place)]
        biases = [ways[:, place[0] - row + window[0] - 1, place[1] - column + window[1] - 1] for row, column in seen]
        wanted = attended_to(qkv[0], place, seen, biases)
        np.testing.assert_allclose(found[place], wanted, rtol=1e-4, atol=1e-5)


def test_merging_lays_the_pixels_of_a_square_on_top_of_each_other_row_by_row() -> None:
    image = np.arange(3 * 4 * 2, dtype="float32").reshape(1, 3, 4, 2)
    found = np.array(PatchMerging(2)(image))
    assert found.shape == (1, 2, 2, 8)
    np.testing.assert_array_equal(found[0, 0, 1], np.concatenate([image[0, 0, 2:].ravel(), image[0, 1, 2:].ravel()]))
    np.testing.assert_array_equal(found[0, 1, 0], [*image[0, 2, :2].ravel(), 0, 0, 0, 0])  # below the edge
