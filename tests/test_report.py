from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from suite import report
from suite.commandline import DONE, FAILED, REFUSED, enter
from tests.analysis.conftest import Store, small


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A workspace, the current folder, in which a study has run."""
    monkeypatch.chdir(tmp_path)
    store = Store(tmp_path)
    store.whole(small())
    return store


def command(*arguments: str) -> int:
    return enter(report.main, report.HELP, list(arguments))


def test_a_study_is_printed_written_checked_and_published(ran: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("study=fabricated", "publish=true") == DONE
    shown = capsys.readouterr().out
    assert "resnet20" in shown
    assert "1 × 400" in shown
    assert "published: reports/published/fabricated" in shown
    assert command("study=fabricated", "check=true") == DONE
    assert command("folder=reports/published/fabricated", "check=true") == DONE
    page = ran.workspace / "reports" / "fabricated" / "report.html"
    page.write_text("<html>typed by hand</html>", encoding="utf-8")
    assert command("study=fabricated", "check=true") == FAILED
    assert "differs from what its records give: report.html" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "<html>typed by hand</html>"
    assert command("folder=reports/fabricated") == DONE
    assert command("study=fabricated", "check=true") == DONE


def test_another_instance_and_another_folder(ran: Store, capsys: pytest.CaptureFixture[str]) -> None:
    other = small(instance="digits-smoke", budget="smoke", stamp="numbers mean nothing")
    ran.whole(other, started_at=1.0)
    assert command("study=fabricated", "budget=smoke", "folder=elsewhere") == DONE
    assert "NUMBERS MEAN NOTHING" in capsys.readouterr().out
    assert "numbers mean nothing" in (ran.workspace / "elsewhere" / "report.md").read_text(encoding="utf-8")
    assert command("study=fabricated", "budget=full") == REFUSED
    assert "no instance with budget=full; it has: digits-smoke, cifar10-laptop" in capsys.readouterr().err


def test_the_table_is_arranged_anew(ran: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("study=fabricated", "table.columns=[year,macs]", "table.sort=macs") == DONE
    shown = capsys.readouterr().out
    assert "Year  Multiply-adds" in shown
    assert "CPU time" not in shown.partition("\n\n")[2].partition("\n\n")[0], "in the table; the sentence below has it"
    assert shown.index("lenet5") < shown.index("resnet20")
    assert command("study=fabricated", "check=true") == DONE
    assert command("study=fabricated") == DONE
    assert "  CPU time  " in capsys.readouterr().out, "the study itself says nothing of its table"


def test_several_studies(ran: Store, capsys: pytest.CaptureFixture[str]) -> None:
    ran.whole(small(study="second"))
    assert command("studies=[fabricated,second]") == DONE
    assert "fabricated+second/report.html" in capsys.readouterr().out
    assert command("studies=[fabricated,second]", "check=true") == DONE


def test_where_nothing_ran_the_published_report_is_shown(ran: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("study=fabricated", "publish=true") == DONE
    (ran.workspace / "runs").rename(ran.workspace / "gone")
    assert command("study=fabricated") == DONE
    shown = capsys.readouterr()
    assert "nothing of fabricated has run in this workspace: this is its published report" in shown.err
    assert "reports/published/fabricated/report.html" in shown.out


@pytest.mark.slow
def test_records_without_hashes_are_no_proof(ran: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("study=fabricated") == DONE
    (ran.workspace / "reports" / "fabricated" / "hashes.json").unlink()
    assert command("study=fabricated", "check=true") == FAILED
    assert "has no hashes.json: it cannot be checked for changed records" in capsys.readouterr().err
    assert command("folder=reports/fabricated") == DONE
    assert command("study=fabricated", "check=true") == FAILED, "rendered again, they are known no better"
    assert command("folder=reports/fabricated", "publish=true") == REFUSED
    assert command("study=fabricated") == DONE  # collected again
    assert command("study=fabricated", "check=true") == DONE


def test_a_changed_record_is_named_and_not_rendered(ran: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("study=fabricated") == DONE
    study = ran.workspace / "reports" / "fabricated" / "study.json"
    study.write_text(study.read_text(encoding="utf-8")[1:], encoding="utf-8")
    assert command("study=fabricated", "check=true") == FAILED
    assert "is not as it was collected: study.json" in capsys.readouterr().err
    assert command("folder=reports/fabricated") == REFUSED
    assert command("study=fabricated") == DONE  # collected again
    assert command("study=fabricated", "check=true") == DONE


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["study=fabricatde"],
            "unknown study 'fabricatde'. Did you mean 'fabricated'? Valid, nearest first: fabricated",
        ),
        (["stduy=x"], "unknown key 'stduy'. Did you mean 'study'?"),
        ([], "name a study=NAME"),
        (["study=fabricated", "check=maybe"], "check=maybe: expected true or false"),
        (["folder=nowhere"], "nowhere is not a report's folder"),
        (["studies=[fabricated]", "publish=true"], "studies cannot go with publish"),
        (["folder=x", "budget=smoke"], "folder without study cannot go with budget"),
        (["study=fabricated", "check=true"], "has no report in"),
        (["quickstart"], "'quickstart' is not key=value"),
        (
            ["study=fabricated", "table.sort=yaer"],
            "table.sort: there is no 'yaer', but there are, nearest first: year, ",
        ),
        (
            ["study=fabricated", "table.columns=[size]"],
            "table.columns: there is no 'size', but there are, nearest first: ",
        ),
        (["folder=x", "table.sort=year"], "a report without study=NAME cannot go with table.sort"),
        (["study=fabricated", "check=true", "table.sort=year"], "check=true cannot go with table.sort"),
    ],
)
def test_refusals(ran: Store, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert command(*arguments) == REFUSED
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["study=no_such_study"], 2), (["stduy=x"], 2)])
def test_help_and_refusals_take_less_than_a_second(tmp_path: Path, arguments: list[str], code: int) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    heavy = "{'keras', 'tensorflow', 'mlflow', 'matplotlib', 'pandas'}"
    script = (
        f"import sys; from suite import report, commandline; sys.argv[0] = 'report'\n"
        f"code = commandline.enter(report.main, report.HELP)\nassert not {heavy} & set(sys.modules)\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], cwd=tmp_path, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == code, done.stderr
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0


def test_checking_another_instance_than_the_one_that_is_shown_is_no_answer(
    ran: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    ran.whole(small(instance="digits-smoke", budget="smoke"), started_at=1.0)
    assert command("study=fabricated", "budget=laptop") == DONE
    assert command("study=fabricated", "budget=laptop", "check=true") == DONE
    assert command("study=fabricated", "budget=smoke", "check=true") == REFUSED
    assert "is the report of instance cifar10-laptop-tensorflow-float32, not of digits-smoke" in capsys.readouterr().err
    assert command("study=fabricated", "budget=full", "check=true") == REFUSED


def test_checking_several_studies_writes_nothing(ran: Store) -> None:
    ran.whole(small(study="second"))
    assert command("studies=[fabricated,second]") == DONE
    runs = ran.workspace / "reports" / "second" / "runs.csv"
    changed = runs.read_bytes() + b"\n"
    runs.write_bytes(changed)
    assert command("studies=[fabricated,second]", "check=true") != DONE
    assert runs.read_bytes() == changed
