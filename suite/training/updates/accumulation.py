"""Gradient accumulation: a batch goes through the network in so many parts, and the optimizer steps once for all.

So a batch that does not fit into memory still trains as that batch: order, the augmentation's draws, the schedule and
the step are the whole batch's. What a layer takes from its batch is not: batch normalization sees a part at a time (and
its moving statistics move once for each), dropout draws anew, and images are mixed within a part. Under float16 a part
whose gradients overflow is left out and the next one takes its place: after it a step's parts are of two batches.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.recipe.part import Number
from suite.training.updates import Update, unchanged


def _refuses(values: Mapping[str, Any]) -> str | None:
    if values["batch_size"] % values["accumulate"]:
        return f"recipe.accumulate={values['accumulate']} does not divide recipe.batch_size={values['batch_size']}"
    return None


PART = Update(
    "accumulation",
    "A batch in parts, one step for all",
    numbers=(Number("accumulate", 1, "structural", "parts that a batch is trained in", low=1, neutral=1),),
    source="Keras' gradient_accumulation_steps",
    change=unchanged,  # Keras' optimizer takes the mean of the parts' itself, before anything else changes it
    switch="accumulate",
    refuses=_refuses,
)
