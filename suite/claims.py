"""What articles claim, with verdicts: python -m suite.claims."""

from __future__ import annotations

import sys
from pathlib import Path

from suite.commandline import DONE, FAILED, boolean, enter, parse

HELP = """
python -m suite.claims      the ledger of the articles' claims with its verdicts: prints it, writes its pages

    check=true       write nothing; name the pages that are not what the ledger and the published studies give (exit 1)
    workspace=DIR    a clone of the suite, with reports/ and tests/ (default: the current folder)

Writes reports/claims.md and reports/claims.html. A verdict comes from the tests that the ledger names, from what
is recorded of an architecture, or from a published study's records.
"""


def main(arguments: list[str]) -> int:
    values = parse(arguments, {"check": boolean, "workspace": Path})
    root = Path(str(values.get("workspace", "."))).expanduser()
    reports = root / "reports"

    from suite.analysis import ledger_page, terminal
    from suite.analysis.ledger import read
    from suite.core.durable import write_text

    ledger = read(reports / "claims.yaml")
    decided = ledger_page.decide(ledger, root)
    written = {reports / name: text for name, text in ledger_page.texts(ledger, decided).items()}
    if values.get("check"):
        return _differences(written)
    for path, text in written.items():
        write_text(path, text)
    print(terminal.aligned(ledger_page.listed(decided)))
    print(f"\n{terminal.aligned(ledger_page.counts(ledger, decided))}\n\npages: {', '.join(map(str, written))}")
    return DONE


def _differences(written: dict[Path, str]) -> int:
    changed = [
        str(path) for path, text in written.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if not changed:
        print("the ledger's pages: no difference")
        return DONE
    print(f"not what the ledger gives: {', '.join(changed)}; python -m suite.claims writes them", file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    sys.exit(enter(main, HELP))
