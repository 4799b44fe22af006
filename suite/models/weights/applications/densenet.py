"""Where our DenseNets' weights are in keras.applications'."""

from __future__ import annotations

from suite.models.families.densenet import CONFIGURATIONS


def source_names(name: str) -> dict[str, str]:
    """Our weighted layers to theirs, of densenet121, densenet169 and densenet201.

    Reference: keras.applications.DenseNet121 (169, 201) with weights=None, input_shape, classes and
    classifier_activation=None; ours with form="large". No convolution of theirs has a bias. Their head is the Dense
    "predictions"; shapes are equal everywhere. Maps that are odd before a pool are cut on both sides alike.
    """
    names = {"stem": "conv1_conv", "stem_bn": "conv1_bn", "head_bn": "bn", "logits": "predictions"}
    blocks = CONFIGURATIONS[name]
    for stage, count in enumerate(blocks, start=1):
        for number in range(1, count + 1):
            ours, theirs = f"stage{stage}_block{number}", f"conv{stage + 1}_block{number}"
            names |= {
                f"{ours}_in_bn": f"{theirs}_0_bn",
                f"{ours}_conv1": f"{theirs}_1_conv",
                f"{ours}_conv1_bn": f"{theirs}_1_bn",
                f"{ours}_conv2": f"{theirs}_2_conv",
            }
        if stage < len(blocks):
            names[f"stage{stage}_transition_in_bn"] = f"pool{stage + 1}_bn"
            names[f"stage{stage}_transition"] = f"pool{stage + 1}_conv"
    return names
