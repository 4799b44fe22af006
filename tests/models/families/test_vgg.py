from __future__ import annotations

import pytest

from suite.models import build_outline


@pytest.mark.parametrize(("name", "per_stage"), [("vgg11", "11222"), ("vgg13", "22222"), ("vgg16", "22333"),
                                                 ("vgg19", "22444")])  # fmt: skip
def test_stages_are_those_of_table_1(name: str, per_stage: str) -> None:
    model = build_outline(name, (32, 32, 3), 10, width=0.05)
    convolutions = [layer.name for layer in model.layers if type(layer).__name__ == "Conv2D"]
    assert "".join(str(sum(f"conv{stage}_" in conv for conv in convolutions)) for stage in range(1, 6)) == per_stage


def test_five_pools_end_in_one_pixel_on_small_images(built) -> None:
    assert built("vgg11").get_layer("pool5").output.shape[1:] == (1, 1, 512)
    assert build_outline("vgg11", (28, 28, 1), 10, width=0.1).get_layer("pool5").output.shape[1:3] == (1, 1)


def test_large_images_keep_the_papers_head() -> None:
    model = build_outline("vgg11_bn", (224, 224, 3), 10, width=0.05)
    assert model.get_layer("pool5").output.shape[1:3] == (7, 7)
    dense = [layer.units for layer in model.layers if type(layer).__name__ == "Dense"]
    assert dense == [205, 205, 10]


def test_form_decides_over_size() -> None:
    model = build_outline("vgg11", (32, 32, 3), 10, width=0.05, form="large")
    assert model.get_layer("mean").output.shape[1:3] == (7, 7)


def test_normalization_comes_between_convolution_and_relu(built) -> None:
    names = [layer.name for layer in built("vgg11_bn").layers]
    start = names.index("conv1_1")
    assert names[start : start + 3] == ["conv1_1", "conv1_1_bn", "conv1_1_relu"]
    assert not any(name.endswith("_bn") for name in [layer.name for layer in built("vgg11").layers])


@pytest.mark.slow
@pytest.mark.refutes("module-seven-million")
def test_the_articles_counts_of_the_first_dense_layer_and_without_them() -> None:
    """One article counts VGG-16's first dense layer, another the net with global average pooling instead of all."""
    dense = build_outline("vgg16", (224, 224, 3), 1000).get_layer("fc6")
    assert dense.count_params() == 102_764_544
    assert build_outline("vgg16", (224, 224, 3), 1000, form="small").count_params() == 15_227_688
