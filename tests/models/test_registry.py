"""The registry: names without Keras, refusals, options, counts as pinned, estimates."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from suite.models import (
    ArchitectureError,
    build,
    build_outline,
    estimate_macs,
    facts,
    fingerprint,
    measure,
    names,
    option_names,
    registry,
)
from suite.models.facts import golden

from .conftest import QUICK

LINEAGE = {
    "mlp", "article_cnn", "simple_cnn", "exercise_cnn", "lenet5", "alexnet", "alexnet_grouped",
    *(f"vgg{depth}{suffix}" for depth in (11, 13, 16, 19) for suffix in ("", "_bn")),
    "googlenet", "inception_v3", "xception",
    *(f"resnet{depth}" for depth in (18, 34, 50, 101, 152, 20, 32, 44, 56, 110)), "preact_resnet18",
    *(f"plain{depth}" for depth in (20, 32, 44, 56, 110)),
    "densenet121", "densenet169", "densenet201", "densenet_bc_100_12", "densenet_bc_190_40",
    *(f"efficientnet_b{number}" for number in range(8)), "efficientnetv2_s",
    "mobilenet_v1", "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "shufflenet_v1", "shufflenet_v2",
    "ghostnet", "nasnet_mobile", "nasnet_large", "regnetx_400mf", "regnetx_4gf", "regnety_400mf", "regnety_4gf",
    "vit_ti16", "vit_s16", "vit_b16", "vit_b32", "vit_l16", "swin_tiny", "swin_small", "swin_base",
    "convnext_tiny", "convnext_small", "convnext_base", "coatnet0",
}  # fmt: skip


def test_the_lineage_is_there_once() -> None:
    assert set(names()) >= LINEAGE
    assert len(names()) == len(set(names()))


def test_names_facts_options_and_estimates_import_no_keras() -> None:
    code = (
        "import sys, suite.models as m\n"
        "for n in m.names(): m.facts(n); m.option_names(n); m.estimate_macs(n, (32, 32, 3), 10, {'width': 0.5})\n"
        "sys.exit(any(k in sys.modules for k in ('keras', 'tensorflow', 'jax', 'torch')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_declared_facts_equal_the_golden_lines() -> None:
    from suite.models.measurement import declared_facts

    declared = registry.declared()
    assert set(declared) == set(golden.lines())
    for name, (module, architecture) in declared.items():
        line = golden.lines()[name]
        assert line["module"] == module
        assert declared_facts(architecture).items() <= line.items()
        assert [(tuple(c["input_shape"]), c["num_classes"]) for c in line["counts"]] == list(architecture.references)


def test_a_new_architecture_is_one_file_and_one_golden_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file declares it, `measure=true write=true` writes the line; nothing else names it."""
    from suite.models import families
    from suite.models.measurement import golden_line

    (tmp_path / "pooled.py").write_text(
        "import keras\n"
        "from suite.models.architecture import CIFAR10, Architecture\n"
        "from suite.models.blocks.layers import convolution, normalized, scaled\n"
        "from suite.models.heads import logits\n"
        "def pooled(input_shape, num_classes, *, width: float = 1.0):\n"
        "    inputs = keras.Input(input_shape)\n"
        "    x = normalized(convolution(inputs, scaled(8, width), 3, name='stem'), 'stem')\n"
        "    return keras.Model(inputs, logits(keras.layers.GlobalAveragePooling2D()(x), num_classes))\n"
        "ARCHITECTURES = {\n"
        "    'pooled': Architecture(pooled, 'Pooled', depth=2, key_innovation='-', references=(CIFAR10,))\n"
        "}\n"
    )
    monkeypatch.setattr(families, "__path__", [*families.__path__, str(tmp_path)])
    lines = golden.lines() | {"pooled": golden_line("pooled")}
    monkeypatch.setattr(golden, "lines", lambda: lines)
    assert "pooled" in names()
    assert facts("pooled")["trainable_params"] == 27 * 8 + 2 * 8 + 8 * 10 + 10
    assert build("pooled", (32, 32, 1), 3, width=0.5).output_shape == (None, 3)
    sys.modules.pop("suite.models.families.pooled")


def test_every_builder_takes_width() -> None:
    assert all("width" in option_names(name) for name in golden.lines())


def test_an_unknown_name_lists_the_nearest_first() -> None:
    with pytest.raises(
        ArchitectureError, match=r"unknown architecture 'resnet2'.*Did you mean.*nearest first: resnet2"
    ):
        build("resnet2", (32, 32, 3), 10)
    for ask in (facts, option_names):
        with pytest.raises(ArchitectureError, match=r"'lenet55'\. Did you mean 'lenet5'"):
            ask("lenet55")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"widht": 2}, "resnet20 has no option 'widht'. Did you mean 'width'"),
        ({"width": "wide"}, "option width of resnet20 is a number, not 'wide'"),
        ({"width": 0}, "must be above 0 and below 1000, not 0"),
        ({"width": True}, "is a number, not True"),
        ({"skip": 0}, "option skip of resnet20 is true or false, not 0"),
        ({"shortcut": "C"}, "option shortcut of resnet20 is one of A, B, not 'C'"),
    ],
)
def test_wrong_options_are_named(options: dict, sentence: str) -> None:
    with pytest.raises(ArchitectureError, match=sentence):
        build("resnet20", (32, 32, 3), 10, **options)


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("alexnet", {"dropout": 1.5}, "option dropout of alexnet is a rate of at least 0 and below 1, not 1.5"),
        ("convnext_tiny", {"drop_path": 1.0}, "option drop_path of convnext_tiny is a rate"),
        ("convnext_tiny", {"kernel": 4}, "odd side of the depthwise filters, not 4"),
        ("densenet121", {"compression": -3}, "compression is the share of channels kept"),
        ("densenet121", {"growth_rate": -3}, "growth_rate counts the channels"),
        ("efficientnet_b0", {"depth": float("nan")}, "option depth of efficientnet_b0 is a finite number"),
        ("efficientnet_b0", {"depth": -1}, "a depth above 0"),
        ("efficientnet_b0", {"depth": 1e6}, "a depth above 0 and up to 10, and a phi between -12 and 12, not 1e.06"),
        ("efficientnet_b0", {"phi": -50}, "a phi between -12 and 12, not 1 and -50"),
        ("vgg16", {"pretraind": "imagenet"}, "Did you mean 'pretrained'"),
        ("vit_ti16", {"patch_size": 33}, "a patch_size of 33 is larger than the image"),
        ("shufflenet_v1", {"groups": True}, "option groups of shufflenet_v1 is one of 1, 2, 3, 4, 8, not True"),
        ("vit_ti16", {"patch_size": -4}, "vit_ti16 cannot be built for images of 32x32x3 with patch_size=-4"),
        ("vgg11", {"form": "large"}, "vgg11 cannot be built for images of 8x8x3 with form=large: Computed output size"),
    ],
)
def test_options_out_of_their_range_are_refused(name: str, options: dict, sentence: str) -> None:
    side = 8 if name == "vgg11" else 32
    with pytest.raises(ArchitectureError, match=sentence):
        build(name, (side, side, 3), 10, **options)


@pytest.mark.parametrize("shape", [32, (32, 32), (32, 32, 0), (None, None, 3), (31.5, 32, 3)])
def test_a_shape_that_is_none_is_refused(shape: object) -> None:
    with pytest.raises(ArchitectureError, match="takes images of"):
        build("mlp", shape, 10)  # type: ignore[arg-type]


def test_too_small_images_and_too_few_classes_are_refused() -> None:
    with pytest.raises(ArchitectureError, match="resnet18 needs images of at least 8x8 pixels, not 7x32"):
        build("resnet18", (7, 32, 3), 10)
    with pytest.raises(ArchitectureError, match="at least 2 classes"):
        build("mlp", (32, 32, 3), 1)
    with pytest.raises(ArchitectureError, match="at least 2 classes, not 'ten'"):
        build("mlp", (32, 32, 3), "ten")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", QUICK)
def test_the_smallest_image_passes(name: str) -> None:
    least = facts(name)["min_size"]
    assert build_outline(name, (least, least, 1), 2, width=0.1).output_shape == (None, 2)
    keras.backend.clear_session()


@pytest.mark.parametrize("name", golden.lines())
def test_one_pixel_less_is_refused_with_the_least_size(name: str) -> None:
    least = facts(name)["min_size"]
    if least > 1:
        with pytest.raises(ArchitectureError, match=f"{name} needs images of at least {least}x{least} pixels"):
            build(name, (least, least - 1, 1), 2)


@pytest.mark.parametrize("name", QUICK)
def test_counts_are_as_pinned_on_small_images(name: str) -> None:
    counted = measure(build_outline(name, (32, 32, 3), 10))
    pinned = golden.counts(name, (32, 32, 3), 10)
    assert pinned is not None
    assert (counted.params, counted.trainable_params, counted.macs) == (
        pinned["params"], pinned["trainable_params"], pinned["macs"]
    )  # fmt: skip
    keras.backend.clear_session()


def test_an_outline_is_the_same_net_without_values() -> None:
    """But for another package's, which may read the weights that it makes."""
    outline, net = build_outline("efficientnet_b0", (32, 32, 3), 10), build("efficientnet_b0", (32, 32, 3), 10)
    assert fingerprint(outline) == fingerprint(net)
    assert [(w.path, w.shape) for w in outline.weights] == [(w.path, w.shape) for w in net.weights]
    assert all(weight._value is None for weight in outline.weights)
    keras.backend.clear_session()


def test_an_outline_leaves_nothing_behind() -> None:
    """Keras would draw its weights when the next layer is traced; and seeds go on as if it had not been built."""
    keras.utils.set_random_seed(5)
    wanted = build("lenet5", (32, 32, 1), 10).get_weights()
    keras.utils.set_random_seed(5)
    outline = build_outline("resnet8", (32, 32, 3), 10)
    found = build("lenet5", (32, 32, 1), 10).get_weights()
    assert all(np.array_equal(one, other) for one, other in zip(found, wanted, strict=True))
    keras.layers.Lambda(lambda x: x + 1)(keras.Input((3,)))
    assert all(weight._value is None for weight in outline.weights)


@pytest.mark.slow
@pytest.mark.parametrize("name", golden.lines())
def test_counts_are_as_pinned_everywhere(name: str) -> None:
    from suite.models.measurement import golden_line

    counted = golden_line(name)
    assert counted.items() <= golden.lines()[name].items()
    assert {"params", "trainable_params", "macs", "first_macs"} <= counted["counts"][0].keys()


@pytest.mark.parametrize("name", ["mlp", "lenet5", "article_cnn", "alexnet", "resnet20"])
def test_weights_depend_on_the_seed_alone(name: str) -> None:
    def weights(seed: int) -> list[np.ndarray]:
        keras.utils.set_random_seed(seed)
        return build(name, (32, 32, 1), 10, width=0.25).get_weights()

    first, again, other = weights(3), weights(3), weights(4)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("name", ["mlp", "lenet5", "alexnet", "vgg11_bn", "resnet20", "resnet18"])
def test_width_scales_multiply_adds_about_with_its_square(name: str) -> None:
    counted = measure(build_outline(name, (32, 32, 3), 10, width=0.5)).macs
    assert counted < measure(build_outline(name, (32, 32, 3), 10)).macs
    assert estimate_macs(name, (32, 32, 3), 10, {"width": 0.5}) == pytest.approx(counted, rel=0.05)


@pytest.mark.parametrize(
    ("name", "off"),
    [("article_cnn", 0.03), ("resnet20", 0.03), ("resnet18", 0.03), ("mobilenet_v2", 0.03), ("googlenet", 0.03),
     ("alexnet", 0.25), ("vgg11_bn", 0.25), ("vit_ti16", 0.25)],
)  # fmt: skip
def test_estimates_are_near_at_sizes_that_are_not_pinned(name: str, off: float) -> None:
    """Where maps halve evenly, and where they do not."""
    counted = measure(build_outline(name, (48, 48, 3), 10)).macs
    assert estimate_macs(name, (48, 48, 3), 10) == pytest.approx(counted, rel=off)


def test_logits_are_float32_under_mixed_precision(images) -> None:
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = build("resnet20", (32, 32, 3), 10, width=0.25)
    outputs = model(images(2, (32, 32, 3)))
    assert str(outputs.dtype).endswith("float32'>")
    assert model.get_layer("stem").compute_dtype == "bfloat16"
    assert {weight.dtype for weight in model.get_layer("stem_bn").weights} == {"float32"}
