"""A run's values as cells, and back."""

from __future__ import annotations

import pytest

from suite.records.rows import cell


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (0.1, "0.1"),
        (-1, "-1"),
        (True, "True"),
        ("plain", "plain"),
        ("=1+1", "'=1+1"),
        ("+x", "'+x"),
        ("-x", "'-x"),
        ("@x", "'@x"),
        ("'x", "''x"),
        ({"b": 1, "a": [2]}, '{"a": [2], "b": 1}'),
    ],
)
def test_cells(value: object, text: str) -> None:
    assert cell(value) == text
