"""What the files of a report's folder are called: records, their hashes, and what is rendered from the records."""

from __future__ import annotations

from suite.core.directories import SESSIONS, STUDY

FACTS, RUNS, RECORDS = "facts.json", "runs.csv", "records.npz"
RECORD_FILES = (STUDY, SESSIONS, FACTS, RUNS, RECORDS)
HASHES = "hashes.json"
RENDERED = ("report.html", "report.md", "table.csv", "table.tex")
FIGURES = "figures"
