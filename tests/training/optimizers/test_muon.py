"""Muon: Newton and Schulz against an SVD, whole steps against numpy, and who is trained by it in real networks."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from suite import models
from suite.config.search import space_of
from suite.training.optimization import make_optimizer, set_optimizer
from suite.training.optimizers.muon import COEFFICIENTS, ITERATIONS, as_matrix, is_matrix, orthogonalized
from suite.training.recipe import Recipe

RANDOM = np.random.default_rng(3)


def by_singular_values(matrix: np.ndarray) -> np.ndarray:
    """The iteration on the singular values alone: it is a polynomial in them, and leaves the vectors as they are."""
    a, b, c = COEFFICIENTS
    left, values, right = np.linalg.svd(matrix.astype("float64"), full_matrices=False)
    values = values / np.sqrt(np.sum(values**2))
    for _ in range(ITERATIONS):
        values = a * values + b * values**3 + c * values**5
    return left * values @ right


@pytest.mark.parametrize("shape", [(27, 8), (8, 27), (16, 16)])
def test_keeps_singular_vectors_and_brings_singular_values_near_one(shape: tuple[int, int]) -> None:
    matrix = RANDOM.normal(size=shape).astype("float32")
    found = keras.ops.convert_to_numpy(orthogonalized(keras.ops.convert_to_tensor(matrix)))
    np.testing.assert_allclose(found, by_singular_values(matrix), atol=2e-4)
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    inside = left.T @ found @ right.T
    np.testing.assert_allclose(inside, np.diag(np.diag(inside)), atol=1e-3)
    if shape != (16, 16):  # whose least singular value may be too near zero for five iterations
        assert np.linalg.svd(found, compute_uv=False) == pytest.approx(np.ones(len(values)), abs=0.35)


def test_a_kernel_becomes_a_matrix_of_all_its_inputs_by_its_outputs() -> None:
    kernel = RANDOM.normal(size=(3, 3, 4, 5)).astype("float32")
    matrix = keras.ops.convert_to_numpy(as_matrix(keras.ops.convert_to_tensor(kernel)))
    patch = RANDOM.normal(size=(3, 3, 4)).astype("float32")
    np.testing.assert_allclose(patch.ravel() @ matrix, np.einsum("hwi,hwio->o", patch, kernel), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("nesterov", [True, False])
@pytest.mark.parametrize("decay", [0.0, 0.5])
def test_four_steps_by_hand(nesterov: bool, decay: float) -> None:
    """m = 0.9 m + g; w moves by -r (0.2 sqrt(max(rows, columns)) O(g + 0.9 m) + d w), a bias as with Adam."""
    recipe = Recipe(optimizer="muon", learning_rate=0.1, momentum=0.9, nesterov=nesterov, weight_decay=decay)
    kernel, bias = RANDOM.normal(size=(3, 3, 2, 4)), RANDOM.normal(size=4)
    variables = [keras.Variable(value, dtype="float32") for value in (kernel, bias)]
    optimizer = make_optimizer(recipe, variables)
    set_optimizer(optimizer, recipe, total_steps=10)
    momentum, mean, square = np.zeros(kernel.shape), np.zeros(4), np.zeros(4)
    for step in range(1, 5):
        gradients = [RANDOM.normal(size=value.shape) for value in (kernel, bias)]
        optimizer.apply([keras.ops.convert_to_tensor(gradient.astype("float32")) for gradient in gradients])
        momentum = 0.9 * momentum + gradients[0]
        ahead = gradients[0] + 0.9 * momentum if nesterov else momentum
        moved = 0.2 * np.sqrt(18) * by_singular_values(ahead.reshape(18, 4)).reshape(kernel.shape)
        kernel = kernel - 0.1 * (moved + decay * kernel)
        mean, square = 0.9 * mean + 0.1 * gradients[1], 0.999 * square + 0.001 * gradients[1] ** 2
        bias = bias - 0.1 * (mean / (1 - 0.9**step)) / np.sqrt(square / (1 - 0.999**step))
        np.testing.assert_allclose(keras.ops.convert_to_numpy(variables[0]), kernel, rtol=2e-3, atol=1e-3)
        np.testing.assert_allclose(keras.ops.convert_to_numpy(variables[1]), bias, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", ["resnet8", "mobilenet_v2", "googlenet", "vit_ti16", "swin_tiny"])
def test_trains_the_kernels_of_a_network_and_leaves_the_rest_to_adamw(name: str) -> None:
    options = {"auxiliary": True} if name == "googlenet" else {}
    net = models.build(name, (32, 32, 3), 10, **options)
    optimizer = make_optimizer(Recipe(optimizer="muon"), net.trainable_variables)
    for variable, velocity in zip(net.trainable_variables, optimizer.adam_velocities, strict=True):
        assert (velocity is None) == is_matrix(variable)
        last = variable.shape[-1] == 10 and variable.name == "kernel" and len(variable.shape) == 2
        depthwise = variable.shape[-1] == 1
        plain = variable.name in ("kernel", "embeddings") and len(variable.shape) > 1 and not last and not depthwise
        assert is_matrix(variable) == plain, variable.path
    assert any(len(variable.shape) == 4 and is_matrix(variable) for variable in net.trainable_variables)


def test_a_convolution_goes_another_way_than_with_adamw() -> None:
    """Keras' own would send it there."""
    ends = []
    for optimizer in ("muon", "adamw"):
        recipe, variable = Recipe(optimizer=optimizer), keras.Variable(np.ones((3, 3, 2, 4)), dtype="float32")
        found = make_optimizer(recipe, [variable])
        set_optimizer(found, recipe, total_steps=10)
        found.apply([keras.ops.convert_to_tensor(np.arange(72, dtype="float32").reshape(3, 3, 2, 4))])
        ends.append(keras.ops.convert_to_numpy(variable))
    assert not np.allclose(ends[0], ends[1], atol=1e-5)


def test_a_search_looks_for_its_decay_where_adamws_lies() -> None:
    """Steps as large as AdamW's decay by as much: Liu et al., section 2.2."""
    own, adamws = (space_of("mine", "auto", Recipe(optimizer=name)).dimensions for name in ("muon", "adamw"))
    assert own["weight_decay"] == adamws["weight_decay"]
    assert own["learning_rate"] == {"low": pytest.approx(1e-4), "high": pytest.approx(1e-2), "log": True}
