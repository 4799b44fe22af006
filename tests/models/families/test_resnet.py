from __future__ import annotations

import pytest

from suite.models import ArchitectureError, build, build_outline, measure


def test_stages_halve_the_map_after_the_stem(built) -> None:
    large = build_outline("resnet18", (224, 224, 3), 10, width=0.1)
    assert large.get_layer("stem").output.shape[1:3] == (112, 112)
    ends = [f"stage{stage}_block2_relu" for stage in (1, 2, 3, 4)]
    assert [large.get_layer(name).output.shape[1] for name in ends] == [56, 28, 14, 7]
    assert [built("resnet18").get_layer(name).output.shape[1] for name in ends] == [32, 16, 8, 4]


def test_only_shape_changes_are_projected() -> None:
    def projected(name: str) -> list[str]:
        return [layer.name for layer in build_outline(name, (32, 32, 3), 10).layers if layer.name.endswith("_project")]

    assert projected("resnet18") == [f"stage{stage}_block1_project" for stage in (2, 3, 4)]
    assert projected("resnet50") == [f"stage{stage}_block1_project" for stage in (1, 2, 3, 4)]


def test_the_papers_stride_costs_less() -> None:
    """3.86 G multiply-adds with the stride in the first 1x1, as in keras.applications; 4.09 G in the 3x3."""
    paper = measure(build_outline("resnet50", (224, 224, 3), 1000, stride_in="1x1"))
    assert round(paper.macs / 1e9, 3) == 3.858
    assert paper.trainable_params == 25_557_032
    with pytest.raises(ArchitectureError, match="resnet18 has no option 'stride_in'"):
        build("resnet18", (32, 32, 3), 10, stride_in="1x1")


def test_the_plain_net_loses_its_shortcuts_and_projections() -> None:
    plain = build_outline("resnet18", (32, 32, 3), 10, skip=False)
    projections = sum(low * 2 * low + 2 * 2 * low for low in (64, 128, 256))
    assert measure(plain).trainable_params == 11_173_962 - projections
    assert not any(type(layer).__name__ == "Add" for layer in plain.layers)


def test_form_decides_over_size() -> None:
    assert build_outline("resnet18", (64, 64, 3), 10, width=0.1, form="large").get_layer("stem").strides == (2, 2)
    assert build_outline("resnet18", (224, 224, 3), 10, width=0.1, form="small").get_layer("stem").strides == (1, 1)
