"""Batch normalization by the averages that came with the weights, instead of by each batch.

The statistics are frozen in the backbone; scale and offset learn with the rest. Without it they follow the new images,
as in any training. A frozen backbone (`freeze`) keeps them in any case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.core.refusals import Refusal
from suite.training.recipe.part import Number
from suite.training.transfer import Transfer


def _prepare(net: Any, depths: Mapping[str, Any]) -> None:
    import keras

    from suite.models.blocks.normalization import BatchNormalization

    for name in (name for name, depth in depths.items() if not depth.head):
        layer = net.get_layer(name)
        if isinstance(layer, keras.layers.BatchNormalization):
            raise Refusal(
                f"recipe.freeze_statistics=true is not for {net.name}: its layer {name!r} is Keras' own batch "
                "normalization, which has no such switch; freeze=true keeps its statistics"
            )
        if isinstance(layer, BatchNormalization):
            layer.follows = False


def _refuses(values: Mapping[str, Any]) -> str | None:
    if values.get("freeze"):
        return "recipe.freeze_statistics=true says nothing more than recipe.freeze=true: leave it out"
    return None


PART = Transfer(
    "statistics",
    "Batch normalization by the averages that came with the weights",
    numbers=(Number("freeze_statistics", False, "structural", "whether batch-norm statistics stay", neutral=False),),
    source="Keras' guide to transfer learning (the base model called with training=False)",
    says=lambda values: "batch-norm statistics frozen",
    prepare=_prepare,
    switch="freeze_statistics",
    refuses=_refuses,
)
