"""`python -m suite.diff`: from a published report to a copy with other records."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from suite import diff
from suite.commandline import DONE, FAILED, REFUSED, enter
from tests.analysis.changes.conftest import PUBLISHED, Copy, copy, misread

__all__ = ["copy"]


def command(*arguments: object) -> int:
    return enter(diff.main, diff.HELP, [str(argument) for argument in arguments])


@pytest.mark.parametrize("study", sorted(path.parent.name for path in PUBLISHED.glob("*/study.json")))
def test_a_report_does_not_differ_from_itself(study: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(PUBLISHED / study, PUBLISHED / study) == DONE
    said = capsys.readouterr().out
    assert "None but in clocks: the records are the same." in said
    assert "same predictions" in said
    assert "What changed" not in said


def test_what_changed_is_told_and_is_the_exit_code(
    copy: Copy, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copy.rewrite(lambda study: study["candidates"]["mlp"]["recipe"].update(epochs=7), arrays=misread("mlp", 100))
    monkeypatch.chdir(tmp_path)
    assert command(PUBLISHED / "quickstart", "quickstart") == FAILED
    said = capsys.readouterr().out
    (row,) = [line for line in said.splitlines() if line.startswith("mlp ")]
    assert "5 → –" in row
    assert "same test images, 3 × 359" in row
    assert "27.9% (100 of 359;" in row
    assert "differs in recipe.epochs" in row
    for words in ("recipe.epochs  mlp", "predicted (array)  mlp", "other in 3 of 25 runs"):
        assert words in said
    assert command("quickstart", PUBLISHED / "quickstart", f"workspace={tmp_path}") == FAILED


def test_numbers_and_markdown(copy: Copy, capsys: pytest.CaptureFixture[str]) -> None:
    copy.rewrite(arrays=misread("mlp", 100))
    assert command(copy.source, copy.folder, "format=csv") == FAILED
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    (row,) = [row for row in rows if row["part"] == "row" and row["name"] == "mlp"]
    assert float(row["change"]) == pytest.approx(float(row["after"]) - float(row["before"]))
    assert float(row["change_low"]) < float(row["change"]) < float(row["change_high"])
    assert (row["flipped"], row["test_images"], row["rank_before"]) == ("100", "359", "5")
    assert {row["part"] for row in rows} == {"row", "claim", "records"}
    (claim,) = [row for row in rows if row["part"] == "claim"]
    assert (claim["before"], claim["after"]) == ("not decided", "supported")
    assert command(copy.source, copy.folder, "format=md") == FAILED
    text = capsys.readouterr().out
    assert text.startswith("# quickstart: what changed\n")
    assert "| predicted (array) | mlp | – | other in 3 of 25 runs |" in text
    assert "| not decided | supported |" in text


def test_a_changed_record_is_refused(copy: Copy, capsys: pytest.CaptureFixture[str]) -> None:
    path = copy.rewrite() / "study.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"seeds": 3', '"seeds": 4'), encoding="utf-8")
    assert command(copy.source, copy.folder) == REFUSED
    assert "study.json changed since the records were collected" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name two reports, OLD and NEW, as folders or studies; 0 were given: none"),
        (["quickstart"], "1 was given: quickstart"),
        (["quickstart", "quickstrat"], "unknown report 'quickstrat'. Did you mean 'quickstart'?"),
        (["quickstart", "nowhere/at/all"], "nowhere/at/all is no folder"),
        (["quickstart", "imbalance"], "two reports of one study are compared"),
        (["quickstart", "reports"], "unknown report 'reports'"),
        (["quickstart", "./reports"], "reports is not a report's folder"),
        (["quickstart", "quickstart", "fromat=md"], "unknown key 'fromat'. Did you mean 'format'?"),
        (["quickstart", "quickstart", "format=xml"], "format=xml: expected text or csv or md"),
    ],
)
def test_refusals(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PUBLISHED.parents[1])
    assert command(*arguments) == REFUSED
    assert said in capsys.readouterr().err
