"""Distributions hold the recipe as it stands, whatever the space; what a space may say is tested in tests/config."""

from __future__ import annotations

import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from suite.study.search.space import at, distributions, place


def test_the_range_grows_to_hold_the_recipe() -> None:
    space = distributions({"learning_rate": {"low": 0.2, "high": 1.0}}, {"learning_rate": 0.1})
    assert space["learning_rate"].low == 0.1  # type: ignore[attr-defined]


def test_whole_numbers_stay_whole_and_choices_grow_by_the_recipes_own() -> None:
    dimensions = {"batch_size": {"low": 16, "high": 64, "log": True}, "optimizer": {"choices": ["adam"]}}
    found = distributions(
        {**dimensions, "rho": {"low": 0.5, "high": 0.9}}, {"batch_size": 128, "optimizer": "sgd", "rho": 0.9}
    )
    assert found == {
        "batch_size": IntDistribution(16, 128, log=True),
        "optimizer": CategoricalDistribution(["adam", "sgd"]),
        "rho": FloatDistribution(0.5, 0.9),
    }


def test_a_place_in_a_range_and_back() -> None:
    for distribution in (FloatDistribution(0.01, 0.5, log=True), FloatDistribution(-1.0, 3.0)):
        assert [at(distribution, place(distribution, value)) for value in (0.02, 0.3)] == pytest.approx([0.02, 0.3])
    assert place(FloatDistribution(0.01, 1.0, log=True), 0.1) == pytest.approx(0.5)
    with pytest.raises(TypeError):
        place(CategoricalDistribution(["a"]), 0.5)
