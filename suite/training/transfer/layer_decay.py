"""Layer-wise decay of the rate: each block further down from the head learns at a smaller share of the rate.

A block's share is layer_decay ** block: 1 for the head, layer_decay for the last block, its square for the one before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.recipe.part import Number
from suite.training.transfer import Transfer


def _share(depth: Any, epoch: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    return 1.0 if depth.head else ops.power(numbers["layer_decay"], float(depth.block))


def _refuses(values: Mapping[str, Any]) -> str | None:
    if values.get("freeze"):
        return f"recipe.layer_decay={values['layer_decay']:g} and recipe.freeze=true: a frozen backbone has no rate"
    return None


PART = Transfer(
    "layer_decay",
    "A rate that falls from block to block below the head",
    numbers=(
        Number("layer_decay", 1.0, "switched", "share of a block's rate that the block below gets", 0, 1, neutral=1.0),
    ),
    source="Clark et al., arXiv:2003.10555; Bao et al., arXiv:2106.08254, for images",
    says=lambda values: f"rates of blocks falling by {values['layer_decay']:g}",
    share=_share,
    switch="layer_decay",
    refuses=_refuses,
)
