from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from suite.analysis import rendering
from suite.analysis.comparing.claims import judgements
from suite.analysis.comparing.differences import to_first
from suite.analysis.folder import reading
from suite.analysis.table import presentation
from suite.analysis.table.columns import table
from suite.analysis.table.terminal import aligned, compact, fitted, summary
from tests.analysis.conftest import Store


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


def test_the_summary_says_who_leads_and_whether_that_is_decided(
    store: Store, described: Callable[..., Any], rendered: Path
) -> None:
    text = summary(rendered, table(read := reading.read(rendered)))
    lead = presentation.headline(table(read), to_first(read, table(read)))
    assert lead in " ".join(text.split())
    for claim in judgements(read):
        assert f"{claim.verdict}: {claim.text}" in text
    store.whole(described(budget="smoke"))
    smoke = rendering.refresh(store.workspace, "fabricated")
    assert "has the lowest" not in summary(smoke, table(reading.read(smoke))), "its numbers mean nothing"


def test_a_narrow_terminal_gets_fewer_columns_and_their_names(rendered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = table(reading.read(rendered))
    whole = fitted(compact(rows), None)
    assert "Multiply-adds" in whole.splitlines()[0]
    narrow = fitted(compact(rows), 70)
    shown, _, named = narrow.partition("\n\nnot shown, for the terminal is narrow: ")
    assert max(map(len, shown.splitlines())) <= 70
    assert "Multiply-adds" in named
    assert "Test error" in shown
    assert "Test error" in fitted(compact(rows), 10), "what answers the question stays"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "70")
    assert "not shown" in summary(rendered, rows)
