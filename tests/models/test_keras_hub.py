"""Our architectures compute what keras-hub's compute, where that is the only reference in reach.

One of each builder: the other sizes of ViT and Swin differ from these in numbers alone, which the pinned counts hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from suite.models import build
from suite.models.blocks.normalization import EPSILON

from .conftest import pictures
from .reference import assert_same, logits, vary, weights_of_zeros

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("double")]

SHAPE = (224, 224, 3)
CLASSES = 10
Values = dict[str, list[np.ndarray]]
"""The weights of our layers, by their names, in the order of `layer.weights`."""


@pytest.fixture(scope="module")
def hub() -> Any:
    import keras_hub  # late: seconds, for slow tests alone

    return keras_hub.models


def resnet(hub: Any, blocks: list[int], kind: str) -> Any:
    """`kind`: basic_block or bottleneck_block, whose 3x3 has the stride."""
    backbone = hub.ResNetBackbone([64], [7], [64, 128, 256, 512], blocks, [1, 2, 2, 2], kind, image_shape=SHAPE)
    model = hub.ResNetImageClassifier(backbone, CLASSES)
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.epsilon = EPSILON
    return model


def resnet_values(theirs: Any) -> Values:
    """`stack0_block1_2_conv` is our `stage1_block2_conv2`; 0 is the shortcut."""
    values = {"logits": theirs.output_dense.get_weights()}
    for layer in theirs.backbone.layers:
        match = re.fullmatch(r"stack(\d)_block(\d+)_(\d)_(conv|bn)", layer.name)
        if match:
            stack, block, place = (int(number) for number in match.groups()[:3])
            name = f"stage{stack + 1}_block{block + 1}_" + (f"conv{place}" if place else "project")
            values[name + ("_bn" if match[4] == "bn" else "")] = layer.get_weights()
        elif layer.name in ("conv1_conv", "conv1_bn"):
            values["stem" + layer.name[5:].replace("_conv", "")] = layer.get_weights()
    return values


def vit(hub: Any, patch: int, heads: int) -> Any:
    channels = 64 * heads
    backbone = hub.ViTBackbone(SHAPE, patch, 12, heads, channels, 4 * channels)
    model = hub.ViTImageClassifier(backbone, CLASSES)
    enlarge(model, "class_token", "embeddings")
    return model


def vit_values(theirs: Any) -> Values:
    embedding, encoder = theirs.backbone.layers[1:]
    patches = embedding.patch_embedding
    values = {
        "stem": patches.get_weights(),
        "class_token": [np.array(embedding.class_token)[0, 0]],
        "positions": embedding.position_embedding.get_weights(),
        "head": encoder.layer_norm.get_weights(),
        "logits": theirs.output_dense.get_weights(),
    }
    for number, block in enumerate(encoder.encoder_layers, start=1):
        attention, name = block.mha, f"stage1_block{number}"
        projections = [attention.query_dense, attention.key_dense, attention.value_dense]
        kernels, biases = zip(*(layer.get_weights() for layer in projections), strict=True)
        channels = kernels[0].shape[0]
        kernel, bias = attention.output_dense.get_weights()
        values |= {
            f"{name}_norm1": block.layer_norm_1.get_weights(),
            f"{name}_qkv": [
                np.hstack([k.reshape(channels, -1) for k in kernels]),
                np.hstack([b.ravel() for b in biases]),
            ],
            f"{name}_project": [kernel.reshape(-1, channels), bias],
            f"{name}_norm2": block.layer_norm_2.get_weights(),
            f"{name}_mlp1": block.mlp.dense_1.get_weights(),
            f"{name}_mlp2": block.mlp.dense_2.get_weights(),
        }
    return values


def swin(hub: Any, channels: int, blocks: tuple[int, ...], heads: tuple[int, ...]) -> Any:
    backbone = hub.SwinTransformerBackbone(SHAPE, channels, blocks, heads, 7)
    model = hub.SwinTransformerImageClassifier(backbone, CLASSES)
    enlarge(model, "relative_position_bias_table")
    return model


def swin_values(theirs: Any) -> Values:
    backbone = theirs.backbone
    values = {
        "stem": backbone.patch_embedding.proj.get_weights(),
        "stem_norm": backbone.patch_embedding.norm.get_weights(),
        "head": backbone.norm.get_weights(),
        "logits": theirs.output_dense.get_weights(),
    }
    for number, stage in enumerate(backbone.stages, start=1):
        for place, block in enumerate(stage.blocks, start=1):
            name = f"stage{number}_block{place}"
            values |= {
                f"{name}_norm1": block.norm1.get_weights(),
                f"{name}_qkv": block.attn.qkv.get_weights(),
                f"{name}_attention": [np.array(block.attn.relative_position_bias_table).T],
                f"{name}_project": block.attn.proj.get_weights(),
                f"{name}_norm2": block.norm2.get_weights(),
                f"{name}_mlp1": block.mlp.fc1.get_weights(),
                f"{name}_mlp2": block.mlp.fc2.get_weights(),
            }
        if stage.downsample is not None:
            merge, name = stage.downsample, f"stage{number + 1}_merge"
            values[f"{name}_norm"] = [by_rows(weight) for weight in merge.norm.get_weights()]
            values[name] = [by_rows(weight) for weight in merge.reduction.get_weights()]
    return values


def by_rows(weight: np.ndarray) -> np.ndarray:
    """They stack the pixels of a square column by column, as Swin's authors do, we row by row."""
    top_left, bottom_left, top_right, bottom_right = np.split(weight, 4)
    return np.concatenate([top_left, top_right, bottom_left, bottom_right])


def enlarge(model: Any, *names: str) -> None:
    """Weights that begin so small that an error in their use would not show."""
    random = np.random.default_rng(4)
    for weight in model.weights:
        if weight.name in names:
            weight.assign(random.normal(0.0, 0.5, weight.shape))


@pytest.mark.filterwarnings(
    "ignore:Layer 'attn':UserWarning"
)  # their Swin gives its mask for the shift by the name of Keras'
@pytest.mark.parametrize(
    ("name", "options", "reference", "values"),
    [
        ("resnet18", {}, lambda hub: resnet(hub, [2, 2, 2, 2], "basic_block"), resnet_values),
        ("resnet50", {"stride_in": "3x3"}, lambda hub: resnet(hub, [3, 4, 6, 3], "bottleneck_block"), resnet_values),
        ("vit_ti16", {}, lambda hub: vit(hub, 16, 3), vit_values),
        ("swin_tiny", {}, lambda hub: swin(hub, 96, (2, 2, 6, 2), (3, 6, 12, 24)), swin_values),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_logits_are_those_of_keras_hub(
    name: str, options: dict[str, Any], reference: Callable[..., Any], values: Callable[..., Values], hub: Any
) -> None:
    images = pictures(4, SHAPE[0])
    keras.utils.set_random_seed(1)
    theirs = reference(hub)
    vary(theirs, images)
    with weights_of_zeros():
        ours = build(name, SHAPE, CLASSES, **options)
    found = values(theirs)
    assert found.keys() == {layer.name for layer in ours.layers if layer.weights}
    for layer in ours.layers:
        if layer.weights:
            layer.set_weights(found[layer.name])
    assert_same(ours, images, logits(theirs, images))
