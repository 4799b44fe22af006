"""What published figures were measured under stands below the table."""

from __future__ import annotations

import pandas as pd
import pytest

from suite.analysis.table import headings
from suite.analysis.table.footnotes import footnoted, split


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("8.75% (option A, test)", ("8.75%", "option A, test")),
        ("7% (1-crop (FAIR), val; a README)", ("7%", "1-crop (FAIR), val; a README")),
        ("9% (1-crop, val); also 8% (10-crop)", ("9%", "1-crop, val; also 8% (10-crop)")),
        ("60 million (two GPUs) (at 224×224×3)", ("60 million", "two GPUs; at 224×224×3")),
        ("0.27M", ("0.27M", "")),
        ("9% (that never ends", ("9% (that never ends", "")),
    ],
)
def test_a_figure_is_divided_from_what_is_said_of_it(cell: str, parts: tuple[str, str]) -> None:
    assert split(cell) == parts


def test_equal_texts_share_a_mark_and_other_columns_stay() -> None:
    frame = pd.DataFrame(
        {
            headings.ARCHITECTURE: ["vgg16 (width=0.5)", "resnet18", "mlp"],
            headings.PUBLISHED: ["7% (test; x)", "–", "–"],
            headings.PUBLISHED_TOP5: ["8% (1-crop)", "9% (1-crop)", "–"],
        }
    )
    marked, notes = footnoted(frame)
    assert notes == ["test; x", "1-crop"]
    assert list(marked[headings.ARCHITECTURE]) == list(frame[headings.ARCHITECTURE])
    assert list(marked[headings.PUBLISHED]) == ["7% [1]", "–", "–"]
    assert list(marked[headings.PUBLISHED_TOP5]) == ["8% [2]", "9% [2]", "–"]
