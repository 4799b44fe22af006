from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from suite.analysis.folder.reading import read
from suite.analysis.pages.citation import bibtex


def test_it_names_title_commit_and_the_day_of_the_last_run(rendered: Path) -> None:
    records = read(rendered)
    runs = records.runs.assign(ended_at=1_795_739_259.8, commit="b" * 40)
    runs.loc[0, "ended_at"], runs.loc[0, "commit"] = 1.0, "a" * 40 + "+changes"
    text = bibtex(replace(records, runs=runs, study={**records.study, "title": "50% & {more"}))
    assert text.startswith("@misc{fabricated-cifar10-laptop-tensorflow-float32,\n")
    assert r"= {{50\% \& \textbraceleft{}more}}," in text
    assert "= {2026}," in text
    assert "= nov," in text
    assert f"commits {'a' * 12}, {'b' * 12}, recorded 2026-11-27" in text
    assert text.count("{") == text.count("}"), "BibTeX counts braces, escaped ones too"


def test_without_runs_and_commits_it_has_no_date(rendered: Path) -> None:
    records = read(rendered)
    text = bibtex(replace(records, runs=records.runs.assign(ended_at=float("nan"), commit=None)))
    assert "year" not in text
    assert not re.search("commit|recorded", text)


def test_it_stands_on_both_pages(rendered: Path) -> None:
    text = bibtex(read(rendered))
    assert f'<pre class="whole">{text}</pre>' in (rendered / "report.html").read_text(encoding="utf-8")
    assert all(f"    {line}" in (rendered / "report.md").read_text(encoding="utf-8") for line in text.splitlines())
