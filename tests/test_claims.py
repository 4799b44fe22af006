"""`python -m suite.claims`, and the committed ledger: what it names is there, and its pages are what it gives."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from suite.analysis.claims_ledger import page, quotations
from suite.analysis.claims_ledger.demonstrations import refutations
from suite.analysis.claims_ledger.sentences import ClaimsLedger, read
from suite.claims import main
from suite.config.files import study_files
from suite.core.durable import read_json
from suite.core.refusals import Refusal

ROOT = Path(__file__).parent.parent
REPORTS = ROOT / "reports"


@pytest.fixture(scope="module")
def ledger() -> ClaimsLedger:
    return read(REPORTS / "claims.yaml")


@pytest.fixture(scope="module")
def decided(ledger: ClaimsLedger) -> list[page.Decision]:
    return page.decide(ledger, ROOT)


def test_every_test_that_the_ledger_names_is_there(ledger: ClaimsLedger) -> None:
    assert len(refutations(ROOT, ledger.tests)) == len(ledger.tests) > 60


def marked() -> list[str]:
    """The node ids of all tests that are marked as refuting something."""
    found = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.parse(text).body if "mark.refutes" in text else []:
            if isinstance(node, ast.FunctionDef) and any("refutes" in ast.unparse(d) for d in node.decorator_list):
                found.append(f"{path.relative_to(ROOT).as_posix()}::{node.name}")
    return found


def test_what_a_test_refutes_rests_on_it(ledger: ClaimsLedger) -> None:
    resting = {(entry.id, test) for entry in ledger.entries for test in entry.tests}
    refuted = {(one, test) for test, ids in refutations(ROOT, marked()).items() for one in ids}
    assert refuted
    assert refuted <= resting


def test_every_study_that_the_ledger_names_has_that_claim(ledger: ClaimsLedger) -> None:
    """In its records where it is published, in its file where it is not, and among those that are planned else."""
    import yaml

    files = study_files()
    for entry in ledger.entries:
        if entry.way != "study":
            continue
        name, text = entry.means["name"], entry.means["claim"]
        assert (name in files) != (name in ledger.planned), f"{name}: a study has a file, or is planned"
        if name in files:
            claims = yaml.safe_load(files[name].read_text(encoding="utf-8"))["claims"]
            assert text in [claim["text"] for claim in claims], entry.id
        if (REPORTS / "published" / name).is_dir():
            recorded = read_json(REPORTS / "published" / name / "study.json")["claims"]
            assert text in [claim["text"] for claim in recorded], entry.id


def test_what_is_planned_is_waited_for(ledger: ClaimsLedger) -> None:
    waiting = {entry.means["name"] for entry in ledger.entries if entry.way == "study"}
    assert set(ledger.planned) <= waiting


def test_every_figure_that_is_quoted_is_pinned_by_a_test(ledger: ClaimsLedger) -> None:
    quoted = {key for entry in ledger.entries if entry.way == "quotes" for key in entry.means if key != "of"}
    assert quoted <= set(ledger.pinned_by) == {*quotations.FACTS, *quotations.ERRORS, quotations.NOT_OF_ONE}


def test_the_page_is_what_the_ledger_gives(ledger: ClaimsLedger, decided: list[page.Decision]) -> None:
    text = page.texts(ledger, decided)["claims.md"]
    committed = (REPORTS / "claims.md").read_text(encoding="utf-8")
    assert committed == text, "reports/claims.md: python -m suite.claims writes it anew"


def test_all_five_articles_are_in_it_and_every_verdict_is_known(
    ledger: ClaimsLedger, decided: list[page.Decision]
) -> None:
    by_article = Counter(one.entry.article for one in decided)
    assert len(by_article) == 5
    assert min(by_article.values()) >= 12
    assert by_article.total() >= 60
    assert {one.verdict for one in decided} <= set(page.VERDICTS)
    assert all(one.evidence for one in decided)


def workspace(folder: Path) -> Path:
    (folder / "reports" / "published").mkdir(parents=True)
    shutil.copy(REPORTS / "claims.yaml", folder / "reports")
    (folder / "tests").symlink_to(ROOT / "tests")
    return folder


def test_the_command_prints_and_writes_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a workspace without any published study: nothing is measured there."""
    place = f"workspace={workspace(tmp_path)}"
    assert main([place]) == 0
    shown = capsys.readouterr().out
    assert "series-doubles" in shown
    assert "supported" in shown
    assert str(tmp_path / "reports" / "claims.html") in shown
    assert main([place, "check=true"]) == 0
    page = tmp_path / "reports" / "claims.md"
    assert "not measured yet | study transfer" in page.read_text(encoding="utf-8")
    page.write_text(page.read_text(encoding="utf-8").replace("| refuted |", "| proven |", 1), encoding="utf-8")
    assert main([place, "check=true"]) == 1
    assert f"{page} is not what the ledger gives" in capsys.readouterr().err
    page.unlink()
    assert main([place, "check=true"]) == 1


def test_without_a_ledger_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="there is no ledger"):
        main([f"workspace={tmp_path}"])


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from suite.claims import HELP, enter, main; enter(main, HELP, ['--help'])\n"
        "print(sorted({'pandas', 'keras', 'numpy', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"
