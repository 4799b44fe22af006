"""Features as outputs: named levels and the pooled vector of every architecture, and heads of other tasks on them."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest

from suite.models import ArchitectureError, attached, backbone, build, build_outline, fingerprint, levels
from suite.models.backbone import features
from suite.models.heads import classification, last_map

from .conftest import every_architecture, shake

SIDE = 32
WITHOUT_MAPS = {"mlp"}


@pytest.mark.parametrize("name", every_architecture())
def test_levels_shrink_by_their_strides_and_end_in_the_vector_that_the_logits_read(name: str) -> None:
    net = build_outline(name, (SIDE, SIDE, 3), 10)
    *named, (last, pooled) = features(net).items()
    assert last == "pooled"
    assert tuple(pooled.shape) == (None, net.get_layer("logits").kernel.shape[0])
    strides = [int(level.removeprefix("stride")) for level, _ in named]
    assert strides == sorted(set(strides))
    assert bool(strides) == (name not in WITHOUT_MAPS)
    assert strides[1:] == [2 * stride for stride in strides[:-1]]
    shapes = [tuple(tensor.shape) for _, tensor in named]
    for stride, (batch, rows, columns, channels) in zip(strides, shapes, strict=True):
        assert batch is None
        assert channels
        assert rows == columns
        loses_borders = name in ("lenet5", "inception_v3", "airbench94")
        assert rows == math.ceil(SIDE / stride) or loses_borders
    keras.backend.clear_session()


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("resnet50", (224, 224, 3), {  # C1 to C5 of feature pyramids (Lin et al., arXiv:1612.03144)
            "stride2": (112, 112, 64), "stride4": (56, 56, 256), "stride8": (28, 28, 512),
            "stride16": (14, 14, 1024), "stride32": (7, 7, 2048)}),
        ("vgg16", (224, 224, 3), {
            "stride1": (224, 224, 64), "stride2": (112, 112, 128), "stride4": (56, 56, 256), "stride8": (28, 28, 512),
            "stride16": (14, 14, 512), "stride32": (7, 7, 512)}),
        ("swin_tiny", (224, 224, 3), {
            "stride4": (56, 56, 96), "stride8": (28, 28, 192), "stride16": (14, 14, 384), "stride32": (7, 7, 768)}),
        ("mobilenet_v2", (224, 224, 3), {
            "stride2": (112, 112, 16), "stride4": (56, 56, 24), "stride8": (28, 28, 32), "stride16": (14, 14, 96),
            "stride32": (7, 7, 1280)}),
        ("alexnet", (224, 224, 3), {
            "stride4": (55, 55, 64), "stride8": (27, 27, 192), "stride16": (13, 13, 256), "stride32": (6, 6, 256)}),
        ("alexnet", (300, 300, 3), {  # the average to 6x6 is the dense layers'
            "stride4": (74, 74, 64), "stride8": (36, 36, 192), "stride16": (17, 17, 256), "stride32": (8, 8, 256)}),
        ("lenet5", (32, 32, 1), {"stride1": (28, 28, 6), "stride2": (10, 10, 16), "stride4": (1, 1, 120)}),
        ("vit_b16", (224, 160, 3), {"stride16": (14, 10, 768)}),
        ("mlp", (32, 32, 3), {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_known_nets_have_their_known_levels(name: str, shape: Any, expected: dict[str, Any]) -> None:
    assert levels(name, shape) == expected
    assert list(levels(name, shape)) == list(expected)


def test_a_level_is_the_end_of_the_last_block_though_later_layers_have_its_size() -> None:
    """ResNet-50's next block begins with a convolution of this size, MobileNetV2's with a wide one."""
    resnet, mobile = build_outline("resnet50", (64, 64, 3), 10), build_outline("mobilenet_v2", (64, 64, 3), 10)
    assert features(resnet)["stride1"] is resnet.get_layer("stage1_block3_relu").output
    assert features(mobile)["stride1"] is mobile.get_layer("stage2_block2_add").output


@pytest.mark.slow
def test_cells_that_read_two_before_them_have_levels_all_the_same() -> None:
    net = build_outline("nasnet_mobile", (32, 32, 3), 10)
    wanted = {"stride1": "stage1_block6_concat", "stride2": "stage2_block7_concat", "stride4": "head_relu"}
    assert all(features(net)[level] is net.get_layer(layer).output for level, layer in wanted.items())


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("lenet5", {}),
        ("resnet8", {}),
        ("mobilenet_v3_small", {"width": 0.25}),  # dense layers before the logits
        ("vit_ti16", {"width": 0.1}),
        ("vit_ti16", {"width": 0.1, "pooling": "mean"}),
        ("googlenet", {"width": 0.1, "auxiliary": True}),
    ],
)
def test_the_logits_are_a_dense_layer_on_the_pooled_vector(name: str, options: dict[str, Any], images) -> None:
    pictures = images(3, (32, 32, 3))
    net = build(name, (32, 32, 3), 10, **options)
    shake(net)
    found = keras.Model(net.inputs[0], features(net))(pictures, training=False)
    wanted = net(pictures, training=False)
    wanted = wanted[0] if isinstance(wanted, list) else wanted  # auxiliary classifiers follow the net's own
    np.testing.assert_allclose(net.get_layer("logits")(found["pooled"]), wanted, rtol=1e-6, atol=1e-6)
    assert not any(layer.startswith("auxiliary") for layer in {layer.name for layer in attached(net, last_map).layers})


def test_tokens_become_the_map_they_were_cut_from(images) -> None:
    pictures = images(2, (32, 16, 3))
    net = build("vit_ti16", (32, 16, 3), 10, width=0.1)
    last = net.get_layer("stage1_block12_mlp_add").output
    found, tokens = keras.Model(net.inputs[0], [features(net)["stride4"], last])(pictures)
    assert found.shape == (2, 8, 4, tokens.shape[-1])
    np.testing.assert_array_equal(np.array(found)[:, 3, 2], np.array(tokens)[:, 1 + 3 * 4 + 2])  # the class token first


def test_a_backbone_has_the_weights_and_options_of_the_net() -> None:
    keras.utils.set_random_seed(4)
    net = build("resnet8", (32, 32, 3), 2, width=0.5)
    keras.utils.set_random_seed(4)
    found = backbone("resnet8", (32, 32, 3), width=0.5)
    assert list(found.output) == ["stride1", "stride2", "stride4", "pooled"]
    assert found.count_params() == net.count_params() - (32 * 2 + 2)
    np.testing.assert_array_equal(found.get_layer("stem").kernel, net.get_layer("stem").kernel)


@pytest.mark.parametrize("name", ["mlp", "resnet8"])
def test_a_head_of_logits_makes_the_familys_own_net(name: str) -> None:
    net = attached(build(name, (32, 32, 3), 2), classification(7))
    assert fingerprint(net) == fingerprint(build(name, (32, 32, 3), 7))


def boxes(found: Any) -> dict[str, Any]:
    """What localization wants: a class and four coordinates, both from the last map."""
    mean = keras.layers.GlobalAveragePooling2D(name="boxes_mean")(last_map(found))
    return {
        "label": keras.layers.Dense(3, name="boxes_label")(mean),
        "box": keras.layers.Dense(4, "sigmoid", name="boxes_box")(mean),
    }


@pytest.mark.parametrize("frozen", [False, True])
def test_a_net_with_another_head_trains(frozen: bool, images) -> None:
    net = attached(build("resnet8", (16, 16, 3), 2, width=0.5), boxes, frozen)
    net.compile("sgd", {"label": keras.losses.SparseCategoricalCrossentropy(from_logits=True), "box": "mse"})
    before = {weight.path: np.array(weight) for weight in net.weights}
    targets = {"label": np.array([0, 1, 2, 0]), "box": np.full((4, 4), 0.25)}
    losses = [float(net.train_on_batch(images(4, (16, 16, 3)), targets, return_dict=True)["loss"]) for _ in range(8)]
    assert losses[-1] < losses[0]
    moved = {path.split("/")[0] for path, value in before.items()
             if not np.array_equal(value, next(w for w in net.weights if w.path == path))}  # fmt: skip
    assert {"boxes_label", "boxes_box"} <= moved
    assert ({"stem", "stem_bn"} <= moved) is not frozen
    assert "logits" not in {layer.name for layer in net.layers}


def test_a_head_that_wants_a_map_refuses_a_net_without() -> None:
    with pytest.raises(ArchitectureError, match="the net has no maps"):
        attached(build("mlp", (8, 8, 1), 2), boxes)


def test_of_another_packages_net_only_what_every_path_passes_is_a_level() -> None:
    """Its blocks have no names of ours: a branch that is later in the list of layers is no level."""
    inputs = keras.Input((16, 16, 3))
    stem = keras.layers.Conv2D(4, 3, padding="same", name="begin")(inputs)
    branch = keras.layers.Conv2D(4, 1, padding="same", name="branch")(stem)
    down = keras.layers.Conv2D(8, 3, 2, "same", name="down")(branch)
    past = keras.layers.Conv2D(8, 1, 2, "same", name="past")(stem)
    joined = keras.layers.Add(name="joined")([down, past])
    x = keras.layers.Dense(5)(keras.layers.GlobalAveragePooling2D()(joined))
    found = features(keras.Model(inputs, keras.layers.Softmax()(x)))
    assert found["stride1"] is stem
    assert found["stride2"] is joined
    assert found["pooled"].shape == (None, 8)


def test_a_net_whose_classes_are_no_dense_layer_on_a_vector_is_refused() -> None:
    inputs = keras.Input((8, 8, 3))
    maps = keras.layers.Conv2D(5, 8)(keras.layers.ReLU()(inputs))
    with pytest.raises(ArchitectureError, match="which is no vector"):
        features(keras.Model(inputs, keras.layers.Flatten()(maps)))
