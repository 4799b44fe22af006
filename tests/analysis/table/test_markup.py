from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from suite.analysis.table.markup import (
    csv_table,
    escape_latex,
    escape_markdown,
    html_table,
    latex_table,
    markdown_table,
)

HOSTILE = "<b>a</b> & b|c _d_ =cmd() 5% $x$ \\input{x} [l](u) #1 ~^ `q`"
FRAME = pd.DataFrame({"Name": [HOSTILE, "=1+1"], "n": ["1", "2"]})


class Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data)


def test_html_shows_the_text_and_nothing_else() -> None:
    cells = Cells()
    cells.feed(html_table(FRAME, frozenset({"n"})))
    assert "b" not in cells.tags
    assert HOSTILE in cells.texts
    assert cells.tags.count("td") == 4
    assert '<td class="n">1</td>' in html_table(FRAME, frozenset({"n"}))


def test_markdown_keeps_its_columns() -> None:
    head, rule, *rows = markdown_table(FRAME, frozenset({"n"})).splitlines()
    assert (head, rule) == ("| Name | n |", "| :--- | ---: |")
    for row in rows:
        assert len(re.findall(r"(?<!\\)\|", row)) == 3


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("test_accuracy", "test_accuracy"),
        ("_d_ *x*", r"\_d\_ \*x\*"),
        ("a|b", r"a\|b"),
        ("<b> &amp;", r"\<b\> &amp;amp;"),
        ("[l](u)", r"\[l\](u)"),
        ("one\ntwo", "one two"),
    ],
)
def test_markdown_text(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped


def test_latex_text() -> None:
    assert escape_latex("a_b & 5% #1 {x}") == r"a\_b \& 5\% \#1 \{x\}"
    assert escape_latex("\\input{x}") == r"\textbackslash{}input\{x\}"
    assert (
        escape_latex("x^2 ~ <y> | $")
        == r"x\textasciicircum{}2 \textasciitilde{} \textless{}y\textgreater{} \textbar{} \$"
    )
    assert escape_latex("3 × 400, −1 ± 2") == r"3 $\times$ 400, $-$1 $\pm$ 2"


def test_latex_table_has_as_many_cells_as_columns() -> None:
    text = latex_table(FRAME, "A & B", frozenset({"n"}))
    assert r"\caption{A \& B}" in text
    assert r"\begin{tabular}{lr}" in text
    body = text[text.index(r"\toprule") : text.index(r"\bottomrule")]
    rows = [line for line in body.splitlines() if line.endswith(r"\\")]
    assert [len(re.findall(r"(?<!\\)&", row)) for row in rows] == [1, 1, 1]


def test_what_marks_stand_for_is_below_the_latex_table() -> None:
    text = latex_table(FRAME, "A", notes=["50% of x_1", "other"])
    below = text.partition(r"\end{tabular}}")[2]
    assert below.splitlines()[1:3] == [r"\par\footnotesize [1] 50\% of x\_1", r"\par\footnotesize [2] other"]
    assert text.rstrip().endswith(r"\end{table}")


def test_csv_has_no_formulas_and_whole_numbers() -> None:
    frame = pd.DataFrame(
        {"name": ["=1+1", HOSTILE], "error": [0.25, float("nan")], "seeds": pd.array([3, None], "Int64")}
    )
    first, second = csv.DictReader(io.StringIO(csv_table(frame)))
    assert first == {"name": "'=1+1", "error": "0.25", "seeds": "3"}
    assert second == {"name": HOSTILE, "error": "", "seeds": ""}
