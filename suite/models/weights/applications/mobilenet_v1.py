"""Where our MobileNet's weights are in keras.applications'."""

from __future__ import annotations

from suite.models.families.mobilenet_v1 import STAGES


def source_names(name: str) -> dict[str, str]:
    """Our weighted layers to theirs, of mobilenet_v1.

    Reference: keras.applications.MobileNet with weights=None, input_shape, classes and classifier_activation=None; ours
    with form="large". No convolution of theirs but the head has a bias. Their head is the 1x1 Conv2D "conv_preds":
    its kernel (1, 1, 1024, classes) is our Dense' (1024, classes) reshaped. Both sides of the image must divide by 32:
    they pad every strided depthwise convolution on the right and below, odd maps too, and so end with smaller ones.
    """
    names = {"stem": "conv1", "stem_bn": "conv1_bn", "logits": "conv_preds"}
    counts = [count for _, count, _ in STAGES]
    ours = [f"stage{stage}_block{m}" for stage, count in enumerate(counts, start=1) for m in range(1, count + 1)]
    for block, prefix in enumerate(ours, start=1):
        for mine, theirs in (("depthwise", "dw"), ("pointwise", "pw")):
            names[f"{prefix}_{mine}"] = f"conv_{theirs}_{block}"
            names[f"{prefix}_{mine}_bn"] = f"conv_{theirs}_{block}_bn"
    return names
