"""The tail average: the mean of the weights after each of the last steps, a fraction of the training.

The paper (stochastic weight averaging) takes the weights after each epoch at a rate that does not fall, and measures
batch normalization's statistics once more; here each step counts, the schedule is the recipe's, and the moving
statistics are averaged with the weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.averaging import Averaging
from suite.training.recipe.part import Circumstances, Number


def _share(t: Any, total: Any, numbers: Mapping[str, Any]) -> Any:
    """1 / k after the k-th of the averaged steps; before them 1: the average is the weights as they are."""
    from keras import ops

    before = total - ops.maximum(ops.round(numbers["tail"] * total), 1.0)
    return 1.0 / ops.maximum(t - before, 1.0)


def _refuses(values: Mapping[str, Any]) -> str | None:
    if "ema" in values:
        return f"recipe.tail={values['tail']:g} and recipe.ema={values['ema']:g}: a run has one average, leave one out"
    return None


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    one = round(values["tail"] * circumstances.steps) <= 1
    return f"recipe.tail={values['tail']:g} averages the last of {circumstances.steps} steps alone" if one else None


PART = Averaging(
    "tail",
    "Mean of the weights over the last steps",
    numbers=(Number("tail", 0.0, "switched", "fraction of the training that is averaged", 0, 1, neutral=0.0),),
    source="Izmailov et al., arXiv:1803.05407",
    idle=_idle,
    share=_share,
    switch="tail",
    refuses=_refuses,
)
