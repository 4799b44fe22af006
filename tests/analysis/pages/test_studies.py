from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from suite.analysis import rendering
from suite.analysis.pages import studies
from suite.core.refusals import Refusal
from tests.analysis.conftest import Store


@pytest.fixture
def two(store: Store, described: Callable[..., Any]) -> Callable[..., list[Path]]:
    """Makes the folders of two studies, the second with changes."""

    def make(**changes: Any) -> list[Path]:
        first, second = (
            described(study="one", seeds=1, claims=[]),
            described(study="two", seeds=1, claims=[], **changes),
        )
        del first["candidates"]["lenet5"]
        del second["candidates"]["plain20"]
        store.whole(first)
        store.whole(second)
        return [rendering.refresh(store.workspace, name) for name in ("one", "two")]

    return make


def test_comparable_rows_are_ranked_together(two: Callable[..., list[Path]], tmp_path: Path) -> None:
    rows = studies.render(two(), tmp_path / "both")
    assert list(rows.study) == ["one", "two", "one", "two"]
    assert list(rows["rank"]) == [1, 1, 3, 4]
    text = (tmp_path / "both" / "report.html").read_text(encoding="utf-8")
    assert "Together, tuned track" in text
    assert text.count("<h2>Tuned track</h2>") == 2  # and each study's own table
    assert text.count("<h2>Often misquoted</h2>") == 1  # of the study that has lenet5
    assert "Together, tuned track" in (tmp_path / "both" / "report.md").read_text(encoding="utf-8")


def test_other_budgets_are_never_ranked_together(two: Callable[..., list[Path]], tmp_path: Path) -> None:
    rows = studies.render(two(budget="smoke", stamp="numbers mean nothing"), tmp_path / "both")
    assert list(zip(rows.study, rows["rank"], strict=True)) == [("one", 1), ("one", 2), ("two", 1), ("two", 2)]
    text = (tmp_path / "both" / "report.html").read_text(encoding="utf-8")
    assert "they differ in budget. Each study has its own ranking." in text
    assert "Together" not in text
    assert "numbers mean nothing" in text


def test_check_names_what_differs(two: Callable[..., list[Path]], tmp_path: Path) -> None:
    folders = two()
    target = tmp_path / "both"
    studies.render(folders, target)
    assert studies.check(folders, target) == []
    (target / "table.csv").write_text("", encoding="utf-8")
    (target / "report.md").unlink()
    assert studies.check(folders, target) == ["report.md", "table.csv"]


def test_check_names_what_rendering_would_not_make(two: Callable[..., list[Path]], tmp_path: Path) -> None:
    folders, target = two(), tmp_path / "both"
    studies.render(folders, target)
    (target / ".DS_Store").write_bytes(b"")
    assert studies.check(folders, target) == []
    (target / "figures").mkdir()
    (target / "figures" / "errors.svg").write_text("<svg/>", encoding="utf-8")
    (target / "notes.txt").write_text("by hand", encoding="utf-8")
    assert studies.check(folders, target) == ["figures/errors.svg", "notes.txt"]


def test_a_changed_record_is_refused(two: Callable[..., list[Path]], tmp_path: Path) -> None:
    folders = two()
    with (folders[1] / "runs.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(Refusal, match=r"two: runs.csv changed since the records were collected"):
        studies.render(folders, tmp_path / "both")
