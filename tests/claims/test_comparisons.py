"""What articles say by comparing architectures, held against what is recorded of them."""

from __future__ import annotations

import pytest

from suite.models import facts

pytestmark = pytest.mark.slow


def one_crop(name: str, metric: str) -> float:
    """The error of one network on one crop of ImageNet's validation images, which stands first."""
    error = next(error for error in facts(name)["published"]["errors"] if metric in error)
    assert (error["models"], error["split"], error["condition"][:6]) == (1, "val", "1-crop")
    return float(error[metric])


def test_each_generation_is_deeper() -> None:
    depths = [facts(name)["depth"] for name in ("lenet5", "alexnet", "vgg16", "resnet50")]
    assert depths == sorted(set(depths))


def test_resnet50_has_fewer_parameters_than_vgg16_and_is_deeper_and_better() -> None:
    residual, vgg = facts("resnet50"), facts("vgg16")
    assert residual["trainable_params"] < 0.2 * vgg["trainable_params"]
    assert residual["depth"] > vgg["depth"]
    assert one_crop("resnet50", "top5_error") < one_crop("vgg16", "top5_error")
    assert one_crop("resnet50", "top1_error") < one_crop("vgg16", "top1_error")


def test_the_deepest_resnet_is_about_ten_times_as_deep_as_vgg_and_better() -> None:
    assert facts("resnet152")["depth"] / facts("vgg16")["depth"] == pytest.approx(9.5)
    assert facts("resnet152")["depth"] / facts("vgg19")["depth"] == pytest.approx(8.0)
    for metric in ("top1_error", "top5_error"):
        assert one_crop("resnet152", metric) < one_crop("vgg16", metric)


def test_densenet121_is_about_as_good_as_resnet50_with_a_third_of_the_parameters() -> None:
    dense, residual = facts("densenet121"), facts("resnet50")
    assert dense["trainable_params"] < residual["trainable_params"] / 3
    assert one_crop("densenet121", "top1_error") == pytest.approx(one_crop("resnet50", "top1_error"), abs=0.5)
    assert one_crop("densenet121", "top5_error") == pytest.approx(one_crop("resnet50", "top5_error"), abs=0.5)


def test_efficientnet_b0_is_better_than_resnet50_with_a_tenth_of_its_multiply_adds() -> None:
    assert facts("efficientnet_b0")["macs"] < facts("resnet50")["macs"] / 10
    assert one_crop("efficientnet_b0", "top1_error") < one_crop("resnet50", "top1_error")
