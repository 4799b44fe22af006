"""Distributions hold the recipe as it stands, whatever the space; what a space may say is tested in tests/config."""

from __future__ import annotations

from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from suite.study.search.space import distributions


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
