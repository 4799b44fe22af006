"""Where keras.applications' EfficientNets hold the weights of ours."""

from __future__ import annotations

from suite.models.families.efficientnet import STAGES, VARIANTS, repeats

EXPANSION = {"expand": "expand_conv", "expand_bn": "expand_bn"}
REST = {
    "depthwise": "dwconv",
    "depthwise_bn": "bn",
    "se_reduce": "se_reduce",
    "se_expand": "se_expand",
    "project": "project_conv",
    "project_bn": "project_bn",
}


def source_names(name: str) -> dict[str, str]:
    """Our weighted layer's name to theirs, for efficientnet_b0 to efficientnet_b7.

    Reference: EfficientNetB0(weights=None, classifier_activation=None) and so on; it has no include_preprocessing. With
    weights=None it divides pixels by 255 and then normalizes with mean 0 and variance 1, so it takes 255 times what
    ours takes; with weights="imagenet" ours takes (pixel / 255 - mean) / deviation, the usual ImageNet constants. Its
    layers `rescaling` and `normalization` have no counterpart. No convolution has a bias that must fold into a norm:
    only se_reduce and se_expand have biases, and ours have them too. Their head is `top_conv`, `top_bn`, `predictions`.
    """
    names = {"stem": "stem_conv", "stem_bn": "stem_bn", "head": "top_conv", "head_bn": "top_bn"}
    names["logits"] = "predictions"
    for stage, (expansion, _, _, _, blocks) in enumerate(STAGES, start=1):
        parts = REST if expansion == 1 else EXPANSION | REST
        for number in range(1, repeats(blocks, VARIANTS[name].depth) + 1):
            letter = chr(ord("a") + number - 1)
            prefix = f"stage{stage}_block{number}", f"block{stage}{letter}"
            names |= {f"{prefix[0]}_{ours}": f"{prefix[1]}_{theirs}" for ours, theirs in parts.items()}
    return names
