"""What articles claim, with verdicts: python -m suite.claims."""

from __future__ import annotations

import sys
from pathlib import Path

from suite.commandline import DONE, FAILED, boolean, enter, parse

HELP = """
python -m suite.claims      the ledger of the articles' claims with its verdicts: prints it, writes its pages

    check=true       write nothing; exit 1 where reports/claims.md is not what the ledger and the published studies give
    workspace=DIR    a clone of the suite, with reports/ and tests/ (default: the current folder)

Writes reports/claims.md, which is committed, and reports/claims.html. A verdict comes from the tests that the ledger
names, from what is recorded of an architecture, or from a published study's records.
"""


def main(arguments: list[str]) -> int:
    values = parse(arguments, {"check": boolean, "workspace": Path})
    root = Path(str(values.get("workspace", "."))).expanduser()
    reports = root / "reports"

    from suite.analysis.claims_ledger import page
    from suite.analysis.claims_ledger.sentences import read
    from suite.analysis.table import terminal
    from suite.core.durable import write_text

    ledger = read(reports / "claims.yaml")
    decided = page.decide(ledger, root)
    texts = page.texts(ledger, decided)
    if values.get("check"):
        return _compare(reports / "claims.md", texts["claims.md"])
    for name, text in texts.items():
        write_text(reports / name, text)
    print(terminal.aligned(page.listed(decided)))
    print(f"\n{terminal.aligned(page.counts(ledger, decided))}\n\npage: {reports / 'claims.html'}")
    return DONE


def _compare(page: Path, text: str) -> int:
    if page.exists() and page.read_text(encoding="utf-8") == text:
        print(f"{page}: no difference")
        return DONE
    print(f"{page} is not what the ledger gives; python -m suite.claims writes it", file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    sys.exit(enter(main, HELP))
