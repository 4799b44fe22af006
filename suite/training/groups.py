"""Groups of a network's variables that are treated alike: which of them decay, which are offsets of norms.

A group is named by a rule over a variable's shape and name, never by its place in a list, so that the same rule serves
every architecture.
"""

from __future__ import annotations

from typing import Any


def decays(variable: Any) -> bool:
    """Whether weight decay acts on a variable: on kernels, not on biases, norms, and tables of positions.

    A table holds a vector or number for each position; the authors of ViT's successors (DeiT, Swin) leave it out too.
    """
    return len(variable.shape) > 1 and variable.name != "table"


def is_norm_offset(variable: Any) -> bool:
    """Whether a variable is what a norm adds, its bias: "beta" in Keras' layers and ours."""
    return bool(variable.name == "beta")
