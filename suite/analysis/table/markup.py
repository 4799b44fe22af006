"""One data frame in four notations. Titles and names are users' words: each notation escapes them its own way."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import pandas as pd

from suite.records.rows import cell

LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", "\n": " ", "–": "--", "−": r"$-$", "×": r"$\times$", "±": r"$\pm$", "·": r"$\cdot$",
    "≥": r"$\ge$", "≤": r"$\le$", "…": r"\ldots{}", "\u2009": r"\,", "\u00a0": "~",
}  # fmt: skip

LONG = 40
"""Letters from which a cell is a text, whose column must not become as narrow as its longest word."""

SCROLLS = '<div class="scroll" tabindex="0" role="group" aria-label="Table">'
"""What a table stands in: it scrolls where the table is wider, for who has a keyboard alone, too."""


def escape_markdown(text: str) -> str:
    """Text as Markdown shows it literally, also within a table; line breaks become spaces."""
    text = re.sub(r"\s+", " ", text).replace("&", "&amp;")
    text = re.sub(r"([\\`*{}\[\]<>#|~$])", r"\\\1", text)
    return re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", text)  # within a word it is an underscore already


def escape_latex(text: str) -> str:
    """Text as LaTeX sets it literally."""
    return "".join(LATEX.get(character, character) for character in text)


def markdown_table(frame: pd.DataFrame, right: frozenset[str] = frozenset()) -> str:
    """A GitHub-flavoured table of strings; columns in `right` are aligned right."""
    heads = [escape_markdown(str(name)) for name in frame.columns]
    rules = ["---:" if name in right else ":---" for name in frame.columns]
    rows = [[escape_markdown(str(value)) for value in row] for row in frame.itertuples(index=False)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [heads, rules, *rows]) + "\n"


def html_table(frame: pd.DataFrame, right: frozenset[str] = frozenset(), folds: Sequence[str] = ()) -> str:
    """A table element of strings; columns in `right` get the class `n`.

    folds: for each of the first rows the id of the element that it unfolds to. A page's script makes such a table one
    that sorts, filters, hides columns and unfolds; without the script it is a table.
    """

    def cells(tag: str, values: list[object]) -> str:
        long = [tag == "td" and len(str(value)) > LONG for value in values]
        marks = [
            ' class="n"' if name in right else ' class="t"' if text else ""
            for name, text in zip(frame.columns, long, strict=True)
        ]
        return "".join(f"<{tag}{mark}>{html.escape(str(v))}</{tag}>" for mark, v in zip(marks, values, strict=True))

    opened = [f'<tr data-fold="{html.escape(fold)}">' for fold in folds]
    opened += ["<tr>"] * (len(frame) - len(folds))
    rows = "\n".join(
        f"{tr}{cells('td', list(row))}</tr>" for tr, row in zip(opened, frame.itertuples(index=False), strict=True)
    )
    head = cells("th", list(frame.columns)).replace("<th", '<th scope="col"')
    kind = ' class="answers"' if folds else ""
    body = f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>"
    return f"{SCROLLS}<table{kind}>\n{body}\n</table></div>\n"


def latex_table(
    frame: pd.DataFrame, caption: str, right: frozenset[str] = frozenset(), notes: Sequence[str] = ()
) -> str:
    """A `table` environment with booktabs' rules; LaTeX needs `\\usepackage{booktabs,graphicx}`.

    notes: what stands below it, as [1], [2] and so on.
    """
    columns = "".join("r" if name in right else "l" for name in frame.columns)
    rows = [
        [escape_latex(str(value)) for value in row] for row in [list(frame.columns), *frame.itertuples(index=False)]
    ]
    lines = [rf"{' & '.join(row)} \\" for row in rows]
    body = "\n".join([lines[0], r"\midrule", *lines[1:]])
    below = "".join(
        rf"\par\footnotesize [{number}] {escape_latex(note)}" + "\n" for number, note in enumerate(notes, 1)
    )
    return (
        "\\begin{table}\n\\centering\n"
        f"\\caption{{{escape_latex(caption)}}}\n"
        "\\resizebox{\\linewidth}{!}{%\n"
        f"\\begin{{tabular}}{{{columns}}}\n\\toprule\n{body}\n\\bottomrule\n\\end{{tabular}}}}\n{below}\\end{{table}}\n"
    )


def csv_table(frame: pd.DataFrame) -> str:
    """The frame's own columns and numbers; strings that a spreadsheet would take for a formula are quoted."""
    safe = frame.map(lambda value: cell(value) if isinstance(value, str) else value)
    return str(safe.to_csv(index=False, lineterminator="\n"))
