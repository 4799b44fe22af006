"""One way in for weights from anywhere: what fits is taken, what does not is refused or said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from suite.core.directories import WEIGHTS
from suite.models import ArchitectureError, Saved, attached, build, load, of_run
from suite.models.heads import last_map
from tests.models.conftest import shake

SHAPE = (16, 16, 3)
OPTIONS = {"width": 0.5}


@pytest.fixture
def trained() -> Any:
    keras.utils.set_random_seed(1)
    net = build("resnet8", SHAPE, 10, **OPTIONS)
    shake(net)
    return net


@pytest.fixture
def run(trained: Any, tmp_path: Path) -> Saved:
    """The directory of a final run of that net."""
    trained.save_weights(tmp_path / WEIGHTS)
    return of_run(tmp_path, "resnet8", SHAPE, 10, OPTIONS)


def weights(net: Any, *but: str) -> dict[str, np.ndarray]:
    return {weight.path: np.array(weight) for weight in net.weights if weight.path.split("/")[0] not in but}


def assert_equal(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert one.keys() == other.keys()
    assert all(np.array_equal(one[path], other[path]) for path in one)


def test_a_runs_weights_make_the_net_that_was_trained(trained: Any, run: Saved) -> None:
    assert_equal(weights(run.net()), weights(trained))
    fresh = build("resnet8", SHAPE, 10, **OPTIONS)
    loaded = load(fresh, run)
    assert_equal(weights(fresh), weights(trained))
    assert loaded.kept == ()
    assert loaded.taken == tuple(layer.name for layer in fresh.layers if layer.weights)


def test_other_classes_keep_the_beginning_of_their_logits_and_it_is_said(trained: Any, run: Saved) -> None:
    keras.utils.set_random_seed(2)
    untouched = weights(build("resnet8", SHAPE, 3, **OPTIONS))
    keras.utils.set_random_seed(2)
    net = build("resnet8", SHAPE, 3, **OPTIONS)
    assert load(net, run).kept == ("logits",)
    assert_equal(weights(net, "logits"), weights(trained, "logits"))
    np.testing.assert_array_equal(net.get_layer("logits").kernel, untouched["logits/kernel"])


def test_another_head_is_left_at_its_start(trained: Any, run: Saved) -> None:
    bare = build("resnet8", SHAPE, 2, **OPTIONS)
    net = attached(bare, lambda found: keras.layers.Conv2D(4, 1, name="boxes")(last_map(found)))
    assert load(net, run, head=["boxes"]).kept == ("boxes",)
    assert_equal(weights(net, "boxes"), weights(trained, "logits"))
    with pytest.raises(ArchitectureError, match="none of its shape for layer 'boxes'"):
        load(net, run)


def test_what_begins_at_random_beside_the_head_is_refused_before_anything_changes(run: Saved) -> None:
    wide = build("resnet8", SHAPE, 10)
    before = weights(wide)
    with pytest.raises(ArchitectureError) as refused:
        load(wide, run)
    assert "do not fit: they have none of its shape for layer 'stem'" in str(refused.value)
    assert "they are of resnet8 for images of 16x16x3 and 10 classes" in str(refused.value)
    assert_equal(weights(wide), before)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("net.keras", b"", r"its name must end in \.weights\.h5"),
        ("net.h5", b"", r"its name must end in \.weights\.h5"),
        ("gone.weights.h5", None, "there are no weights in .*gone"),
        ("torn.weights.h5", b"\x89HDF\r\n", "torn.weights.h5 cannot be read: "),
    ],
)
def test_what_is_no_file_of_weights_is_refused(name: str, content: bytes | None, sentence: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ArchitectureError, match=sentence):
        Saved(tmp_path / name, "resnet8", SHAPE, 10, OPTIONS).net()


def test_a_file_of_another_net_is_refused(run: Saved) -> None:
    with pytest.raises(ArchitectureError, match=r"cannot be read: .*; they are of resnet20"):
        Saved(run.path, "resnet20", SHAPE, 10, OPTIONS).net()
