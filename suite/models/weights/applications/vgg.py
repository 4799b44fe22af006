"""Where keras.applications' VGGs hold the weights of ours."""

from __future__ import annotations

from suite.models.families.vgg import CONFIGURATIONS


def source_names(name: str) -> dict[str, str]:
    """Our weighted layer's name to theirs, for vgg16 and vgg19 (not the `_bn` variants) at 224x224.

    Reference: VGG16(weights=None, classifier_activation=None) or VGG19; preprocessing is outside of it. Nothing folds:
    there is no norm, and convolutions have biases on both sides. Their head is `fc1`, `fc2`, `predictions`.
    """
    names = {"fc6": "fc1", "fc7": "fc2", "logits": "predictions"}
    for stage, count in enumerate(CONFIGURATIONS[name], start=1):
        names |= {f"conv{stage}_{number}": f"block{stage}_conv{number}" for number in range(1, count + 1)}
    return names
