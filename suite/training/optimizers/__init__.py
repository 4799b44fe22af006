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


def learning_rate(default: float) -> Number:
    """Searched, where no file says otherwise, from a tenth to ten times the default."""
    tried = (default / 10, default * 10)
    return Number("learning_rate", default, "traced", "the peak of the schedule", low=1e-12, tried=tried)


def weight_decay(default: float, how: str) -> Number:
    return Number("weight_decay", default, "switched", f"{how}, never on biases, norms and tables", low=0, neutral=0.0)
