"""Where keras.applications' EfficientNetV2 holds the weights of ours."""

from __future__ import annotations

from suite.models.families.efficientnetv2 import STAGES

EXPANSION = {"expand": "expand_conv", "expand_bn": "expand_bn"}
GATED = {"depthwise": "dwconv2", "depthwise_bn": "bn", "se_reduce": "se_reduce", "se_expand": "se_expand"}
PROJECTION = {"project": "project_conv", "project_bn": "project_bn"}


def source_names(name: str) -> dict[str, str]:
    """Our weighted layer's name to theirs, for efficientnetv2_s.

    Reference: EfficientNetV2S(weights=None, classifier_activation=None, include_preprocessing=False), which then takes
    what ours takes. No convolution has a bias that must fold into a norm: only se_reduce and se_expand have biases, and
    ours have them too. Their head is `top_conv`, `top_bn`, `predictions`.
    """
    names = {"stem": "stem_conv", "stem_bn": "stem_bn", "head": "top_conv", "head_bn": "top_bn"}
    names["logits"] = "predictions"
    for position, stage in enumerate(STAGES[name], start=1):
        parts = PROJECTION if stage.expansion == 1 else EXPANSION | PROJECTION
        if not stage.fused:
            parts = parts | GATED
        for number in range(1, stage.blocks + 1):
            letter = chr(ord("a") + number - 1)
            prefix = f"stage{position}_block{number}", f"block{position}{letter}"
            names |= {f"{prefix[0]}_{ours}": f"{prefix[1]}_{theirs}" for ours, theirs in parts.items()}
    return names
