"""The optimizers, one file each.

The rate and the decay are variables: trials that try other values share one traced graph. Numbers that are declared
structural (momentum, nesterov, rho) are constants of the graph: another value traces anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from suite.training.recipe.part import Number, Part


@dataclass(frozen=True, kw_only=True)
class Optimizer(Part):
    """build: from the numbers, the schedule and the network's variables to a Keras optimizer that is not built yet.

    assign: what brings the numbers of a run into its variables, beside the schedule's; None where there is nothing.
    decoupled: whether it decays the weights itself (Loshchilov and Hutter 2019); otherwise the loss carries the decay.
    """

    build: Callable[[Mapping[str, Any], Any, Sequence[Any]], Any]
    assign: Callable[[Any, Mapping[str, Any]], None] | None = None
    decoupled: bool = False


def with_decay(optimizer: Any, variables: Sequence[Any]) -> Any:
    """The optimizer with a decay of its own that is a variable, and leaves out what never decays."""
    import keras

    from suite.training.groups import decays

    optimizer.weight_decay = keras.Variable(0.0, dtype="float32", trainable=False, name="weight_decay")
    optimizer.exclude_from_weight_decay(var_list=[variable for variable in variables if not decays(variable)])
    return optimizer


def assign_decay(optimizer: Any, values: Mapping[str, Any]) -> None:
    """`assign` of an optimizer that was made by `with_decay`."""
    import numpy as np

    optimizer.weight_decay.assign(np.float32(values["weight_decay"]))


def learning_rate(default: float) -> Number:
    """Searched, where no file says otherwise, from a tenth to ten times the default."""
    tried = (default / 10, default * 10)
    return Number("learning_rate", default, "traced", "the peak of the schedule", low=1e-12, tried=tried)


def weight_decay(default: float, how: str, tried: tuple[float, float] | None = None) -> Number:
    """`tried`: searched so where no file says otherwise and the recipe decays at all; None: the recipe's own stays."""
    meaning = f"{how}, never on biases, norms and tables"
    return Number("weight_decay", default, "switched", meaning, low=0, neutral=0.0, tried=tried)
