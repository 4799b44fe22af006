from __future__ import annotations

from suite.models import build_outline


def test_large_images_have_torchvisions_maps() -> None:
    model = build_outline("alexnet", (224, 224, 3), 10, width=0.05)
    maps = [model.get_layer(name).output.shape[1:3] for name in ("conv1", "pool1", "pool2", "conv3", "pool5")]
    assert maps == [(55, 55), (27, 27), (13, 13), (13, 13), (6, 6)]


def test_small_images_have_no_hidden_dense_layer(built) -> None:
    assert built("alexnet").count_params() == 2_472_266
    assert [layer.name for layer in built("alexnet").layers if type(layer).__name__ == "Dense"] == ["logits"]


def test_form_decides_over_size() -> None:
    large = build_outline("alexnet", (64, 64, 3), 10, width=0.05, form="large", dropout=0.25)
    assert large.get_layer("mean").output.shape[1:3] == (6, 6)  # a 1x1 map, repeated
    assert large.get_layer("fc6_dropout").rate == 0.25
    small = build_outline("alexnet", (224, 224, 3), 10, width=0.05, form="small")
    assert not any(layer.name.startswith("fc") for layer in small.layers)
