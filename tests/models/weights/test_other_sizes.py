"""Weights for images of another size: convolutions as they are, tables of positions interpolated, or a refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from suite.core.directories import WEIGHTS
from suite.models import ArchitectureError, build, load, of_run
from tests.models.conftest import shake

pytestmark = pytest.mark.slow


def interpolated(grid: np.ndarray, side: int) -> np.ndarray:
    """(n, n, channels) to (side, side, channels) by SciPy: linear between the middles of cells, the edge beyond."""
    places = (np.arange(side) + 0.5) * len(grid) / side - 0.5
    at = np.meshgrid(places, places, indexing="ij")
    channels = [map_coordinates(grid[..., c], at, order=1, mode="nearest") for c in range(grid.shape[-1])]
    return np.stack(channels, axis=-1)


def transferred(name: str, before: int, after: int, tmp_path: Path, **options: Any) -> tuple[Any, Any, Any]:
    """A net for images of one size, another with its weights for images of another, and what loading said."""
    keras.utils.set_random_seed(0)
    trained = build(name, (before, before, 3), 10, **options)
    shake(trained)
    trained.save_weights(tmp_path / WEIGHTS)
    net = build(name, (after, after, 3), 10, **options)
    return trained, net, load(net, of_run(tmp_path, name, (before, before, 3), 10, options))


@pytest.mark.parametrize("pooling", ["mean", "token"])
@pytest.mark.parametrize("after", [64, 16])
def test_positions_are_interpolated(pooling: str, after: int, tmp_path: Path) -> None:
    options = {"width": 0.34, "patch_size": 8, "pooling": pooling}
    trained, net, loaded = transferred("vit_ti16", 32, after, tmp_path, **options)
    assert loaded.refitted == ("positions",)
    theirs, ours = (np.array(each.get_layer("positions").table) for each in (trained, net))
    first = 1 if pooling == "token" else 0
    np.testing.assert_array_equal(ours[:first], theirs[:first])
    wanted = interpolated(theirs[first:].reshape(4, 4, -1), after // 8)
    np.testing.assert_allclose(ours[first:], wanted.reshape(-1, theirs.shape[1]), rtol=1e-5, atol=1e-6)


def test_relative_positions_are_stretched(tmp_path: Path) -> None:
    """CoAtNet's windows are as large as the map."""
    trained, net, loaded = transferred("coatnet0", 32, 64, tmp_path, width=0.25)
    assert loaded.refitted
    for name in loaded.refitted:
        theirs, ours = (np.array(each.get_layer(name).table) for each in (trained, net))
        old, new = (round(table.shape[1] ** 0.5) for table in (theirs, ours))
        wanted = interpolated(theirs.T.reshape(old, old, -1), new).reshape(new * new, -1).T
        np.testing.assert_allclose(ours, wanted, rtol=1e-5, atol=1e-6)


def test_convolutions_serve_any_size_as_they_are(tmp_path: Path) -> None:
    trained, net, loaded = transferred("resnet8", 16, 32, tmp_path, width=0.5)
    assert (loaded.kept, loaded.refitted) == ((), ())
    for one, other in zip(trained.weights, net.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_dense_layers_on_pixels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchitectureError, match=r"do not fit: .*; they are of mlp for images of 16x16x3"):
        transferred("mlp", 16, 32, tmp_path)


def test_another_cut_into_patches_is_refused(tmp_path: Path) -> None:
    """Without a patch_size of its own a ViT cuts larger images into larger patches."""
    with pytest.raises(ArchitectureError, match="none of its shape for layer 'stem' of"):
        transferred("vit_ti16", 32, 96, tmp_path, width=0.34)
