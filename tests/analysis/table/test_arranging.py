from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from suite.analysis import rendering
from suite.analysis.folder import reading
from suite.analysis.table import arranging, headings
from suite.analysis.table.columns import table
from suite.analysis.table.presentation import measured, present
from suite.analysis.table.terminal import compact, summary
from suite.core.arrangement import ALWAYS, COLUMNS, SORTS
from suite.core.durable import read_json
from tests.analysis.conftest import Store, description

CHOSEN = ["Rank", "Architecture", "Test error, top-1 (95%)", "n (seeds × images)", "Year", "Parameters"]
WANTED = {"columns": ["rank", "year", "trainable_params"], "sort": "trainable_params"}


def test_every_column_of_a_table_has_a_name(rendered: Path) -> None:
    assert set(arranging.OF) == set(COLUMNS)
    named = {heading for found in arranging.OF.values() for heading in found}
    assert set(present(table(reading.read(rendered)))) <= named
    assert set(headings.KNOWN) - {headings.STUDY} <= named
    assert set(SORTS) - {"candidates", "latency_seconds"} <= set(table(reading.read(rendered)))


def test_without_a_word_nothing_changes(rendered: Path) -> None:
    read = reading.read(rendered)
    rows = table(read)
    assert arranging.arranged(rows, read.study) is rows
    pd.testing.assert_frame_equal(arranging.comparison(present(rows), read.study), measured(present(rows)))


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("rank", ["resnet20", "plain20", "lenet5"]),
        ("candidates", ["resnet20", "plain20", "lenet5"]),
        ("year", ["lenet5", "resnet20", "plain20"]),
        ("macs", ["lenet5", "resnet20", "plain20"]),
    ],
)
def test_rows_stand_by_what_is_asked_for(sort: str, order: list[str], rendered: Path) -> None:
    read = reading.read(rendered)
    asked = {**read.study, "table": {"sort": sort}}
    assert list(arranging.arranged(table(read), asked).candidate) == order
    turned = {**asked, "candidates": dict(reversed(read.study["candidates"].items()))}
    if sort == "candidates":
        assert list(arranging.arranged(table(read), turned).candidate) == order[::-1]


def test_what_is_unknown_stands_last_and_tracks_stay_together(rendered: Path) -> None:
    read = reading.read(rendered)
    rows = table(read)
    rows.loc[rows.candidate == "lenet5", "macs"] = float("nan")
    both = pd.concat([rows, rows.assign(track="shared")], ignore_index=True)
    found = arranging.arranged(both, {**read.study, "table": {"sort": "macs"}})
    assert list(found.track) == ["tuned"] * 3 + ["shared"] * 3
    assert list(found.candidate) == ["resnet20", "plain20", "lenet5"] * 2


def test_what_must_not_be_left_out_is_there(rendered: Path) -> None:
    read = reading.read(rendered)
    rows = table(read).assign(failed=1)  # which gives every row a note
    shown = arranging.comparison(present(rows), {**read.study, "table": {"columns": ["macs"]}})
    assert list(shown) == ["Architecture", "Test error, top-1 (95%)", "n (seeds × images)", "Multiply-adds", "Note"]
    for name in set(ALWAYS) - {"balanced_error"}:
        assert set(arranging.OF[name]) & set(shown)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rendered study with a table of its own."""
    store = Store(tmp_path_factory.mktemp("workspace"))
    store.whole(description(table=WANTED, trials=1))
    folder = rendering.refresh(store.workspace, "fabricated")
    rendering.render(folder)
    return folder


def test_the_pages_latex_and_the_terminal_have_it_from_the_folder_alone(folder: Path) -> None:
    assert rendering.check(folder) == []
    markdown = (folder / "report.md").read_text(encoding="utf-8")
    assert f"| {' | '.join(CHOSEN)} |" in markdown
    page = (folder / "report.html").read_text(encoding="utf-8")
    (first,) = re.findall(r'<table class="answers">.*?</table>', page, re.DOTALL)
    assert re.findall(r"<th scope[^>]*>(.*?)</th>", first) == CHOSEN
    rows = re.findall(r'<tr data-fold="row-(\w+)-tuned"><td class="n">\d</td><td>(\w+)', first)
    assert rows == [("lenet5", "lenet5"), ("resnet20", "resnet20"), ("plain20", "plain20")], "each unfolds to its own"
    latex = (folder / "table.tex").read_text(encoding="utf-8").split("\\end{table}")[0]
    assert " & ".join(CHOSEN).replace("%", r"\%").replace("×", r"$\times$") in latex
    assert latex.index("lenet5") < latex.index("resnet20")
    shown = summary(folder, table(reading.read(folder)))
    assert re.split(r"\s{2,}", shown.splitlines()[2]) == CHOSEN
    assert shown.index("lenet5") < shown.index("resnet20")


def test_the_csv_has_all_columns_by_rank(folder: Path, rendered: Path) -> None:
    own, other = (pd.read_csv(path / "table.csv") for path in (folder, rendered))
    assert list(own.columns) == list(other.columns)
    assert list(own.candidate) == ["resnet20", "plain20", "lenet5"]


def test_the_winner_is_who_is_first_by_rank(folder: Path) -> None:
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert "resnet20 has the lowest test error" in text
    assert "plain20" in text.partition("Behind the first, on the same test images:")[2].partition("##")[0]


def test_a_report_alone_may_arrange_it(store: Store, described: Callable[..., Any]) -> None:
    store.whole(described(trials=1, table=WANTED))
    folder = rendering.refresh(store.workspace, "fabricated", table={"sort": "candidates"})
    assert read_json(folder / "study.json")["table"] == {**WANTED, "sort": "candidates"}
    rows = rendering.render(folder)
    assert list(compact(rows, read_json(folder / "study.json"))) == CHOSEN
    again = rendering.refresh(store.workspace, "fabricated")
    assert read_json(again / "study.json")["table"] == WANTED, "the instance's own is as it was"
