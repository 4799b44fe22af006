"""Which architectures have ImageNet weights in keras.applications, and what their pixels go through; no Keras here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from suite.models.architecture import RATES, SMALL_IMAGE, ArchitectureError, small_form


class Normalization(NamedTuple):
    """What the weights were trained on: (pixel / 255 - mean) / std for each of red, green and blue."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]


def _every(mean: float, std: float) -> Normalization:
    return Normalization((mean,) * 3, (std,) * 3)


TF = _every(0.5, 0.5)
HALF = _every(128 / 255, 128 / 255)
TORCH = Normalization((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
CAFFE = Normalization((123.68 / 255, 116.779 / 255, 103.939 / 255), (1 / 255,) * 3)
"""`TF`, `TORCH` and `CAFFE` are the modes of keras.applications.imagenet_utils.preprocess_input, except that Caffe's
channels come as blue, green, red: ours come as red, green, blue, and the first kernel is turned round instead. Where
theirs do it inside of the model, ours do not."""


@dataclass(frozen=True)
class Source:
    """Where the weights of an architecture come from.

    constructor: name in keras.applications. options: how ours must be built to compute the same. reversed_channels:
    whether theirs reads blue, green, red.
    """

    constructor: str
    normalization: Normalization
    options: Mapping[str, Any] = field(default_factory=dict)
    reversed_channels: bool = False


SOURCES: dict[str, Source] = {
    **{f"vgg{depth}": Source(f"VGG{depth}", CAFFE, reversed_channels=True) for depth in (16, 19)},
    **{
        f"resnet{depth}": Source(f"ResNet{depth}", CAFFE, {"stride_in": "1x1"}, reversed_channels=True)
        for depth in (50, 101, 152)
    },
    **{f"densenet{depth}": Source(f"DenseNet{depth}", TORCH) for depth in (121, 169, 201)},
    **{f"efficientnet_b{number}": Source(f"EfficientNetB{number}", TORCH) for number in range(8)},
    **{f"convnext_{size}": Source(f"ConvNeXt{size.title()}", TORCH) for size in ("tiny", "small", "base")},
    **{f"nasnet_{size}": Source(f"NASNet{size.title()}", TF) for size in ("mobile", "large")},
    **{f"mobilenet_v3_{size}": Source(f"MobileNetV3{size.title()}", TF) for size in ("small", "large")},
    "mobilenet_v1": Source("MobileNet", TF),
    "mobilenet_v2": Source("MobileNetV2", TF),
    "efficientnetv2_s": Source("EfficientNetV2S", HALF),
    "inception_v3": Source("InceptionV3", TF),
    "xception": Source("Xception", TF),
}

PRETRAINED = "pretrained"
"""The option of these architectures, beside those of their builders: `imagenet` starts from the published weights."""


def options(name: str) -> dict[str, list[str]]:
    """The option, for those that have weights."""
    return {PRETRAINED: ["imagenet"]} if name in SOURCES else {}


FREE = (*RATES, "block_size", "drop_block_schedule", "form")
"""Options that change nothing of what a net predicts, and the form, which the image's size decides over."""


def agreeing(
    name: str, chosen: Mapping[str, Any], defaults: Mapping[str, Any], input_shape: Sequence[int]
) -> dict[str, Any]:
    """The options, with those under which ours computes what the published weights were trained for.

    Raises ArchitectureError where another value was chosen, for images without colour and for the small-image form.
    """
    if input_shape[2] != 3:
        raise ArchitectureError(
            f"pretrained=imagenet of {name} is for colour images, and these have {input_shape[2]}"
            f" channel{'s' if input_shape[2] > 1 else ''}"
        )
    wanted = {**defaults, **SOURCES[name].options}
    for option, value in chosen.items():
        if option not in FREE and value != wanted[option]:
            raise ArchitectureError(f"pretrained=imagenet of {name} wants {option}={wanted[option]}, not {value!r}")
    if "form" in wanted and small_form(chosen.get("form", wanted["form"]), input_shape):
        height, width = input_shape[:2]
        raise ArchitectureError(
            f"pretrained=imagenet of {name} is for its large form, and images of {height}x{width} get the small one: "
            f"enlarge them to {SMALL_IMAGE} pixels or set form=large"
        )
    return {**chosen, **SOURCES[name].options}


def pixel_normalization(name: str, chosen: Mapping[str, Any]) -> Normalization | None:
    """What images must go through for an architecture with these options: None for the statistics of its own data."""
    return SOURCES[name].normalization if name in SOURCES and chosen.get(PRETRAINED) else None
