"""`python -m suite.diff OLD NEW`: what changed between two reports of one study."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from suite.commandline import DONE, FAILED, enter, parse_beside_places
from suite.core.refusals import Refusal, unknown

HELP = """
Compare two reports of one study: which rows moved and how sure that is, which test images flipped, which claims have
another verdict, and what was different: commit, versions, data, device, threads, budget, recipes, candidates.

    python -m suite.diff OLD NEW [format=text|csv|md] [workspace=DIR]

OLD, NEW       folders of reports, or a study's name: its report in the workspace, else the published one;
               python -m suite.diff reports/published/quickstart quickstart compares your own run with the published one
format=csv     numbers: errors and changes as fractions, one line for each row, claim, condition and record
format=md      Markdown tables

Clocks are no difference: no run takes the same time twice.

Exit: 0 no difference in the records; 1 there is one; 2 refused: no report's folder, or of another study.
"""

FORMATS = ("text", "csv", "md")
KEYS: dict[str, Callable[[str], object]] = {"format": lambda text: _format(text), "workspace": str}


def main(arguments: list[str]) -> int:
    places, values = parse_beside_places(arguments, KEYS)
    if len(places) != 2:
        raise Refusal(
            f"name two reports, OLD and NEW, as folders or studies; {len(places)} "
            f"{'was' if len(places) == 1 else 'were'} given: {', '.join(places) or 'none'}"
        )
    workspace = Path(str(values.get("workspace", "."))).expanduser()
    old, new = (_folder(workspace, text) for text in places)
    from suite.analysis.changes import comparing, writing

    found = comparing.compare(old, new)
    write = {"text": writing.terminal, "csv": writing.csv, "md": writing.markdown}[str(values.get("format", "text"))]
    print(write(found).rstrip("\n"))
    return FAILED if found.differs else DONE


def _folder(workspace: Path, text: str) -> Path:
    """A folder as it is named; else a study's report, the local one before the published one."""
    folder = Path(text).expanduser()
    own = [workspace / "reports" / text, workspace / "reports" / "published" / text]
    places = [folder] if folder.name != text else [*([folder] if (folder / "study.json").exists() else []), *own]
    for place in places:
        if place.is_dir():
            return place
    if folder.name == text:
        names = {path.parent.name for path in (workspace / "reports").glob("**/study.json")}
        raise unknown("report", text, names)
    raise Refusal(f"{text} is no folder; name a report's folder, or a study: python -m suite.diff OLD NEW")


def _format(text: str) -> str:
    if text not in FORMATS:
        raise ValueError(" or ".join(FORMATS))
    return text


if __name__ == "__main__":
    sys.exit(enter(main, HELP))
