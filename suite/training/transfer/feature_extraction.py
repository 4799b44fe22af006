"""Feature extraction: the backbone is frozen, and only the head learns.

Frozen layers keep their batch normalization's averages, too. Dropout in the backbone goes on: it is no weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.recipe.part import Number
from suite.training.transfer import Transfer


def _prepare(net: Any, depths: Mapping[str, Any]) -> None:
    for name, depth in depths.items():
        if not depth.head:
            net.get_layer(name).trainable = False


PART = Transfer(
    "feature_extraction",
    "Only the head learns",
    numbers=(Number("freeze", False, "structural", "whether the backbone is frozen", neutral=False),),
    source="Donahue et al., arXiv:1310.1531; Razavian et al., arXiv:1403.6382",
    says=lambda values: "backbone frozen, batch-norm statistics too",
    prepare=_prepare,
    switch="freeze",
)
