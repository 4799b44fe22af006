"""No number of the README is typed by hand: its tables are those of published reports."""

from __future__ import annotations

import re
from pathlib import Path

from suite.analysis import rendering

ROOT = Path(__file__).parent.parent
TABLE = re.compile(r"<!-- table:(?P<name>[\w.+-]+) -->\n(?P<text>.*?)<!-- /table -->", re.DOTALL)


def test_the_tables_are_those_of_published_reports() -> None:
    tables = {match["name"]: match["text"].strip() for match in TABLE.finditer((ROOT / "README.md").read_text("utf-8"))}
    assert tables, "README.md shows no table between <!-- table:STUDY --> and <!-- /table -->"
    for study, text in tables.items():
        folder = ROOT / "reports" / "published" / study
        assert folder.is_dir(), f"README.md shows {study}, which has no published report"
        assert text == rendering.readme_table(folder).strip(), f"README.md's table of {study} is not the published one"
