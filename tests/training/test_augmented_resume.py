"""A run with policies, mixed images and one-cycle that is cut in the middle of an epoch goes on bit for bit."""

from __future__ import annotations

from pathlib import Path

import pytest

from suite.training.checkpoint import CHECKPOINTS, committed_rows
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import dying, outcome_of, train

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

RECIPES = {
    "rand_augment, mixup and cutmix": {
        "rand_augment": 2, "mixup": 0.2, "cutmix": 1.0, "cutmix_probability": 0.5, "erasing": 0.25,
        "optimizer": "adamw", "schedule": "one_cycle", "learning_rate": 0.002,
    },
    "auto_augment, augmix and crops": {"auto_augment": "cifar10", "augmix": 3.0, "resized_crop": 0.5, "rotation": 10.0},
    "grid_mask and fourier_mix": {"grid_mask": 0.7, "fourier_mix": 1.0, "mixup": 0.2, "fourier_mix_probability": 0.5},
    "slow weights and alternating flips": {
        "lookahead": 0.7, "lookahead_steps": 4, "bias_rate": 8.0, "flip": True, "flip_alternating": True, "epochs": 2.5,
    },
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [name if name.startswith("slow") else pytest.param(name, marks=pytest.mark.slow) for name in RECIPES]
)
def test_cut_in_an_epoch_it_ends_as_if_it_had_never_stopped(
    name: str, make_spec: MakeSpec, small_segments: None, tmp_path: Path
) -> None:
    spec, whole, cut = make_spec(RECIPES[name]), tmp_path / "whole", tmp_path / "cut"
    expected = outcome_of(whole, spec, train(spec, whole))
    with dying(10):
        train(spec, cut)
    assert len(committed_rows(cut)) == 1
    assert max(int(path.name) for path in (cut / CHECKPOINTS).glob("0*")) == 8, "in the middle of the second epoch"
    assert outcome_of(cut, spec, train(spec, cut, Trainer())) == expected
