"""Why weights do not serve: in the words in which a study asks for them."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from suite.models.misfit import misfit

pytestmark = pytest.mark.slow


COLOUR, GREY, LARGE = (32, 32, 3), (32, 32, 1), (64, 64, 3)


def net(name: str, shape: tuple[int, int, int] = COLOUR, classes: int = 10, **options: Any) -> tuple[Any, ...]:
    return name, shape, classes, options


@pytest.mark.parametrize(
    ("mine", "theirs", "sentence"),
    [
        (net("resnet20"), net("resnet20", classes=5), None),
        (net("resnet20", LARGE, drop_path=0.1), net("resnet20"), None),
        (net("vit_ti16", LARGE, patch_size=4), net("vit_ti16", patch_size=4), None),
        (
            net("resnet20", width=0.5), net("resnet20"),
            "resnet20 width=0.5 and resnet20 width=1.0 have other channels (stem: 8 and 16); options.width=1.0 would "
            "fit",
        ),
        (
            net("resnet20", width=0.5), net("resnet20", width=0.5, skip=False),
            "resnet20 skip=true and resnet20 skip=false compute different things with the same weights; "
            "options.skip=false would fit",
        ),
        (
            net("resnet20"), net("resnet20", GREY),
            "resnet20 for colour images and resnet20 for grey images have other inputs (stem reads 3 and 1 numbers)",
        ),
        (
            net("mlp", LARGE), net("mlp"),
            "mlp at 64x64 pixels and mlp at 32x32 pixels have other inputs (hidden1 reads 12,288 and 3,072 numbers); "
            "data.image_size=32 would fit",
        ),
        (
            net("mlp", width=2.0), net("mlp"),
            "mlp width=2.0 and mlp width=1.0 have other widths (hidden1: 512 and 256); options.width=1.0 would fit",
        ),
        (
            net("vit_ti16", patch_size=8), net("vit_ti16", patch_size=4),
            "vit_ti16 patch_size=8 and vit_ti16 patch_size=4 have other kernels (stem: 8x8 and 4x4); "
            "options.patch_size=4 would fit",
        ),
        (
            net("resnet20", shortcut="B"), net("resnet20"),
            "resnet20 shortcut=B and resnet20 shortcut=A have other layers (stage2_block1_project is in the first "
            "alone); options.shortcut=A would fit",
        ),
        (
            net("resnet20"), net("resnet20", shortcut="B"),
            "resnet20 shortcut=A and resnet20 shortcut=B have other layers (stage2_block1_project is in the second "
            "alone); options.shortcut=B would fit",
        ),
        (
            net("resnet32"), net("resnet20"),
            "resnet32 and resnet20 are different architectures (stage1_block4_conv1 of resnet32 has no counterpart); "
            "weights go from one to another of the same",
        ),
        (
            net("resnet20"), net("resnet32"),
            "resnet20 and resnet32 are different architectures (stage1_block4_conv1 of resnet32 has no counterpart); "
            "weights go from one to another of the same",
        ),
    ],
)  # fmt: skip
def test_the_sentence_names_what_differs(mine: tuple[Any, ...], theirs: tuple[Any, ...], sentence: str | None) -> None:
    assert misfit(mine, theirs) == sentence
    keras.backend.clear_session()


@pytest.mark.slow
def test_published_weights_bring_options_of_their_own() -> None:
    large = (96, 96, 3)
    assert misfit(net("resnet50", large), net("resnet50", large, pretrained="imagenet")) == (
        "resnet50 stride_in=3x3 and resnet50 stride_in=1x1 compute different things with the same weights; "
        "options.stride_in=1x1 would fit"
    )
    assert misfit(net("resnet50", large, stride_in="1x1"), net("resnet50", large, pretrained="imagenet")) is None
