"""The same on JAX: multiply-adds by XLA's own analysis, and batch normalization number for number."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.models import build, golden
from suite.models.complexity import step_multiply_adds
from suite.models.graph import Step, steps
from suite.models.normalization import BatchNormalization

from .conftest import pictures, shake, steady

pytestmark = pytest.mark.slow


def on_jax(*arguments: str) -> Any:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "1", "PYTHONPATH": str(root)}
    command = [sys.executable, str(Path(__file__).with_name("jax_process.py")), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


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
    for axis in (0, 1):
        kernel, stride = step.layer.kernel_size[axis], step.layer.strides[axis]
        counted = counted * taps(size[axis], kernel, stride, out[axis]) / (out[axis] * kernel)
    return counted


NETS = {
    "lenet5": (32, 32, 1),
    "mlp": (32, 32, 3),
    "article_cnn": (32, 32, 3),
    "alexnet": (224, 224, 3),
    "vgg16_bn": (32, 32, 3),
    "resnet20": (33, 47, 3),
    "resnet50": (224, 224, 3),
}


@pytest.fixture(scope="module")
def xla() -> dict[str, dict[str, float]]:
    """XLA's count of each layer of the nets, from one process."""
    return dict(zip(NETS, on_jax("costs", *(f"{name}:{'x'.join(map(str, NETS[name]))}" for name in NETS)), strict=True))


@pytest.mark.parametrize("name", NETS)
def test_multiply_adds_agree_with_xla(name: str, xla, built) -> None:
    ours = {s.layer.name: without_padded_taps(s) for s in steps(built(name, NETS[name])) if step_multiply_adds(s)}
    assert ours.keys() == xla[name].keys()
    for layer, count in xla[name].items():
        assert ours[layer] == pytest.approx(count, rel=1e-6), layer


@pytest.mark.usefixtures("double")
def test_every_family_gives_the_same_logits(tmp_path: Path) -> None:
    """Weights saved under TensorFlow, loaded under JAX; in training too, with nothing dropped."""
    images = pictures(4, 32)
    np.save(tmp_path / "images.npy", images)
    chosen, ours = list(golden.smallest_of_families().values()), {}
    for name in chosen:
        model = build(name, (32, 32, 3), 10, **steady(name))
        shake(model)
        for layer in model.layers:
            if isinstance(layer, BatchNormalization):
                layer.momentum = 0.0  # predict with the statistics of these images: with others all logits are alike
        trained = np.array(model(images, training=True))
        ours[name] = {"train": trained, "predict": np.array(model(images, training=False))}
        model.save_weights(tmp_path / f"{name}.weights.h5")
    asked = [{"name": name, "options": steady(name), "weights": str(tmp_path / f"{name}.weights.h5"),
              "images": str(tmp_path / "images.npy")} for name in chosen]  # fmt: skip
    theirs = on_jax("logits", *map(json.dumps, asked))
    for name, found in zip(chosen, theirs, strict=True):
        for mode, wanted in ours[name].items():
            spread = wanted.std(axis=0).mean()
            assert spread > 1e-3 * np.abs(wanted).max(), (name, mode)
            assert np.abs(np.array(found[mode]) - wanted).max() < 1e-4 * spread, (name, mode)


def test_batch_normalization_is_equal_across_backends(tmp_path: Path) -> None:
    shapes = [(16, 7, 5, 3), (64, 3)]  # a map, through the fused kernel here; and vectors
    rows = [np.random.default_rng(1).normal(2.0, 3.0, shape).astype("float32") for shape in shapes]
    paths = [str(tmp_path / f"{number}.npy") for number in range(len(rows))]
    for path, values in zip(paths, rows, strict=True):
        np.save(path, values)
    for values, theirs in zip(rows, on_jax("norm", *paths), strict=True):
        layer = BatchNormalization()
        np.testing.assert_allclose(layer(values, training=True), theirs["trained"], atol=2e-6)
        np.testing.assert_allclose(layer.moving_mean, theirs["mean"], rtol=1e-5)
        np.testing.assert_allclose(layer.moving_variance, theirs["variance"], rtol=1e-5)
        np.testing.assert_allclose(layer(values, training=False), theirs["predicted"], rtol=1e-5, atol=1e-5)
