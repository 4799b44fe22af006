"""Augmentation policies as they are timed: the values of a recipe over `standard`, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OFF = {"flip": False, "shift": 0}

POLICIES: Mapping[str, Mapping[str, Any]] = {
    "none": OFF,
    "crop and flip": {},
    "cutout": {**OFF, "cutout": 8},
    "mixup": {**OFF, "mixup": 0.2},
    "cutmix": {**OFF, "cutmix": 1.0},
    "trivial_augment": {**OFF, "trivial_augment": True},
    "rand_augment": {**OFF, "rand_augment": 2},
    "auto_augment": {**OFF, "auto_augment": "cifar10"},
    "augmix": {**OFF, "augmix": 3.0},
    "grid_mask": {**OFF, "grid_mask": 0.7},
    "fourier_mix": {**OFF, "fourier_mix": 1.0},
}
"""The first is what the others are held against."""
