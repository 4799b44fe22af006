"""The same on JAX: multiply-adds by XLA's own analysis, logits of every family, batch normalization."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from suite.models import build, build_outline
from suite.models.blocks.normalization import BatchNormalization
from suite.models.complexity import step_multiply_adds
from suite.models.graph import Step, steps

from .conftest import REPRESENTATIVES, pictures, shake, steady
from .reference import disturb

pytestmark = pytest.mark.slow


class OnJax:
    """A process with Keras on JAX, for it is one backend to a process; `ask("costs", name=...)` has it answer."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, function: str, **arguments: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([function, arguments]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the process ended at {function} {arguments}"
        return json.loads(answer)


@pytest.fixture(scope="module")
def jax() -> Iterator[OnJax]:
    root = Path(__file__).parents[2]
    quick_to_compile = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "1", "PYTHONPATH": str(root),
                   "XLA_FLAGS": quick_to_compile}  # fmt: skip
    command = [sys.executable, str(Path(__file__).with_name("jax_process.py"))]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        yield OnJax(process)
        process.kill()


def taps(size: int, kernel: int, stride: int, out: int) -> int:
    """Taps on real pixels along one axis of a convolution padded "same", over all output positions."""
    before = max((out - 1) * stride + kernel - size, 0) // 2
    starts = [position * stride - before for position in range(out)]
    return sum(sum(0 <= start + tap < size for tap in range(kernel)) for start in starts)


def without_padded_taps(step: Step) -> float:
    """Our count of a layer, less the taps that fall on padding: what XLA counts."""
    counted = step_multiply_adds(step)
    assert counted
    if getattr(step.layer, "padding", "valid") == "valid":
        return counted
    (_, *size, _), (_, *out, _) = step.input_shapes[0], step.output_shapes[0]
    pointwise = math.prod(getattr(step.layer, "pointwise_kernel", np.empty(0)).shape) * math.prod(out)
    counted -= pointwise
    for axis in (0, 1):
        kernel, stride = step.layer.kernel_size[axis], step.layer.strides[axis]
        counted = counted * taps(size[axis], kernel, stride, out[axis]) / (out[axis] * kernel)
    return counted + pointwise


NETS = {
    "lenet5": (32, 32, 1),
    "mlp": (32, 32, 3),
    "article_cnn": (32, 32, 3),
    "alexnet": (224, 224, 3),
    "vgg16_bn": (32, 32, 3),
    "resnet20": (33, 47, 3),
    "resnet50": (224, 224, 3),
    "mobilenet_v2": (33, 47, 3),  # depthwise
    "xception": (96, 99, 3),  # separable
    "regnety_400mf": (224, 224, 3),  # groups, squeeze and excitation
    "vit_ti16": (33, 47, 3),  # attention
    "swin_tiny": (99, 96, 3),  # in windows that do not tile the map
    "coatnet0": (96, 96, 3),
}


@pytest.mark.parametrize("name", NETS)
def test_multiply_adds_agree_with_xla(name: str, jax: OnJax) -> None:
    xla = jax.ask("costs", name=name, shape=NETS[name])
    net = build_outline(name, NETS[name], 10)
    ours = {step.layer.name: without_padded_taps(step) for step in steps(net) if step_multiply_adds(step)}
    keras.backend.clear_session()
    assert ours.keys() == xla.keys()
    for layer, count in xla.items():
        assert ours[layer] == pytest.approx(count, rel=1e-6), layer


LARGE = [("alexnet_grouped", 96), ("googlenet", 96)]
"""Forms for large images with what the small ones lack: response normalization, pools after the stem, adaptive ones."""


TRAINED_TOO = ("lenet5", "resnet8", "mobilenet_v1", "vit_ti16", "alexnet_grouped")
"""Compared in training as well, which is another program to compile. With nothing dropped, only batch normalization
does something else there, and that is one layer, compared below for itself."""


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize(("name", "side"), [*((name, 32) for name in REPRESENTATIVES), *LARGE])
def test_every_family_gives_the_same_logits(name: str, side: int, jax: OnJax, tmp_path: Path) -> None:
    """Weights saved under TensorFlow, loaded under JAX; some in training too. Half as wide: faster."""
    options = {"width": 0.5, **steady(name)}
    rows, weights, images = pictures(4, side), tmp_path / "model.weights.h5", tmp_path / "images.npy"
    np.save(images, rows)
    keras.utils.set_random_seed(0)
    model = build(name, (side, side, 3), 10, **options)
    shake(model)
    norms = [layer for layer in model.layers if isinstance(layer, BatchNormalization)]
    for norm in norms:
        norm.momentum = 0.0  # the statistics of these images: with far others all logits are alike
    ours = {"train": np.array(model(rows, training=True))}
    disturb(norms)
    ours["predict"] = np.array(model(rows, training=False))
    if norms:
        assert np.abs(ours["train"] - ours["predict"]).max() > 1e-2 * ours["train"].std(axis=0).mean()
    model.save_weights(weights)
    modes = ["predict", "train"] if name in TRAINED_TOO else ["predict"]
    theirs = jax.ask("logits", name=name, options=options, weights=str(weights), images=str(images), modes=modes)
    assert theirs.keys() == set(modes)
    for mode in modes:
        wanted = ours[mode]
        spread = wanted.std(axis=0).mean()
        assert spread > 1e-3 * np.abs(wanted).max(), mode
        assert np.abs(np.array(theirs[mode]) - wanted).max() < 1e-4 * spread, mode


@pytest.mark.parametrize("shape", [(16, 7, 5, 3), (64, 3)])  # a map, through the fused kernel here; and vectors
def test_batch_normalization_is_equal_across_backends(shape: tuple[int, ...], jax: OnJax, tmp_path: Path) -> None:
    rows, layer = np.random.default_rng(1).normal(2.0, 3.0, shape).astype("float32"), BatchNormalization()
    np.save(tmp_path / "rows.npy", rows)
    theirs = jax.ask("norm", path=str(tmp_path / "rows.npy"))
    np.testing.assert_allclose(layer(rows, training=True), theirs["trained"], atol=2e-6)
    np.testing.assert_allclose(layer.moving_mean, theirs["mean"], rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance, theirs["variance"], rtol=1e-5)
    np.testing.assert_allclose(layer(rows, training=False), theirs["predicted"], rtol=1e-5, atol=1e-5)
