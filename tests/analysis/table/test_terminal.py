from __future__ import annotations

from pathlib import Path

import pandas as pd

from suite.analysis.folder import reading
from suite.analysis.table.columns import table
from suite.analysis.table.terminal import aligned, summary


def test_columns_are_aligned() -> None:
    frame = pd.DataFrame({"Architecture": ["a", "lenet5"], "Rank": ["1", "10"]})
    assert aligned(frame).splitlines() == [
        "Architecture  Rank",
        "────────────  ────",
        "a                1",
        "lenet5          10",
    ]


def test_the_summary_says_what_it_is_of(rendered: Path) -> None:
    rows = table(reading.read(rendered))
    text = summary(rendered, rows)
    assert text.startswith("fabricated on cifar10, budget laptop, tuned track\n")
    assert text.endswith(f"report: {rendered / 'report.html'}")
    warned = summary(rendered, rows.assign(stamp="numbers mean nothing", state="running"))
    assert "tuned track: NUMBERS MEAN NOTHING: STILL RUNNING" in warned
