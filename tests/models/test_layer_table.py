"""The layer table: shapes, counts and receptive fields, against the articles' worked examples."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import layers

from suite.models import build
from suite.models.blocks.layers import squeeze_excite
from suite.models.layer_table import LayerRow, View, layer_table


def table(shape: tuple[int, int, int], *stack: Any) -> list[LayerRow]:
    x = inputs = keras.Input(shape)
    for layer in stack:
        x = layer(x)
    return layer_table(keras.Model(inputs, x))[1:]


def fields(rows: list[LayerRow]) -> list[int | None]:
    return [row.view.field for row in rows]


def test_the_articles_trace_through_three_layers() -> None:
    rows = table(
        (224, 224, 3),
        layers.Conv2D(64, 3, padding="same"), layers.MaxPooling2D(2), layers.Conv2D(128, 3, padding="same"),
    )  # fmt: skip
    assert [row.output_shape for row in rows] == [(224, 224, 64), (112, 112, 64), (112, 112, 128)]
    assert [row.params for row in rows] == [1_792, 0, 73_856]
    assert [row.macs for row in rows] == [224 * 224 * 1_728, 0, 112 * 112 * 73_728]
    assert [row.operation for row in rows] == ["Conv2D 3x3, 64", "MaxPooling2D 2x2/2", "Conv2D 3x3, 128"]


@pytest.mark.refutes("series-doubles")
def test_three_small_filters_see_seven_pixels_and_a_pool_one_more() -> None:
    """One article says 14 after the pool: it doubles the stride, not the field."""
    convolutions = [layers.Conv2D(4, 3, padding="same") for _ in range(3)]
    rows = table((32, 32, 1), *convolutions, layers.MaxPooling2D(2), layers.Conv2D(4, 3))
    assert fields(rows) == [3, 5, 7, 8, 12]
    assert [row.view.stride for row in rows] == [1, 1, 1, 2, 2]


def test_dilation_widens_and_padding_does_not() -> None:
    rows = table(
        (32, 32, 1), layers.ZeroPadding2D(2), layers.Conv2D(4, 3, dilation_rate=2), layers.DepthwiseConv2D(3, 2)
    )
    assert fields(rows) == [1, 5, 7]
    assert rows[-1].view == View(7, 2)


def test_a_transposed_convolution_goes_back_to_a_finer_grid() -> None:
    rows = table((32, 32, 1), layers.Conv2D(4, 2, 2), layers.Conv2DTranspose(4, 4, 2), layers.Conv2D(4, 3))
    assert [row.view for row in rows] == [View(2, 2), View(4, 1), View(6, 1)]


def test_the_widest_path_counts_where_paths_join() -> None:
    inputs = keras.Input((16, 16, 2))
    branch = layers.Conv2D(2, 5, padding="same")(inputs)
    rows = layer_table(keras.Model(inputs, layers.Add()([inputs, branch])))
    assert rows[-1].view.field == 5


@pytest.mark.parametrize("layer", [layers.GlobalAveragePooling2D, layers.Flatten])
def test_what_reads_a_whole_map_sees_everything_from_there_on(layer: Any) -> None:
    rows = table((16, 16, 2), layers.Conv2D(2, 3), layer(), layers.Dense(3, "relu"))
    assert [row.view for row in rows[1:]] == [View(None, None)] * 2
    assert rows[-1].operation == "Dense 3 + relu"


def test_adaptive_pooling_counts_its_widest_window() -> None:
    rows = table((7, 7, 2), layers.AdaptiveAveragePooling2D(4))  # windows 0-2, 1-4, 3-6, 5-7
    assert rows[0].view == View(3, 7 / 4)


def test_published_fields_of_vgg_and_lenet(built) -> None:
    """VGG-16 sees 212 pixels after pool5 (Araujo et al. 2019, table of receptive fields), LeNet-5's C5 all 32."""
    by_name = {row.name: row.view.field for row in layer_table(built("lenet5", (32, 32, 1)))}
    assert [by_name[name] for name in ("c1", "s2", "c3", "s4", "c5")] == [5, 6, 14, 16, 32]
    vgg = {row.name: row.view.field for row in layer_table(built("vgg16"))}
    assert vgg["pool5"] == 212


def test_totals_are_the_models(built) -> None:
    rows = layer_table(built("resnet20"))
    assert sum(row.params for row in rows) == built("resnet20").count_params()
    assert sum(row.macs or 0 for row in rows) == 40_551_040


def test_a_gate_does_not_widen_what_the_gated_map_sees() -> None:
    inputs = keras.Input((16, 16, 4))
    x = layers.Conv2D(8, 3, padding="same")(inputs)
    rows = {row.name: row for row in layer_table(keras.Model(inputs, squeeze_excite(x, 2, name="se")))}
    assert rows["se_mean"].view == View(None, None)
    assert rows["se_scale"].view == View(3, 1)


def test_attention_sees_everything_and_patches_only_themselves() -> None:
    rows = {row.name: row.view.field for row in layer_table(build("vit_ti16", (32, 32, 3), 10))}
    assert rows["stem"] == rows["tokens"] == rows["stage1_block1_qkv"] == 4
    assert rows["stage1_block1_attention"] is None
