"""Where keras.applications' ResNets (version 1) hold the weights of ours."""

from __future__ import annotations

from functools import partial

from suite.models.families.resnet import ARCHITECTURES


def source_names(name: str) -> dict[str, str]:
    """Our weighted layer's name to theirs, for resnet50, resnet101 and resnet152, built with stride_in="1x1".

    Reference: ResNet50(weights=None, classifier_activation=None) and so on; preprocessing is outside of it. Every one
    of their convolutions has a bias, ours has none: it folds into the norm that follows (same name, `_bn` for `_conv`),
    whose moving mean in ours is theirs less the bias. `predictions`, their head, keeps its bias.
    """
    builder = ARCHITECTURES[name].builder
    assert isinstance(builder, partial)
    (blocks,) = builder.args
    names = {"stem": "conv1_conv", "stem_bn": "conv1_bn", "logits": "predictions"}
    for stage, count in enumerate(blocks, start=1):
        for number in range(1, count + 1):
            parts = {f"conv{part}": str(part) for part in (1, 2, 3)}
            if number == 1:  # every stage's first block changes the channels, the first stage's too
                parts["project"] = "0"
            for ours, theirs in parts.items():
                source = f"conv{stage + 1}_block{number}_{theirs}"
                names[f"stage{stage}_block{number}_{ours}"] = f"{source}_conv"
                names[f"stage{stage}_block{number}_{ours}_bn"] = f"{source}_bn"
    return names
