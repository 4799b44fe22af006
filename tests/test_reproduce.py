"""`python -m suite.reproduce`: rows of a real small study again, from its page alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from suite.commandline import enter
from suite.core.durable import read_json, write_json
from suite.records import hashes
from suite.reproduce import HELP, main
from tests import studies
from tests.study.conftest import TINY

QUICKSTART = Path(__file__).parents[1] / "reports" / "published" / "quickstart"
LATE = "candidates.late={architecture: mlp, weights: mlp, search: {space: null}}"
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Say:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = enter(main, HELP, [*arguments, f"workspace={tmp_path}"])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name one report, as in python -m suite.reproduce report.html row=NAME; 0 were given"),
        (["{page}"], "which row? row=NAME, one of: resnet8, article_cnn, plain8, lenet5, mlp"),
        (["{page}", "row=resnet9"], "unknown row of quickstart 'resnet9'. Did you mean 'resnet8'?"),
        (["{page}", "row=mlp", "track=shared"], "unknown track of row mlp 'shared'. Valid, nearest first: tuned"),
        (["{page}", "row=mlp", "seed=7"], "seed=7: final runs have the seeds from 1000 on"),
        (["{page}", "row=mlp", "seed=first"], "seed=first: expected a whole number"),
        (["{page}", "rov=mlp"], "unknown key 'rov'. Did you mean 'row'?"),
        (["nowhere.html", "row=mlp"], "nowhere.html is no page, no report's folder and no study with a report here"),
        (["{edited}", "row=mlp"], "is not as it was rendered: it was edited"),
        (["{folder}", "row=mlp"], "facts.json changed since the records were collected"),
        (["{page}", "row=mlp", "data.path=."], "data.path: row mlp was trained on digits"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(say: Say, tmp_path: Path, arguments: list[str], said: str) -> None:
    page = QUICKSTART / "report.html"
    edited = tmp_path / "edited.html"
    edited.write_bytes(page.read_bytes().replace(b"2.97%", b"1.97%"))
    folder = shutil.copytree(QUICKSTART, tmp_path / "folder")
    (folder / "facts.json").write_text("{}")
    places = {"page": page, "edited": edited, "folder": folder}
    code, out, err = say(*(text.format(**places) for text in arguments))
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert not (tmp_path / "reproduced").exists()


def test_help_answers_without_anything_heavy() -> None:
    code = (
        "import sys; from suite.commandline import enter; from suite.reproduce import HELP, main\n"
        "assert enter(main, HELP, ['--help']) == 0\n"
        "assert not {'numpy', 'pandas', 'keras'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "seed=N|recorded" in done.stdout


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of `tiny`, with a row that starts from another."""
    workspace = studies.workspace_with_study(tmp_path_factory.mktemp("trained"), TINY)
    done = studies.command(workspace, LATE, "axes=[architecture,weights]")
    assert done.returncode == 0, done.stderr
    return workspace


def reproduce(workspace: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "suite.reproduce", *arguments],
        cwd=workspace, env=studies.environment(), capture_output=True, text=True, timeout=600,
    )  # fmt: skip


@pytest.mark.slow
def test_a_row_again_from_the_page_alone(trained: Path, tmp_path: Path) -> None:
    """Elsewhere, where there is neither the study's file nor its runs: a recorded seed is equal bit for bit, with found
    values, and as a row that starts from another; a fresh one is what seeds=3 would have trained."""
    shutil.copy(trained / "reports" / "tiny" / "report.html", tmp_path / "report.html")
    for row in ("lenet5", "late"):
        done = reproduce(tmp_path, "report.html", f"row={row}", "seed=recorded")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Equal bit for bit: all 11 figures of the recorded run, to the last digit." in done.stdout
    done = reproduce(tmp_path, "report.html", "row=mlp")
    assert "seed 1002, which the report has no run of; found by the search" in done.stdout
    assert ("The new value lies within" in done.stdout) == (done.returncode == 0)
    more = studies.command(trained, LATE, "axes=[architecture,weights]", "seeds=3")
    assert more.returncode == 0, more.stderr
    path = "runs/tiny/digits-laptop-tensorflow-float32/mlp/tuned/final/2/result.json"
    mine, theirs = read_json(tmp_path / "reproduced" / "tiny" / path), read_json(trained / path)
    for name in ("test_loss", "test_accuracy", "val_loss", "train_loss", "seed", "parameters"):
        assert mine[name] == theirs[name], name
    again = reproduce(tmp_path, "report.html", "row=mlp")
    assert "is in" in again.stdout
    assert "epoch" not in again.stdout
    assert not (tmp_path / "runs").exists()
    assert not (tmp_path / "mlflow.db").exists()


@pytest.mark.slow
def test_a_value_that_is_not_to_be_expected_ends_with_1(trained: Path, tmp_path: Path) -> None:
    """Records that say another error than their runs had: of accuracies near 1 the network's own is far away."""
    folder = shutil.copytree(trained / "reports" / "tiny", tmp_path / "tiny")
    lines = (folder / "runs.csv").read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("test_accuracy")
    assert lines[0].split(",")[place] == "test_accuracy"
    import csv
    import io

    rows = list(csv.reader(io.StringIO("\n".join(lines))))
    for number, row in enumerate(rows[1:]):
        row[place] = row[place] and str(0.999 + number % 2 / 10_000)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    (folder / "runs.csv").write_text(text.getvalue(), encoding="utf-8")
    study = read_json(folder / "study.json")
    write_json(folder / "study.json", {**study, "intervals": "own"})
    hashes.write(folder)
    done = reproduce(tmp_path, "tiny", "row=mlp", "seed=1005")
    assert done.returncode == 1, done.stderr
    assert "The new value does NOT lie within" in done.stdout
    done = reproduce(tmp_path, "tiny", "row=mlp", "seed=1000")
    assert done.returncode == 1
    assert "Not equal, though device, threads, versions and code are: test_accuracy was 0.99" in done.stdout
