"""Where keras.applications keeps the weights of our NASNets."""

from __future__ import annotations

from collections.abc import Iterator

CELLS = {"nasnet_mobile": 4, "nasnet_large": 6}
NORMAL = {"left1": "left1", "right1": "right1", "left2": "left2", "right2": "right2", "left5": "left5"}
REDUCTION = {"left1": "left1", "right1": "right1", "right2": "right2", "right3": "right3", "left5": "left4"}
"""Branches with separable convolutions: ours, theirs."""


def source_names(name: str) -> dict[str, str]:
    """Our weighted layer's name -> the name in keras.applications.NASNetMobile or NASNetLarge.

    Build the reference as NASNetMobile(weights=None, classifier_activation=None), at 224x224x3, or NASNetLarge likewise
    at 331x331x3, with 1000 classes; the mobile one refuses torch. All names are its own, none is numbered by Keras.
    No convolution has a bias; separable convolutions hold [depthwise, pointwise] on both sides. Its head is called
    predictions.
    """
    found = {"stem": "stem_conv1", "stem_bn": "stem_bn1", "logits": "predictions"}
    for ours, theirs, reduces in _cells(CELLS[name]):
        kind = "reduction" if reduces else "normal"
        found[f"{ours}_squeeze"] = f"{kind}_conv_1_{theirs}"
        found[f"{ours}_squeeze_bn"] = f"{kind}_bn_1_{theirs}"
        for mine, other in (REDUCTION if reduces else NORMAL).items():
            for number in (1, 2):
                conv = f"{ours}_{mine}_conv{number}"
                found[conv] = f"separable_conv_{number}_{kind}_{other}_{theirs}"
                found[f"{conv}_bn"] = f"separable_conv_{number}_bn_{kind}_{other}_{theirs}"
        found |= _adjustment(ours, theirs)
    return found


def _cells(count: int) -> Iterator[tuple[str, str, bool]]:
    """Our name of each cell, theirs, and whether it reduces."""
    yield from ((f"stem_block{number}", f"stem_{number}", True) for number in (1, 2))
    for stage in (1, 2, 3):
        if stage > 1:
            yield f"stage{stage}_block1", f"reduce_{(stage - 1) * count}", True
        first = (stage - 1) * count + (stage > 1)
        for number in range(count):
            yield f"stage{stage}_block{number + 1 + (stage > 1)}", str(first + number), False


def _adjustment(ours: str, theirs: str) -> dict[str, str]:
    """How a cell brings its second input to the size of its first: the cells after a reduction halve it."""
    if ours == "stem_block1":  # its two inputs are one
        return {}
    norm = {f"{ours}_adjust_bn": f"adjust_bn_{theirs}"}
    if ours in ("stem_block2", "stage1_block1", "stage2_block2", "stage3_block2"):
        halves = {"even": 1, "odd": 2}.items()
        return norm | {f"{ours}_adjust_{half}": f"adjust_conv_{number}_{theirs}" for half, number in halves}
    return norm | {f"{ours}_adjust": f"adjust_conv_projection_{theirs}"}
