"""Stochastic depth as an option: the same name in every residual family, the paper's rates, nothing where it is off."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from suite.models import ArchitectureError, build_outline, fingerprint, option_names
from suite.models.blocks.layers import DropPath, linear_decay
from suite.models.facts import golden

ADDED = ("resnet20", "resnet50", "preact_resnet18", "regnetx_400mf", "mobilenet_v2", "mobilenet_v3_small", "ghostnet",
         "shufflenet_v1", "xception")  # fmt: skip
"""Families that take the option, are trained without it by their papers, and go by the linear rule."""

NOT_RESIDUAL = {"Airbench", "AlexNet", "Article CNN", "CIFAR DenseNet", "DenseNet", "GoogLeNet", "InceptionV3", "LeNet",
                "MLP", "MobileNetV1", "ShuffleNetV2", "VGG"}  # fmt: skip


def outline(name: str, **options: Any) -> keras.Model:
    return build_outline(name, (32, 32, 3), 10, **options)


def test_every_residual_family_takes_it() -> None:
    """The plain nets are residual ones without what could be left out."""
    without = {name for name in golden.lines() if "drop_path" not in option_names(name)}
    assert {golden.lines()[name]["family"] for name in without if not name.startswith("plain")} == NOT_RESIDUAL


def test_rates_are_those_of_equation_4() -> None:
    """p_l = 1 - l / L * (1 - p_L), with p_L = 0.5 and L = 4 by hand."""
    assert [1 - rate for rate in linear_decay(0.5, 4)] == [0.875, 0.75, 0.625, 0.5]


@pytest.mark.parametrize("name", ADDED)
def test_each_addition_has_the_rate_of_its_block(name: str) -> None:
    net = outline(name, drop_path=0.5)
    blocks = list(dict.fromkeys("_".join(layer.name.split("_")[:2]) for layer in net.layers if "_block" in layer.name))
    if name == "xception":
        blocks.remove("stage3_block2")  # the exit flow's last convolutions add nothing
    expected = {f"{block}_drop_path": 0.5 * (n + 1) / len(blocks) for n, block in enumerate(blocks)}
    found = {layer.name: layer.rate for layer in net.layers if isinstance(layer, DropPath)}
    assert found == pytest.approx({key: expected[key] for key in found})
    additions = [layer for layer in net.layers if isinstance(layer, keras.layers.Add)]
    assert len(found) == len(additions) > 0
    for addition in additions:
        (node,) = addition._inbound_nodes
        entering = [tensor._keras_history.operation for tensor in node.input_tensors]
        assert sum(isinstance(layer, DropPath) for layer in entering) == 1, "one side of it, never both"
    keras.backend.clear_session()


@pytest.mark.slow
@pytest.mark.parametrize("name", ADDED)
def test_at_its_neutral_value_the_net_is_the_one_without(name: str) -> None:
    neutral = {"drop_path": 0.0, **({"drop_block": 0.0, "block_size": 3} if "drop_block" in option_names(name) else {})}
    assert fingerprint(outline(name, **neutral)) == fingerprint(outline(name))
    assert fingerprint(outline(name, drop_path=0.5)) != fingerprint(outline(name))
    keras.backend.clear_session()


@pytest.mark.parametrize("name", ["resnet20", "resnet18", "preact_resnet18", "mobilenet_v2"])
def test_a_net_without_shortcuts_has_nothing_to_leave_out(name: str) -> None:
    with pytest.raises(ArchitectureError, match=r"drop_path=0.2 .* skip=false leaves out the shortcuts: set only one"):
        outline(name, skip=False, drop_path=0.2)
    outline(name, skip=False, drop_path=0.0)
    keras.backend.clear_session()
