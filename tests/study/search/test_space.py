from __future__ import annotations

from typing import Any

import pytest

from suite.core.refusals import Refusal
from suite.study.search.space import distributions


def test_the_range_grows_to_hold_the_recipe() -> None:
    space = distributions({"learning_rate": {"low": 0.2, "high": 1.0}}, {"learning_rate": 0.1})
    assert space["learning_rate"].low == 0.1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("dimension", "start", "said"),
    [
        ({"low": 1e-5, "high": 1e-3, "log": True}, 0.0, "logarithmic"),
        ({"low": 0.0, "high": 1e-3, "log": True}, 1e-4, "begins above 0"),
        ({"low": 1.0}, 1.0, "expected low and high"),
        ({"from": 1.0, "to": 2.0}, 1.0, "expected low and high"),
        ({"low": 1.0, "high": 0.5}, 0.7, "low 1.0 lies above high 0.5"),
    ],
)
def test_a_space_that_cannot_hold_is_refused(dimension: dict[str, Any], start: float, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        distributions({"weight_decay": dimension}, {"weight_decay": start})
