"""ViT: Dosovitskiy et al., "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale",
arXiv:2010.11929, Table 1; sizes Ti and S: Touvron et al., "Training data-efficient image transformers & distillation
through attention" (DeiT), arXiv:2012.12877, Table 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import keras
from keras import layers, ops

from suite.models.architecture import Architecture, ArchitectureError, Form, small_form
from suite.models.blocks.layers import dropped, increasing, residual, scaled
from suite.models.blocks.tables import resized
from suite.models.blocks.transformer import SelfAttention, Shape, attention, feed_forward, layer_norm, narrow
from suite.models.heads import logits

HEAD = 64
"""Channels of one head; a net is as wide as its heads together."""
EXPANSION = 4
FINE = 64
"""Pixels of the shorter side below which small images are cut into a quarter of the published patch, else a half."""


def vit(
    patch: int,
    heads: int,
    blocks: int,
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    patch_size: int = 0,
    pooling: Literal["token", "mean"] = "token",
    dropout: float = 0.0,
    drop_path: float = 0.0,
    activation: Literal["gelu", "relu", "silu"] = "gelu",
    form: Form = "auto",
) -> keras.Model:
    """Patches to tokens, `blocks` of attention and feed-forward, classes from the class token.

    Parameters at 224x224 with 1000 classes: Ti/16 5,717,416, S/16 22,050,664, B/16 86,567,656, B/32 88,224,232, L/16
    304,326,632; at 32x32x3 with 10 classes: 5,362,762, 21,342,346, 85,152,010, 85,225,738, 302,439,434. The position
    table makes the count depend on the image's size.

    Small images (below 96 pixels, or form=small): patches of a quarter of the published side below 64 pixels and of
    half of it from there, so that the /16 nets cut 32x32 and 64x64 images into 8x8 tokens, as kentaroy47 and SHI-Labs'
    ViT-Lite do on CIFAR with patches of 4. An image that patches do not tile is padded with zeros all round.

    patch_size: side of a patch in pixels; 0 is the form's. pooling: what the classes are read from, the class token, or
    the mean of all tokens, and then there is no class token. dropout: after the positions and after each dense layer
    that is not a query, key or value (the paper trains with 0.1 on ImageNet-1k, DeiT with none). drop_path: stochastic
    depth's rate at the last block, from 0 at the first (DeiT: 0.1). `width` scales the channels of each head; heads
    stay.

    Deviations: every dense layer begins with a normal distribution of 0.02 (DeiT, timm) instead of Glorot's, the
    classes too instead of zeros; biases and the class token with zeros. Layer normalization adds 1e-6 to variances. No
    hidden layer before the classes, which the paper has in pre-training only. Depth counts blocks, as the paper does.
    """
    if patch_size > max(input_shape[:2]):
        raise ArchitectureError(f"a patch_size of {patch_size} is larger than the image")
    small = small_form(form, input_shape)
    side = patch_size or (patch // (4 if min(input_shape[:2]) < FINE else 2) if small else patch)
    channels = heads * scaled(HEAD, width)
    inputs = keras.Input(input_shape)
    x = layers.Conv2D(channels, side, side, "same", kernel_initializer=narrow(), name="stem")(inputs)
    x = layers.Reshape((math.prod(x.shape[1:3]), channels), name="tokens")(x)
    if pooling == "token":
        x = ClassToken(name="class_token")(x)
    x = dropped(PositionEmbedding(name="positions")(x), dropout, "positions_dropout")
    for number, rate in enumerate(increasing(drop_path, blocks), start=1):
        x = _block(x, heads, activation, dropout, rate, f"stage1_block{number}")
    if pooling == "token":  # the other tokens need no normalization
        x = layers.Cropping1D((0, x.shape[1] - 1), name="first")(x)
        x = layer_norm(layers.Flatten(name="token")(x), "head")
    else:
        x = layers.GlobalAveragePooling1D(name="mean")(layer_norm(x, "head"))
    return keras.Model(inputs, logits(x, num_classes, narrow()))


def _block(x: Any, heads: int, activation: str, dropout: float, rate: float, name: str) -> Any:
    """Figure 1 of the paper: normalization comes first on both paths."""
    attend = SelfAttention(heads, name=f"{name}_attention")
    y = attention(layer_norm(x, f"{name}_norm1"), attend, x.shape[-1], name)
    x = residual(x, dropped(y, dropout, f"{name}_project_dropout"), f"{name}_attention", rate)
    y = feed_forward(layer_norm(x, f"{name}_norm2"), EXPANSION * x.shape[-1], name, activation, dropout)
    return residual(x, y, f"{name}_mlp", rate)


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class ClassToken(layers.Layer):
    """Puts one learned token before the others: (batch, tokens, channels) to (batch, tokens + 1, channels)."""

    def build(self, input_shape: Shape) -> None:
        self.token = self.add_weight(name="token", shape=(input_shape[-1],), initializer="zeros")

    def call(self, inputs: Any) -> Any:
        first = ops.add(ops.zeros_like(inputs[:, :1]), self.token)  # as many as there are images
        return ops.concatenate([first, inputs], axis=1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, tokens, channels = input_shape
        return batch, (tokens or 0) + 1, channels


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class PositionEmbedding(layers.Layer):
    """Adds a learned vector to each token, its own for each position."""

    def build(self, input_shape: Shape) -> None:
        self.table = self.add_weight(name="table", shape=tuple(input_shape[1:]), initializer=narrow())

    def call(self, inputs: Any) -> Any:
        return ops.add(inputs, self.table)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def refitted(self, values: Sequence[Any]) -> list[Any] | None:
        """Another image size's table for this one's; a class token before the others keeps its vector."""
        (theirs,), (count, channels) = values, self.table.shape
        if theirs.shape[1] != channels:
            return None
        found = (resized(theirs, count, before) for before in (0, 1))
        return next(([table] for table in found if table is not None), None)

    def multiply_adds(self, input_shapes: Sequence[Shape], output_shapes: Sequence[Shape]) -> int:
        """Zero: additions do not count."""
        return 0


_INNOVATION = "Image cut into patches fed as tokens to a plain pre-norm transformer encoder"


def _variant(patch: int, heads: int, blocks: int) -> Architecture:
    builder = partial(vit, patch, heads, blocks)
    return Architecture(builder, "ViT", year=2020, depth=blocks, min_size=4, key_innovation=_INNOVATION)


ARCHITECTURES = {
    "vit_ti16": _variant(16, 3, 12),
    "vit_s16": _variant(16, 6, 12),
    "vit_b16": _variant(16, 12, 12),
    "vit_b32": _variant(32, 12, 12),
    "vit_l16": _variant(16, 16, 24),
}
