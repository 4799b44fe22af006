"""Where our MobileNetV2's weights are in keras.applications'."""

from __future__ import annotations

from suite.models.families.mobilenet_v2 import STAGES


def source_names(name: str) -> dict[str, str]:
    """Our weighted layers to theirs, of mobilenet_v2.

    Reference: keras.applications.MobileNetV2 with weights=None, input_shape, classes and classifier_activation=None;
    ours with form="large". No convolution of theirs has a bias. Their head is the Dense "predictions"; shapes are equal
    everywhere, also at alpha (our width) 0.35, 0.5, 0.75, 1.3 and 1.4.
    """
    names = {"stem": "Conv1", "stem_bn": "bn_Conv1", "head": "Conv_1", "head_bn": "Conv_1_bn", "logits": "predictions"}
    block = 0
    for stage, (expansion, _, count, _) in enumerate(STAGES, start=1):
        for number in range(1, count + 1):
            prefix = f"block_{block}" if block else "expanded_conv"
            for part in ("expand", "depthwise", "project") if expansion > 1 else ("depthwise", "project"):
                names[f"stage{stage}_block{number}_{part}"] = f"{prefix}_{part}"
                names[f"stage{stage}_block{number}_{part}_bn"] = f"{prefix}_{part}_BN"
            block += 1
    return names
