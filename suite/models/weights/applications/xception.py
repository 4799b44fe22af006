"""Where keras.applications keeps the weights of our Xception."""

from __future__ import annotations


def source_names(name: str) -> dict[str, str]:
    """Our weighted layer's name -> the name in keras.applications.Xception; `name` is "xception".

    Keras numbers its four projections and their norms; `pretrained` counts them from the model's first. No convolution
    of it has a bias; separable convolutions hold [depthwise, pointwise] on both sides.
    Its head is called predictions.
    """
    blocks = {f"stage1_block{number}": (number + 1, 2) for number in (1, 2, 3)}  # ours: their block, its convolutions
    blocks |= {f"stage2_block{number}": (number + 4, 3) for number in range(1, 9)}
    blocks |= {"stage3_block1": (13, 2), "stage3_block2": (14, 2)}
    found = {f"stem_conv{number}": f"block1_conv{number}" for number in (1, 2)}
    for ours, (theirs, count) in blocks.items():
        found |= {f"{ours}_conv{number}": f"block{theirs}_sepconv{number}" for number in range(1, count + 1)}
    found |= {f"{ours}_bn": f"{theirs}_bn" for ours, theirs in found.items()}
    for number, block in enumerate(("stage1_block1", "stage1_block2", "stage1_block3", "stage3_block1")):
        suffix = f"_{number}" if number else ""
        found[f"{block}_project"] = f"conv2d{suffix}"
        found[f"{block}_project_bn"] = f"batch_normalization{suffix}"
    return {**found, "logits": "predictions"}
