"""Where keras.applications keeps the weights of our Inception-v3."""

from __future__ import annotations

from collections.abc import Iterator

FINE = {"1x1": 1, "5x5": 2, "3x3_twice": 3, "pool": 1}
MIDDLE = {"1x1": 1, "7x7": 3, "7x7_twice": 5, "pool": 1}
REDUCTIONS = {2: {"3x3": 1, "3x3_twice": 3}, 3: {"3x3": 2, "7x7": 4}}
"""Convolutions of each branch, in the order in which the reference makes them."""


def source_names(name: str) -> dict[str, str]:
    """Our weighted layer's name -> the name in keras.applications.InceptionV3; `name` is "inception_v3".

    Keras numbers its layers; `pretrained` counts them from the model's first. No convolution of it has a bias. Its
    batch normalization has no gamma (beta, moving mean, moving variance): ours stays at ones. Its head is called
    predictions.
    """
    found = {"logits": "predictions"}
    for number, layer in enumerate(_convolutions()):
        suffix = f"_{number}" if number else ""
        found[layer] = f"conv2d{suffix}"
        found[f"{layer}_bn"] = f"batch_normalization{suffix}"
    return found


def _convolutions() -> Iterator[str]:
    """Ours, in the order in which the reference makes its own."""
    yield from (f"stem_conv{number}" for number in range(1, 6))
    for block in (1, 2, 3):
        yield from _module(f"stage1_block{block}", FINE)
    yield from _module("stage2_block1", REDUCTIONS[2])
    for block in (2, 3, 4, 5):
        yield from _module(f"stage2_block{block}", MIDDLE)
    yield from _module("stage3_block1", REDUCTIONS[3])
    for block in (2, 3):
        for layer in ("1x1_conv1", "3x3_conv1", "3x3_1x3", "3x3_3x1", "3x3_twice_conv1", "3x3_twice_conv2",
                      "3x3_twice_1x3", "3x3_twice_3x1", "pool_conv1"):  # fmt: skip
            yield f"stage3_block{block}_{layer}"


def _module(name: str, branches: dict[str, int]) -> Iterator[str]:
    for branch, count in branches.items():
        yield from (f"{name}_{branch}_conv{number}" for number in range(1, count + 1))
