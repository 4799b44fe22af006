"""What articles say of the architectures of the lineage, counted in the networks that the suite builds."""

from __future__ import annotations

from typing import Any

import pytest

from suite.models import build_outline, facts
from suite.models.graph import steps
from suite.models.layer_table import layer_table

pytestmark = pytest.mark.slow


LARGE = (224, 224, 3)


def of_kind(model: Any, *kinds: str) -> list[Any]:
    return [layer for layer in model.layers if type(layer).__name__ in kinds]


def convolutions(model: Any) -> list[Any]:
    return of_kind(model, "Conv2D", "GroupedConv2D")


@pytest.mark.parametrize(
    "name",
    [
        *("lenet5", "alexnet", "alexnet_grouped", "vgg16", "vgg19", "googlenet", "resnet50"),
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("resnet101", "resnet152", "densenet121")),
    ],
)
def test_the_depth_is_that_of_the_longest_path_of_weighted_layers(name: str) -> None:
    longest: list[int] = []
    for step in steps(build_outline(name, LARGE if name != "lenet5" else (32, 32, 1), 10, width=0.1)):
        before = max((longest[source] for source, _ in step.inputs), default=0)
        longest.append(before + (type(step.layer).__name__ in ("Conv2D", "GroupedConv2D", "Dense")))
    assert longest[-1] == facts(name)["depth"]


def test_lenet_has_five_weighted_layers_and_seven_with_its_two_poolings() -> None:
    model = build_outline("lenet5", (32, 32, 1), 10)
    assert [layer.name for layer in convolutions(model)] == ["c1", "c3", "c5"]  # c5 reads a whole map: a dense layer
    assert len(of_kind(model, "AveragePooling2D")) == 2
    assert len(convolutions(model) + of_kind(model, "Dense")) == 5
    assert len(convolutions(model) + of_kind(model, "Dense", "AveragePooling2D")) == 7


def test_alexnet_has_five_convolutions_three_dense_layers_relu_and_dropout() -> None:
    model = build_outline("alexnet", LARGE, 10, width=0.05)
    assert (len(convolutions(model)), len(of_kind(model, "Dense"))) == (5, 3)
    dense = of_kind(model, "Dense")
    relus = len(of_kind(model, "ReLU")) + sum(layer.activation.__name__ == "relu" for layer in dense)
    relus += sum(layer.activation.__name__ == "relu" for layer in convolutions(model))
    assert relus == 7
    assert [layer.rate for layer in of_kind(model, "Dropout")] == [0.5, 0.5]


@pytest.mark.parametrize(("name", "count"), [("vgg16", 13), ("vgg19", 16)])
def test_vgg_has_3x3_convolutions_alone_and_three_dense_layers(name: str, count: int) -> None:
    model = build_outline(name, LARGE, 10, width=0.05)
    assert [layer.kernel_size for layer in convolutions(model)] == [(3, 3)] * count
    assert len(of_kind(model, "Dense")) == 3
    assert len(of_kind(model, "MaxPooling2D")) == 5


@pytest.mark.refutes("module-last-dense", "module-seven-million")
def test_where_vgg16_has_its_parameters() -> None:
    model = build_outline("vgg16", LARGE, 1000)
    first, *_ = convolutions(model)
    assert first.kernel.shape == (3, 3, 3, 64)
    assert (3 * 3 * 3 * 64, first.count_params()) == (1_728, 1_792)  # weights; and with biases
    dense = of_kind(model, "Dense")
    assert [layer.kernel.shape for layer in dense] == [(25_088, 4_096), (4_096, 4_096), (4_096, 1_000)]
    assert [layer.count_params() for layer in dense] == [102_764_544, 16_781_312, 4_097_000]
    assert sum(layer.count_params() for layer in dense) == 123_642_856 > 0.89 * model.count_params()
    assert model.count_params() - 123_642_856 == 14_714_688  # of the convolutions


def test_maps_shrink_and_channels_grow_with_depth() -> None:
    model = build_outline("vgg16", LARGE, 10)
    shapes = [model.get_layer(f"pool{stage}").output.shape[1:] for stage in range(1, 6)]
    assert [shape[0] for shape in shapes] == [112, 56, 28, 14, 7]
    assert [shape[2] for shape in shapes] == [64, 128, 256, 512, 512]
    residual = build_outline("resnet18", LARGE, 10)
    ends = [residual.get_layer(f"stage{stage}_block2_relu").output.shape[1:] for stage in (1, 2, 3, 4)]
    assert ends == [(56, 56, 64), (28, 28, 128), (14, 14, 256), (7, 7, 512)]  # half the sides, twice the channels


@pytest.mark.refutes("images-three-pools")
def test_the_first_articles_trace_ends_in_2048_values_before_a_third_pool() -> None:
    """32, 30, 15, 13, 6, 4 is three convolutions with two pools between them; a third would leave 2x2x128."""
    import keras
    from keras import layers

    x = inputs = keras.Input((32, 32, 3))
    sides = [32]
    for channels, pool in ((32, True), (64, True), (128, False)):
        x = layers.Conv2D(channels, 3)(x)
        sides.append(x.shape[1])
        x = layers.MaxPooling2D(2)(x) if pool else x
        sides += [x.shape[1]] if pool else []
    assert sides == [32, 30, 15, 13, 6, 4]
    assert layers.Flatten()(x).shape[1:] == (2_048,)
    assert layers.Flatten()(layers.MaxPooling2D(2)(x)).shape[1:] == (512,)
    assert keras.Model(inputs, x).output.shape[1:] == (4, 4, 128)


def test_an_inception_module_has_1x1_3x3_5x5_and_a_pool_beside_each_other() -> None:
    model = build_outline("googlenet", LARGE, 10, width=0.1, auxiliary=True)
    module = [layer for layer in model.layers if layer.name.startswith("stage3_block1")]
    kernels = sorted(layer.kernel_size for layer in module if hasattr(layer, "kernel_size"))
    assert kernels == [(1, 1)] * 4 + [(3, 3), (5, 5)]  # a branch, and before 3x3, before 5x5, after the pool
    assert sum(type(layer).__name__ == "MaxPooling2D" for layer in module) == 1
    assert len(model.outputs) == 3  # two auxiliary classifiers


def test_1x1_convolutions_make_what_follows_cheaper() -> None:
    """The second module's 5x5 branch: 256 channels brought to 32 before 96 filters read them."""
    rows = {row.name: row for row in layer_table(build_outline("googlenet", LARGE, 10))}
    names = [name for name in rows if name.startswith("stage3_block2") and "5x5" in name and rows[name].macs]
    assert 0 < sum(rows[name].macs or 0 for name in names) < 0.2 * 28 * 28 * 25 * 256 * 96


def test_residual_nets_end_in_an_average_and_one_dense_layer() -> None:
    for name in ("resnet8", "resnet18"):
        model = build_outline(name, (32, 32, 3), 10, width=0.1)
        assert len(of_kind(model, "Dense")) == 1
        assert type(model.layers[-2]).__name__ == "GlobalAveragePooling2D"


def test_a_vision_transformer_cuts_patches_into_tokens_and_convolves_nothing_else() -> None:
    model = build_outline("vit_b16", LARGE, 10, width=0.1)
    assert [layer.kernel_size for layer in convolutions(model)] == [(16, 16)]
    tokens = {layer.output.shape[1] for layer in of_kind(model, "SelfAttention")}
    assert tokens == {14 * 14 + 1}  # and one for the class


def test_a_depthwise_separable_convolution_costs_a_ninth_and_a_bit() -> None:
    """1/N + 1/9 of a 3x3 convolution with N filters (Howard et al. 2017, section 3.1)."""
    import keras
    from keras import layers

    inputs = keras.Input((14, 14, 64))
    separable = layers.Conv2D(128, 1, use_bias=False)(layers.DepthwiseConv2D(3, padding="same", use_bias=False)(inputs))
    whole = layers.Conv2D(128, 3, padding="same", use_bias=False)(inputs)
    costs = [sum(row.macs or 0 for row in layer_table(keras.Model(inputs, x))) for x in (separable, whole)]
    assert costs[0] / costs[1] == pytest.approx(1 / 128 + 1 / 9)


def test_mobilenets_spend_their_spatial_filters_on_one_channel_each() -> None:
    model = build_outline("mobilenet_v1", LARGE, 10, width=0.1)
    assert all(layer.kernel_size == (1, 1) for layer in convolutions(model)[1:])
    assert len(of_kind(model, "DepthwiseConv2D")) == 13


def test_coatnet_has_convolutions_first_and_attention_after() -> None:
    kinds = [type(step.layer).__name__ for step in steps(build_outline("coatnet0", LARGE, 10, width=0.1))]
    attention = [place for place, kind in enumerate(kinds) if "Attention" in kind]
    depthwise = [place for place, kind in enumerate(kinds) if kind == "DepthwiseConv2D"]
    assert depthwise
    assert attention
    assert max(depthwise) < min(attention)


@pytest.mark.parametrize(("small", "count", "large"), [(3, 2, 5), (3, 3, 7)])
def test_small_filters_on_top_of_each_other_see_as_much_with_fewer_parameters(
    small: int, count: int, large: int
) -> None:
    import keras
    from keras import layers

    def built(kernel: int, times: int) -> tuple[int | None, int, int | None]:
        x = inputs = keras.Input((16, 16, 32))
        for _ in range(times):
            x = layers.Conv2D(32, kernel, padding="same", use_bias=False)(x)
        rows = layer_table(keras.Model(inputs, x))
        return rows[-1].view.field, sum(row.params for row in rows), sum(row.macs or 0 for row in rows)

    (field, params, macs), (wide, more, dearer) = built(small, count), built(large, 1)
    assert field == wide == large
    assert (params, more) == (count * small**2 * 32**2, large**2 * 32**2)
    assert params < more
    assert (macs or 0) < (dearer or 0)
