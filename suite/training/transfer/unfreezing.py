"""Gradual unfreezing: first the head learns alone, then a level of the backbone more after every so many epochs.

The topmost level comes first. What is still frozen keeps its weights; momenta and moments of its gradients are gathered
meanwhile, so that Adam's first steps of a level are no longer than others (with empty moments they would be six times
as long). Levels that the epochs do not reach stay frozen. Batch normalization's statistics follow the data all the
while, unless `freeze_statistics` says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.recipe.part import Circumstances, Number
from suite.training.transfer import Transfer


def _share(depth: Any, epoch: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    if depth.head:
        return 1.0
    return ops.cast(ops.greater_equal(epoch, depth.level * ops.convert_to_tensor(numbers["unfreeze"])), "float32")


def _refuses(values: Mapping[str, Any]) -> str | None:
    if values.get("freeze"):
        return f"recipe.unfreeze={values['unfreeze']} and recipe.freeze=true: leave one out"
    return None


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    if values["unfreeze"] < values["epochs"]:
        return None
    return f"in {values['epochs']} epochs recipe.unfreeze={values['unfreeze']} reaches no level: the head alone learns"


PART = Transfer(
    "unfreezing",
    "The backbone learns level by level, the topmost first",
    numbers=(Number("unfreeze", 0, "switched", "epochs until the next level learns too; 0 is off", low=0, neutral=0),),
    source="Howard and Ruder, arXiv:1801.06146, section 3.3",
    idle=_idle,
    says=lambda values: f"unfrozen by a level every {values['unfreeze']} epoch{'s' if values['unfreeze'] > 1 else ''}",
    share=_share,
    switch="unfreeze",
    refuses=_refuses,
)
