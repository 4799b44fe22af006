"""Fine-tuning with a lower rate for the backbone: what it has learnt is changed little, the head learns at full rate.

A candidate with `weights` that says nothing of what learns gets a tenth.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.recipe.part import Number
from suite.training.transfer import Transfer

USUAL = 0.1
"""What a candidate that starts from weights gets without a word, the articles' rule of thumb."""


def _share(depth: Any, epoch: Any, numbers: Mapping[str, Any]) -> Any:
    return 1.0 if depth.head else numbers["backbone_rate"]


def _refuses(values: Mapping[str, Any]) -> str | None:
    if values.get("freeze"):
        return f"recipe.backbone_rate={values['backbone_rate']:g} and recipe.freeze=true: a frozen backbone has no rate"
    return None


PART = Transfer(
    "backbone_rate",
    "Fine-tuning: a lower rate for the backbone",
    numbers=(Number("backbone_rate", 1.0, "switched", "share of the rate that the backbone gets", 0, 1, neutral=1.0),),
    source="Girshick et al., arXiv:1311.2524, section 2.3 (a tenth of the initial rate)",
    says=lambda values: f"backbone at {values['backbone_rate']:g} of the rate",
    share=_share,
    switch="backbone_rate",
    refuses=_refuses,
)
