from __future__ import annotations

import pytest

from suite.models import build, measure


@pytest.mark.parametrize(
    ("name", "learned", "averages", "dropouts"),
    [
        ("article_cnn", 620_810, 448, [0.5]),
        ("simple_cnn", 1_147_914, 448, [0.25] * 4),
        ("exercise_cnn", 1_070_986, 192, []),
    ],
)
def test_counts_and_dropout_are_as_printed(name: str, learned: int, averages: int, dropouts: list, built) -> None:
    model = built(name)
    assert measure(model).trainable_params == learned
    assert measure(model).params == learned + averages
    assert [layer.rate for layer in model.layers if type(layer).__name__ == "Dropout"] == dropouts


def test_the_first_cnns_head_is_the_same_at_every_size() -> None:
    for size in (28, 32, 64):
        assert build("article_cnn", (size, size, 3), 10).count_params() == 620_810 + 448


def test_the_other_heads_grow_with_the_image() -> None:
    assert build("exercise_cnn", (64, 64, 3), 10).get_layer("hidden").kernel.shape == (64 * 16 * 16, 256)
    assert build("simple_cnn", (28, 28, 1), 10).get_layer("hidden").kernel.shape == (128 * 3 * 3, 512)
