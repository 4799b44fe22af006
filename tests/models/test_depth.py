"""How far layers lie from the logits: by hand for some nets, and for every family what must hold."""

from __future__ import annotations

import pytest

from suite.models import build_outline, names
from suite.models.depth import HEAD, Depth, depths

SMALLEST = {
    "alexnet": 64, "inception_v3": 80, "nasnet_mobile": 32, "xception": 64,
}  # fmt: skip


def of(name: str, size: int = 32, **options: object) -> dict[str, Depth]:
    return depths(build_outline(name, (size, size, 3), 7, **options))


def test_levels_of_a_residual_network_are_its_stages_and_blocks_its_blocks() -> None:
    found = of("resnet20")
    assert found["logits"] == HEAD
    assert found["stage3_block3_conv2"] == found["stage3_block3_conv2_bn"] == Depth(1, 1)
    assert found["stage3_block1_conv1"] == Depth(1, 3)
    assert found["stage2_block3_conv1"] == Depth(2, 4)
    assert found["stage1_block1_conv1"] == Depth(3, 9)
    assert found["stem"] == found["stem_bn"] == Depth(4, 10)


def test_with_one_stage_blocks_are_levels_and_without_names_layers_are() -> None:
    vit = of("vit_ti16")
    assert vit["head"] == vit["stage1_block12_mlp2"] == Depth(1, 1)
    assert vit["stage1_block1_norm1"] == Depth(12, 12)
    assert vit["stem"] == vit["positions"] == Depth(13, 13)
    assert of("mlp") == {"hidden1": Depth(2, 2), "hidden2": Depth(1, 1), "logits": HEAD}
    vgg = of("vgg16_bn")
    assert vgg["conv5_3_bn"] == Depth(1, 1)
    assert vgg["conv1_1"] == Depth(5, 5)


def test_auxiliary_classifiers_are_of_the_head() -> None:
    found = of("googlenet", 224, form="large", auxiliary=True)
    heads = {name for name, depth in found.items() if depth.head}
    assert "logits" in heads
    assert len(heads) > 1
    assert not any(name.startswith(("stem", "stage")) for name in heads)


@pytest.mark.parametrize("name", ["densenet121", "mobilenet_v2", "swin_tiny", "convnext_tiny", "lenet5", "xception"])
def test_depths_fall_towards_the_logits(name: str) -> None:
    """Along the layers' order no level is skipped, and only the logits are the head."""
    found = list(of(name, SMALLEST.get(name, 64)).items())
    levels = list(dict.fromkeys(depth.level for _, depth in found))
    assert levels == list(range(len(levels) - 1, -1, -1))
    assert [layer for layer, depth in found if depth.head] == ["logits"]
    assert name in names()
