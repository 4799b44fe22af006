"""What changes nothing is said in the plan, by the candidate that asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from suite.config.search import SearchSpace
from suite.study.description import plan_lines
from suite.study.effects import without_effect
from suite.study.ledger import Ledger
from suite.training.losses.weighted_cross_entropy import class_weights
from suite.training.recipe import Circumstances, Recipe, parts
from suite.training.recipe.part import KINDS

Make = Callable[..., Ledger]
BALANCED = Circumstances(counts=[100, 101, 99], channels=3, steps=100, backend="tensorflow")
RARE = Circumstances(counts=[100, 50, 5], channels=3, steps=100, backend="tensorflow")
GRAY = Circumstances(counts=[100, 50, 5], channels=1, steps=100, backend="jax")

IDLE: list[tuple[dict[str, Any], Circumstances, str]] = [
    ({"loss": "weighted_cross_entropy"}, BALANCED, "classes of 99 to 101 training images are"),
    ({"loss": "weighted_cross_entropy", "beta": 0.0}, RARE, "recipe.beta=0"),
    ({"loss": "focal", "gamma": 0.0}, RARE, "recipe.gamma=0"),
    ({"loss": "distillation", "alpha": 0.0}, RARE, "recipe.alpha=0"),
    ({"loss": "binary_cross_entropy", "mixed_labels": "whole", "augmix": 3.0}, RARE, "recipe.mixed_labels"),
    ({"schedule": "step", "milestones": [0.5], "decay": 1.0}, RARE, "recipe.decay=1"),
    ({"schedule": "exponential", "last": 1.0}, RARE, "recipe.last=1"),
    ({"schedule": "restarts", "cycles": 1}, RARE, "recipe.cycles=1"),
    ({"schedule": "one_cycle", "rise_from": 1.0}, RARE, "recipe.rise_from=1"),
    ({"patience": 9, "epochs": 10}, RARE, "recipe.patience=9 ends no training of 10 epochs early"),
    ({"unfreeze": 10, "epochs": 10}, RARE, "recipe.unfreeze=10 reaches no level"),
    ({"oversample": 1.0}, BALANCED, "classes of 99 to 101 training images are"),
    ({"tail": 0.01}, RARE, "averages the last of 100 steps alone"),
    ({"optimizer": "muon", "momentum": 0.0}, RARE, "recipe.nesterov=true"),
    ({"gradient_checkpointing": True}, GRAY, "on an accelerator alone"),
    ({"hue": 0.1}, GRAY, "no colour"),
    ({"saturation": 0.1}, GRAY, "no colour"),
    ({"grayscale": 0.1}, GRAY, "no colour"),
    ({"cutmix": 1.0, "cutmix_probability": 0.0}, RARE, "cutmix_probability=0"),
    ({"fourier_mix": 1.0, "fourier_mix_probability": 0.0}, RARE, "fourier_mix_probability=0"),
    ({"rand_augment": 2, "rand_augment_probability": 0.0}, RARE, "rand_augment_probability=0"),
    ({"grid_mask": 0.5, "grid_mask_ratio": 0.0}, RARE, "grid_mask_ratio=0"),
    ({"posterize": 0.5, "posterize_bits": 8}, RARE, "posterize_bits=8"),
    ({"solarize": 0.5, "solarize_threshold": 256.0}, RARE, "solarize_threshold=256"),
]
ACTS: list[tuple[dict[str, Any], Circumstances]] = [
    ({"loss": "weighted_cross_entropy"}, RARE),
    ({"loss": "weighted_cross_entropy"}, Circumstances([100, 94], 3, 100, "tensorflow")),
    ({"loss": "focal"}, BALANCED),
    ({"loss": "distillation"}, BALANCED),
    ({"loss": "binary_cross_entropy"}, BALANCED),
    ({"loss": "binary_cross_entropy", "mixed_labels": "whole", "mixup": 0.2}, BALANCED),
    ({"schedule": "step", "milestones": [0.5]}, BALANCED),
    ({"schedule": "exponential"}, BALANCED),
    ({"schedule": "restarts"}, BALANCED),
    ({"schedule": "one_cycle", "warmup": 0.02}, BALANCED),
    ({"patience": 8, "epochs": 10}, BALANCED),
    ({"unfreeze": 9, "epochs": 10}, BALANCED),
    ({"oversample": 0.5}, RARE),
    ({"tail": 0.02}, BALANCED),
    ({"optimizer": "muon"}, BALANCED),
    ({"optimizer": "muon", "momentum": 0.0, "nesterov": False}, BALANCED),
    ({"gradient_checkpointing": True}, BALANCED),
    ({"hue": 0.1, "saturation": 0.1, "grayscale": 0.1}, BALANCED),
    ({"cutmix": 1.0, "fourier_mix": 1.0, "rand_augment": 2, "grid_mask": 0.5}, BALANCED),
    ({"posterize": 0.5, "solarize": 0.5}, BALANCED),
]


@pytest.mark.parametrize(("values", "circumstances", "said"), IDLE)
def test_what_has_no_effect_is_said(values: dict[str, Any], circumstances: Circumstances, said: str) -> None:
    (phrase,) = Recipe(**values).idle(circumstances).values()
    assert said in phrase


@pytest.mark.parametrize(("values", "circumstances"), ACTS)
def test_nothing_is_said_of_what_acts(values: dict[str, Any], circumstances: Circumstances) -> None:
    assert Recipe(**values).idle(circumstances) == {}


def test_every_part_that_may_have_no_effect_is_tried_both_ways() -> None:
    declared = {part.name for kind in KINDS for part in parts(kind).values() if part.idle}
    for cases in ([values for values, _, _ in IDLE], [values for values, _ in ACTS]):
        assert declared <= {part.name for values in cases for part in Recipe(**values).used}


def test_classes_that_count_as_equal_have_weights_that_are_as_good_as_one() -> None:
    assert np.abs(class_weights([100, 101, 99], {"beta": 1.0}) - 1).max() < 0.02


def notes(ledger: Ledger) -> list[str]:
    return [line for line in plan_lines(ledger.study, ledger) if line.startswith("note: candidate ")]


def test_the_plan_has_a_note_for_the_candidate(ledger: Make) -> None:
    weighted = "candidates.mlp.recipe.loss=weighted_cross_entropy"
    (note,) = notes(ledger(weighted, "data.train_examples=null"))
    assert note == (
        "note: candidate mlp, weighted cross entropy: classes of 125 to 131 training images are weighed alike, "
        "to within a few hundredths"
    )
    assert notes(ledger(weighted, "data.imbalance=0.1", "instance=other")) == []
    assert notes(ledger("instance=third")) == []


def test_what_a_search_may_switch_on_is_not_said_to_have_no_effect(ledger: Make) -> None:
    idle = ["candidates.mlp.recipe.loss=focal", "candidates.mlp.recipe.gamma=0"]
    assert len(list(without_effect(ledger(*idle)))) == 1
    book = ledger(*idle, "instance=other")
    mlp, other = book.study.candidates
    searched = replace(mlp, search=SearchSpace("mine", {"gamma": {"low": 0.0, "high": 4.0}}))
    book.study = replace(book.study, candidates=(searched, other))
    assert list(without_effect(book)) == []


def test_steps_are_whole_in_a_part_of_an_epoch_too(ledger: Make) -> None:
    book = ledger("recipe.epochs=2.3", "recipe.tail=0.01", "data.train_examples=300", "recipe.batch_size=32")
    assert all("the last of 21 steps alone" in note for note in notes(book))  # 20.7 of 9 in each epoch
    assert len(notes(book)) == 2
