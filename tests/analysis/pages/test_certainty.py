from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from suite.analysis import rendering
from suite.analysis.folder import reading
from suite.analysis.pages.certainty import certainty
from suite.analysis.table.columns import table
from tests.analysis.conftest import Store, small


def test_a_tuned_study_has_all_of_it(rendered: Path) -> None:
    read = reading.read(rendered)
    (found,) = certainty(read, table(read))
    assert found.title == "How sure, tuned track"
    parts = {part.title: part for part in found.parts}
    assert list(parts) == ["The order", "What tuning found", "Confidence", "By class", "Agreement"]
    order = parts["The order"].table
    assert list(order.columns) == ["Candidate", "Rank", "Rank (95%)", "Best with a probability of"]
    assert list(order.iloc[2]) == ["lenet5", "3", "3", "<1%"]
    tuning = parts["What tuning found"].table
    assert list(tuning.columns[-3:]) == ["Best of 1", "Best of 2", "Best of 4"]
    assert tuning.columns[4] == "Flattered by, points (95%)"
    assert len(parts["By class"].table) == 10
    alike = parts["Agreement"].table
    assert alike.iloc[0, 2] == ""  # a triangle
    assert all(part.note for part in found.parts)
    for name in ("report.html", "report.md"):
        text = (rendered / name).read_text(encoding="utf-8")
        assert "How sure, tuned track" in text
        assert "Best with a probability of" in text


def test_single_runs_say_what_they_measure(store: Store) -> None:
    store.whole(small())
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    (found,) = certainty(read, table(read))
    parts = {part.title: part for part in found.parts}
    assert "What tuning found" not in parts
    assert parts["The order"].note.endswith("both measure the choice of test images alone.")
    rendering.render(store.workspace / "reports" / "fabricated")
    text = (store.workspace / "reports" / "fabricated" / "report.md").read_text(encoding="utf-8")
    assert "McNemar, mid-p (Holm)" in text


def test_of_many_classes_the_worst_are_shown(store: Store, described: Callable[..., Any], monkeypatch: Any) -> None:
    from suite.analysis.table import certainty as tables

    monkeypatch.setattr(tables, "CLASSES", 4)
    store.whole(described(tracks=["shared"]))
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    (found,) = certainty(read, table(read))
    part = next(part for part in found.parts if part.title == "By class")
    assert len(part.table) == 4
    assert "The 4 of 10 classes" in part.note


def test_nothing_is_said_of_a_study_without_results(store: Store, described: Callable[..., Any]) -> None:
    store.describe(described(claims=[]))
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    assert certainty(read, table(read)) == []
