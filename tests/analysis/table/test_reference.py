"""Guessing the larger class is a row of the table, where it errs on little."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from suite.analysis import rendering
from suite.analysis.pages.studies import render
from suite.analysis.table.terminal import summary
from suite.core.directories import RunKey
from tests.analysis.conftest import ERRORS, Store

ROW = "always 'cat', the largest class"


def unbalanced(store: Store, described: Callable[..., Any]) -> Path:
    """A report of which nine tenths of the test images are of one class, and 40 of another."""
    store.labels = np.repeat(np.array([3, 5]), [360, 40])
    study = described(tracks=["shared"])
    store.whole(study)
    for name, error in ERRORS.items():
        for number in range(3):
            balanced = 1 - error - 0.01 * number
            store.run(study, RunKey(name, "shared", "final", number), test_balanced_accuracy=balanced)
    return rendering.refresh(store.workspace, "fabricated")


def test_it_stands_below_the_rows_and_beside_nothing_published(store: Store, described: Callable[..., Any]) -> None:
    folder = unbalanced(store, described)
    rows = rendering.render(folder)
    assert ROW not in set(rows.candidate), "a guess is no candidate"
    kept = pd.read_csv(folder / "table.csv").set_index("candidate").loc["resnet20"]
    assert (kept.majority_class, kept.majority_error, kept.majority_balanced_error) == ("cat", 0.1, 0.5)
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert text.count(ROW) == 1
    (line,) = (line for line in text.splitlines() if ROW in line)
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert [cell for cell in cells if cell != "–"] == [ROW, "10.00%", "50.00%", "400", "a guess, for reference"]
    balanced = next(line for line in text.splitlines() if "resnet20" in line and "11.00% (" in line)
    assert "40.6 M" in balanced, "in the first table"
    assert ROW in html.unescape((folder / "report.html").read_text(encoding="utf-8"))
    assert (folder / "table.tex").read_text(encoding="utf-8").count("the largest class") == 1
    assert ROW in rendering.readme_table(folder)
    assert rendering.check(folder) == []


def test_it_is_in_the_terminal_and_where_studies_are_compared(store: Store, described: Callable[..., Any]) -> None:
    folder = unbalanced(store, described)
    text = summary(folder, rendering.render(folder))
    assert any(line.split()[:5] == ["–", "always", "'cat',", "the", "largest"] for line in text.splitlines())
    assert "Balanced error (95%)" in text
    render([folder, folder], store.workspace / "both")
    assert ROW in (store.workspace / "both" / "report.md").read_text(encoding="utf-8")


def test_balanced_test_images_have_no_such_row(rendered: Path) -> None:
    text = (rendered / "report.md").read_text(encoding="utf-8")
    assert "largest class" not in text
    assert "Balanced error" not in text
    assert "majority_class" not in (rendered / "table.csv").read_text(encoding="utf-8")
