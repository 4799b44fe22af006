"""Our architectures compute what those of keras.applications compute, with the same weights."""

from __future__ import annotations

import gc
import inspect
import math
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import keras
import numpy as np
import pytest

from suite.models import ArchitectureError, build, build_outline, build_untrained, pixel_normalization
from suite.models.graph import without_weights
from suite.models.weights.imagenet import _imagenet, _layers_by_name, _source_names, copy_from_applications
from suite.models.weights.sources import SOURCES, TORCH
from tests.models.conftest import pictures
from tests.models.reference import (
    AGREE,
    assert_same,
    difference,
    leaves,
    logits,
    swap_two_kernels,
    vary,
    weights_of_zeros,
)

QUICK = ["mobilenet_v1", "mobilenet_v3_small"]
"""The rest takes minutes and is slow."""

SWAPPED = [*QUICK, "efficientnet_b0", "vgg16", "resnet50", "densenet121", "convnext_tiny", "efficientnetv2_s",
           "inception_v3", "mobilenet_v2", "nasnet_mobile", "xception"]  # fmt: skip
"""One of each family, for which two kernels are exchanged as well."""

REQUIRED = {
    "vgg16", "vgg19", "resnet50", "resnet101", "resnet152", "densenet121", "densenet169", "densenet201",
    *(f"efficientnet_b{number}" for number in range(8)), "efficientnetv2_s", "mobilenet_v1", "mobilenet_v2",
    "mobilenet_v3_small", "mobilenet_v3_large", "nasnet_mobile", "nasnet_large",
    "convnext_tiny", "convnext_small", "convnext_base", "xception", "inception_v3",
}  # fmt: skip
"""What keras.applications has of the lineage."""

PIXELS = {"vgg16": 224, "vgg19": 224, "inception_v3": 160, "mobilenet_v1": 128}
"""Where not 120, whose maps of 15 and 8 tell one padding from another: VGG's dense layers want maps of 7x7, Inception's
last stage maps that its pools do not exhaust, and MobileNet of keras.applications sides that halve evenly."""

SINGLE = [name for name in SOURCES if name.startswith(("convnext", "vgg"))]
"""For which float32 is enough: few layers, or no hundred norms (and groups, with which float64 takes minutes)."""


LONGER = ["vgg19", "resnet101", "densenet169", "convnext_small", *(f"efficientnet_b{number}" for number in range(1, 7))]
"""Which have more of the same blocks than the smallest of their family, and, but for VGG, fewer than the largest: both
of these are computed. Of them it is shown that each layer has its source."""


def marked(names: Iterable[str]) -> list[Any]:
    return [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in sorted(names)]


def every_source() -> list[Any]:
    return marked(SOURCES)


def reference(name: str, images: np.ndarray) -> Any:
    """The model of keras.applications, with random weights under which its logits vary from image to image."""
    constructor = getattr(keras.applications, SOURCES[name].constructor)
    options: dict[str, Any] = {"weights": None, "classifier_activation": None, "input_shape": images.shape[1:]}
    if "include_preprocessing" in inspect.signature(constructor).parameters:
        options["include_preprocessing"] = False
    keras.utils.set_random_seed(1)
    model = constructor(**options)
    for layer in leaves(model):
        if isinstance(layer, keras.layers.Rescaling):
            layer.scale = np.float64(layer.scale)  # a Python number is rounded to float32 on its way to float64
    vary(model, pixels_of(name, images))
    return model


def pixels_of(name: str, images: np.ndarray) -> np.ndarray:
    """What the reference takes for these images: the first EfficientNets divide by 255 inside of the model."""
    return images * 255.0 if SOURCES[name].constructor.startswith("EfficientNetB") else images


def test_every_source_of_the_lineage_is_compared() -> None:
    assert set(SOURCES) == REQUIRED


@pytest.mark.parametrize("name", marked(SOURCES.keys() - set(LONGER)))
def test_logits_are_those_of_keras_applications(name: str, request: pytest.FixtureRequest) -> None:
    if name not in SINGLE:
        request.getfixturevalue("double")
    images = pictures(4, PIXELS.get(name, 120))
    theirs = reference(name, images)
    with weights_of_zeros():
        ours = copy_from_applications(theirs, name, **SOURCES[name].options)
    wanted = logits(theirs, pixels_of(name, images))
    assert_same(ours, images, wanted)
    if name in SWAPPED:  # the comparison would tell
        swap_two_kernels(ours)
        assert difference(ours, images, wanted) > 100 * AGREE
    del theirs, ours
    keras.backend.clear_session()
    gc.collect()


@pytest.mark.slow
@pytest.mark.parametrize("name", LONGER)
def test_every_layer_has_one_source_of_its_size(name: str) -> None:
    """On outlines: no weight is drawn, and none computed with."""
    constructor = getattr(keras.applications, SOURCES[name].constructor)
    with without_weights():
        theirs = constructor(weights=None, classifier_activation=None)
    ours = build_outline(name, theirs.input_shape[1:], 1000, **SOURCES[name].options)
    sources, names = _layers_by_name(theirs), _source_names(name)
    weighted = [layer for layer in ours.layers if layer.weights]
    assert names.keys() == {layer.name for layer in weighted}
    assert len(set(names.values())) == len(names)
    used = {id(sources[source]) for source in names.values()}
    unused = [layer for layer in leaves(theirs) if layer.weights and id(layer) not in used]
    assert all(isinstance(layer, keras.layers.Normalization) for layer in unused)  # of the pixels
    for layer in weighted:
        source = sources[names[layer.name]]
        assert type(source).__name__ == type(layer).__name__ or "Conv2D" in type(layer).__name__, layer.name
        sizes = {weight.name: math.prod(weight.shape) for weight in source.weights}
        wanted = {weight.name: math.prod(weight.shape) for weight in layer.weights}
        assert wanted.items() <= sizes.items() or list(wanted.values()) == list(sizes.values()), layer.name
        assert getattr(layer, "strides", None) == getattr(source, "strides", None), layer.name
    keras.backend.clear_session()


def test_a_source_of_other_sizes_is_refused() -> None:
    theirs = keras.applications.MobileNet(
        weights=None, classifier_activation=None, input_shape=(128, 128, 3), alpha=0.25, classes=10
    )
    with pytest.raises(ArchitectureError, match="layer 'stem' of mobilenet_v1 and its source 'conv1' differ in kernel"):
        copy_from_applications(theirs, "mobilenet_v1")


def test_a_source_of_another_family_is_refused() -> None:
    theirs = build("resnet20", (32, 32, 3), 10)
    with pytest.raises(ArchitectureError, match="has no source"):
        copy_from_applications(theirs, "mobilenet_v1")


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`published(name)`: from now on keras.applications hands out this random model as the one trained on ImageNet."""

    def hand_out(name: str) -> Any:
        constructor = getattr(keras.applications, SOURCES[name].constructor)
        keras.utils.set_random_seed(3)
        model = constructor(weights=None, classifier_activation=None)
        monkeypatch.setattr(keras.applications, SOURCES[name].constructor, lambda **_: model)
        return model

    _imagenet.cache_clear()
    yield hand_out
    _imagenet.cache_clear()


@pytest.mark.parametrize(
    ("name", "preprocess"),
    [
        ("mobilenet_v1", keras.applications.mobilenet.preprocess_input),
        pytest.param("resnet50", keras.applications.resnet.preprocess_input, marks=pytest.mark.slow),
    ],
)
def test_pictures_go_through_the_familys_own_preprocessing(name: str, preprocess: Any, published) -> None:
    """With all classes, our model on our normalised pixels says what theirs says on theirs."""
    theirs = published(name)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3)).astype("float32")
    mean, std = pixel_normalization(name, {"pretrained": "imagenet"})
    ours = build(name, (224, 224, 3), 1000, pretrained="imagenet")
    wanted, found = logits(theirs, preprocess(pixels.copy())), logits(ours, (pixels / 255 - mean) / std)
    np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-3 * np.abs(wanted).max())


def as_theirs_sees(name: str, pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """What the first convolution of the published model gets, after the layers of its own that prepare pixels."""
    constructor = getattr(keras.applications, SOURCES[name].constructor)
    module = sys.modules[constructor.__module__]
    monkeypatch.setattr(module.file_utils, "get_file", lambda *_, **__: "nowhere")
    monkeypatch.setattr(keras.Model, "load_weights", lambda *_, **__: None)
    with without_weights():
        theirs = constructor(weights="imagenet")
    seen = module.preprocess_input(pixels.copy())
    for layer in theirs.layers[1:]:
        if not isinstance(layer, keras.layers.Rescaling | keras.layers.Normalization):
            break
        # EfficientNet's constants are in the file, with the deviation, not its square, as the variance
        seen = (seen - TORCH.mean) / np.sqrt(TORCH.std) if layer.weights else layer(seen)
    keras.backend.clear_session()
    return np.array(seen)


@pytest.mark.filterwarnings("ignore:`input_shape` is undefined:UserWarning")
@pytest.mark.parametrize("name", every_source())
def test_pixels_are_normalized_as_the_published_model_does(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1, 4, 4, 3)).astype("float32")
    mean, std = pixel_normalization(name, {"pretrained": "imagenet"})
    seen = as_theirs_sees(name, pixels, monkeypatch)
    ours = ((pixels / 255 - mean) / std)[..., ::-1] if SOURCES[name].reversed_channels else (pixels / 255 - mean) / std
    np.testing.assert_allclose(ours, seen, rtol=1e-4, atol=1e-4 * np.abs(seen).max())


def test_another_number_of_classes_keeps_its_own_last_layer(published) -> None:
    theirs = published("mobilenet_v1")
    keras.utils.set_random_seed(7)
    fresh = build("mobilenet_v1", (96, 96, 3), 5)
    keras.utils.set_random_seed(7)
    ours = build("mobilenet_v1", (96, 96, 3), 5, pretrained="imagenet")
    np.testing.assert_array_equal(ours.get_layer("stem").kernel, theirs.get_layer("conv1").kernel)
    np.testing.assert_array_equal(ours.get_layer("logits").kernel, fresh.get_layer("logits").kernel)


@pytest.mark.parametrize(
    ("shape", "options", "sentence"),
    [
        ((96, 96, 1), {}, "pretrained=imagenet of mobilenet_v1 is for colour images, and these have 1 channel"),
        ((96, 96, 3), {"width": 0.5}, "pretrained=imagenet of mobilenet_v1 wants width=1.0, not 0.5"),
        ((64, 64, 3), {}, "for its large form, and images of 64x64 get the small one"),
        ((96, 96, 3), {"form": "small"}, "for its large form"),
        ((96, 96, 3), {"pretrained": "jft"}, "option pretrained of mobilenet_v1 is one of imagenet, not 'jft'"),
    ],
)
def test_published_weights_that_do_not_fit_are_refused(shape: tuple, options: dict, sentence: str, published) -> None:
    published("mobilenet_v1")
    with pytest.raises(ArchitectureError, match=sentence):
        build("mobilenet_v1", shape, 5, **{"pretrained": "imagenet", **options})


def test_options_that_compute_something_else_are_refused() -> None:
    with pytest.raises(ArchitectureError, match="pretrained=imagenet of resnet50 wants stride_in=1x1, not '3x3'"):
        build("resnet50", (96, 96, 3), 5, pretrained="imagenet", stride_in="3x3")


def test_without_the_weights_it_is_the_same_net() -> None:
    """As predictions build it: ResNet's stride lies where the published weights want it."""
    net = build_untrained("resnet50", (96, 96, 3), 5, pretrained="imagenet")
    assert net.get_layer("stage2_block1_conv1").strides == (2, 2)
    assert net.get_layer("stage2_block1_conv2").strides == (1, 1)


def test_an_architecture_without_published_weights_has_no_such_option() -> None:
    assert pixel_normalization("lenet5", {}) is None
    with pytest.raises(ArchitectureError, match="lenet5 has no option 'pretrained'"):
        build("lenet5", (32, 32, 1), 10, pretrained="imagenet")


def test_weights_that_cannot_be_had_are_refused_with_the_place_to_put_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: Any, **__: Any) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(keras.applications, "MobileNet", no_network)
    with pytest.raises(ArchitectureError, match=r"mobilenet_1_0_224_tf.h5 .* put it into .*/models .*no route to host"):
        build("mobilenet_v1", (96, 96, 3), 5, pretrained="imagenet")
