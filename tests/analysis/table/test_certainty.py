from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from suite.analysis.comparing import tuning as tunings
from suite.analysis.comparing.answers import Alike
from suite.analysis.statistics.intervals import Interval
from suite.analysis.table import certainty


@pytest.mark.parametrize(
    ("probability", "text"), [(0.0, "<1%"), (0.0099, "<1%"), (0.01, "1%"), (0.625, "62%"), (0.99, "99%"), (1.0, ">99%")]
)
def test_a_computed_probability_is_never_certain(probability: float, text: str) -> None:
    assert certainty.chance_of(probability) == text


def test_what_tuning_says_nothing_of_has_no_column() -> None:
    row = {"candidate": "a", "trials": 3, "best": 0.9, "fresh": 0.85}
    frame = pd.DataFrame([row], columns=tunings.COLUMNS).astype({"flattery": float, "low": float, "high": float})
    shown = certainty.tuning(frame, {"a": np.array([0.8, 0.85, 0.9])})
    assert list(shown.iloc[0]) == ["a", "3", "10.00%", "15.00% (spread unknown)", "20.00%", "15.00%", "10.00%"]
    assert list(shown.columns[4:]) == ["Best of 1", "Best of 2", "Best of 3"]


def test_errors_by_class_are_complements() -> None:
    interval = Interval(0.75, 0.5, 0.875, 4.0, (3,), 40)
    shown = certainty.by_class([(1, {"a": interval})], ["cat", "dog"])
    assert list(shown.iloc[0]) == ["dog", "40", "25.00% (12.50 to 50.00)"]


def test_agreement_is_a_triangle() -> None:
    pairs = [Alike("a", "a", math.nan, math.nan), Alike("a", "b", 0.912, 0.5), Alike("b", "b", 0.95, math.nan)]
    shown = certainty.alike(pairs)
    assert shown.to_dict("records") == [
        {"Candidate": "a", "a": "–", "b": ""},
        {"Candidate": "b", "a": "91.2% (0.50)", "b": "95.0%"},
    ]
