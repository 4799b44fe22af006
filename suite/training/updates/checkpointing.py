"""Gradient checkpointing: most maps are computed once more in the backward pass instead of being kept for it.

A network goes through in segments of which only the ends are kept, about as many as the root of its layers
(`suite.models.recomputing`): what a step holds shrinks, and each but the last segment is computed twice. Masks and
statistics are those of the first time, so the training is the same one; its bits are equal where the compiler does not
order sums otherwise, which nobody promises, and so it is part of a run's identity. Under JAX on a processor the
compiler merges the second computation with the first, and nothing is saved there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.recipe.part import Circumstances, Number
from suite.training.updates import Update, unchanged


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    jax = circumstances.backend == "jax"
    return "under backend=jax it saves memory on an accelerator alone, and none on a processor" if jax else None


PART = Update(
    "checkpointing",
    "Less memory for a step that takes longer",
    numbers=(
        Number("gradient_checkpointing", False, "structural", "maps are computed again, not kept", neutral=False),
    ),
    source="Chen 2016",
    idle=_idle,
    change=unchanged,
    switch="gradient_checkpointing",
)
