"""Where our MobileNetV3s' weights are in keras.applications'."""

from __future__ import annotations

from suite.models.families.mobilenet_v3 import CONFIGURATIONS


def source_names(name: str) -> dict[str, str]:
    """Our weighted layers to theirs, of mobilenet_v3_small and mobilenet_v3_large.

    Reference: keras.applications.MobileNetV3Small (Large) with weights=None, input_shape, classes,
    include_preprocessing=False and classifier_activation=None (minimalistic=False and alpha=1.0 are its defaults); ours
    with form="large". Their "conv_2" and "logits" and the convolutions of squeeze-and-excitation have a bias, and no
    norm after them: nothing folds. Their head is the 1x1 Conv2Ds "conv_2" and "logits": the kernels (1, 1, in, out) are
    our Dense' (in, out) reshaped.
    """
    names = {
        "stem": "conv", "stem_bn": "conv_bn", "head": "conv_1", "head_bn": "conv_1_bn",
        "hidden": "conv_2", "logits": "logits",
    }  # fmt: skip
    stages, _ = CONFIGURATIONS[name]
    block = 0
    for stage, (_, blocks) in enumerate(stages, start=1):
        for number, (_, _, _, squeeze, _) in enumerate(blocks, start=1):
            ours, theirs = f"stage{stage}_block{number}", f"expanded_conv_{block}" if block else "expanded_conv"
            for part in ("expand", "depthwise", "project") if block else ("depthwise", "project"):
                names[f"{ours}_{part}"] = f"{theirs}_{part}"
                names[f"{ours}_{part}_bn"] = f"{theirs}_{part}_bn"
            if squeeze:
                names[f"{ours}_se_reduce"] = f"{theirs}_squeeze_excite_conv"
                names[f"{ours}_se_expand"] = f"{theirs}_squeeze_excite_conv_1"
            block += 1
    return names
