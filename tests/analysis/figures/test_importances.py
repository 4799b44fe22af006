from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np

from suite.analysis.figures import importances
from suite.analysis.figures.importances import Row

ROWS = [
    Row("a", 12, 3, 5, {"learning_rate": 0.75, "weight_decay": 0.25}, {"learning_rate": 0.01, "weight_decay": 0.4}),
    Row(
        "b", 60, 0, 6, {"weight_decay": 0.9, "learning_rate": 0.1, "warmup": 0.0},
        {"weight_decay": 0.05, "learning_rate": 0.2, "warmup": 1.0},
    ),
]  # fmt: skip


def texts(svg: str, tag: str) -> list[str]:
    return [str(element.text) for element in ET.fromstring(svg).iter() if element.tag.endswith(tag)]


def test_the_shares_are_what_is_drawn() -> None:
    assert importances.parameters(ROWS) == ["weight_decay", "learning_rate", "warmup"]
    np.testing.assert_array_equal(importances.shares(ROWS), [[0.25, 0.75, np.nan], [0.9, 0.1, 0.0]])


def test_each_cell_says_its_share_in_ink_and_in_words() -> None:
    svg = importances.draw(ROWS)
    shown = texts(svg, "text")
    assert {"75%", "(25%)", "90%", "(10%)", "(0%)", "a (12 trials)", "b (60 trials)"} <= set(shown)
    assert sum("%" in text for text in shown) == 5, "nothing stands where nothing was searched"
    assert "b, weight_decay: 90% by the best 6 of 60 trials; as much by chance in 5% of cases" in texts(svg, "title")
    assert svg == importances.draw(ROWS)


def test_a_row_in_words() -> None:
    assert ROWS[0].text == (
        "a, the best 5 of 12 trials (3 more without a final value): learning rate 75%, weight decay (25%)"
    )
    assert ROWS[1].text.startswith("b, the best 6 of 60 trials: weight decay 90%, ")
