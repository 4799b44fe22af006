from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from suite import report
from suite.analysis.comparing.folds import fold_of
from suite.analysis.pages import folds
from suite.commandline import DONE, FAILED, REFUSED, enter
from suite.core.directories import RunKey
from tests.analysis.conftest import Store, description


def fold(number: int, of: int = 3, **changes: Any) -> dict[str, Any]:
    """A study.json of one fold, with two candidates of one seed."""
    study = description(instance=f"fold{number}", tracks=["shared"], seeds=1, trials=0, **changes)
    del study["candidates"]["lenet5"]
    for candidate in study["candidates"].values():
        candidate["data"] |= {"folds": of, "fold": number, "hash": f"h{number}", "test_hash": f"t{number}"}
    return study


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A workspace, the current folder."""
    monkeypatch.chdir(tmp_path)
    return Store(tmp_path)


def whole(store: Store, *studies: dict[str, Any]) -> None:
    """Runs of all folds; each fold has other errors."""
    for number, study in enumerate(studies):
        store.describe(study, started_at=1000.0 + number)
        for place, name in enumerate(study["candidates"]):
            key = report_key(name)
            store.run(study, key, error=0.10 + 0.06 * place + 0.01 * ((number + place) % 3))


def report_key(name: str) -> RunKey:
    return RunKey(name, "shared", "final", 0)


def command(*arguments: str) -> int:
    return enter(report.main, report.HELP, list(arguments))


def test_folds_are_pooled_into_one_table(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    whole(store, *map(fold, range(3)))
    assert command("study=fabricated", "folds=true") == DONE
    shown = capsys.readouterr().out
    assert "3 of 3 folds" in shown
    assert "3 × 1 × 1,200" in shown
    rows = folds.render([store.workspace / "reports/fabricated-folds" / f"fold{n}" for n in range(3)], Path("again"))
    first = rows.iloc[0]
    assert first.candidate == "resnet20"
    assert first.test_error == pytest.approx(sum(first.errors) / 3)
    assert first.test_error_low < min(first.errors) < first.test_error < max(first.errors) < first.test_error_high
    page = (store.workspace / "reports/fabricated-folds/report.md").read_text(encoding="utf-8")
    assert "Nadeau and Bengio" in page
    assert "Shortcuts make twenty layers better." in page  # the claim is judged over the folds
    assert command("study=fabricated", "folds=true", "check=true") == DONE
    (store.workspace / "reports/fabricated-folds/report.md").write_text("typed by hand", encoding="utf-8")
    assert command("study=fabricated", "folds=true", "check=true") == FAILED
    assert "report.md" in capsys.readouterr().err


def test_folds_that_are_no_longer_asked_for_leave_the_page_s_folder(store: Store) -> None:
    whole(store, *map(fold, range(3)))
    assert command("study=fabricated", "folds=true") == DONE
    assert command("study=fabricated", "folds=[fold0,fold2]") == DONE
    folder = store.workspace / "reports/fabricated-folds"
    assert sorted(path.parent.name for path in folder.glob("*/study.json")) == ["fold0", "fold2"]
    assert command("study=fabricated", "folds=true", "check=true") == DONE


def test_what_else_lies_in_the_page_s_folder_stays(store: Store) -> None:
    """Only what such a page was made of goes: not the reports beside it, nor the runs of an instance."""
    whole(store, *map(fold, range(3)))
    other = description(study="other", instance="plain", seeds=1, tracks=["shared"], trials=0)
    store.whole(other)
    assert command("study=other") == DONE
    assert command("study=fabricated", "instance=fold1") == DONE
    assert command("study=fabricated", "folds=[fold0,fold2]", "folder=reports") == DONE
    assert sorted(path.parent.name for path in Path("reports").glob("*/study.json")) == [
        *("fabricated", "fold0", "fold2", "other"),
    ]
    assert command("study=fabricated", "folds=[fold0,fold2]", "folder=runs/other") == REFUSED
    assert (Path("runs/other/plain") / "study.json").exists()
    assert command("study=fabricated", "folds=[fold0,fold2]", "folder=reports", "check=true") == FAILED


def test_a_fold_that_did_not_run_is_said_and_a_candidate_that_lacks_one_is_not_ranked(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    whole(store, fold(0), fold(2))
    store.run(fold(2), report_key("plain20"), outcome="diverged", test_accuracy=None)
    assert command("study=fabricated", "folds=true") == DONE
    page = (store.workspace / "reports/fabricated-folds/report.md").read_text(encoding="utf-8")
    assert "2 of 3 folds: fold 1 did not run" in page
    assert re.search(r"plain20.*not ranked: fold 2: 1 diverged", capsys.readouterr().out)
    assert "fold 2: plain20 has" in page  # the claim


def test_a_fold_under_way_is_waited_for(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """Its own report ranks what has as many seeds so far; figures over folds are means over all seeds."""
    studies = [fold(0) | {"seeds": 2}, fold(1) | {"seeds": 2, "state": "interrupted"}]
    whole(store, *studies)
    for name in studies[0]["candidates"]:
        store.run(studies[0], RunKey(name, "shared", "final", 1), error=0.2)
    assert command("study=fabricated", "folds=true") == DONE
    shown = capsys.readouterr().out
    assert shown.count("not ranked: fold 1: 1 of 2 seeds so far") == 2
    assert "No candidate has all of its seeds in every fold." in Path("reports/fabricated-folds/report.md").read_text()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"of": 5}, "takes two at least|two folds at least"),
        ({"budget": "smoke"}, "two folds at least"),
    ],
)
def test_what_is_not_like_the_last_one_is_no_fold_of_it(
    store: Store, capsys: pytest.CaptureFixture[str], other: dict[str, Any], said: str
) -> None:
    whole(store, fold(0), fold(1, **other))
    assert command("study=fabricated", "folds=true") == REFUSED
    assert re.search(said, capsys.readouterr().err)


def test_instances_that_are_not_folds_of_one_study_are_named(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    longer = fold(1)
    longer["candidates"]["resnet20"]["recipe"]["epochs"] = 8
    whole(store, fold(0), longer)
    assert command("study=fabricated", "folds=[fold0,fold1]") == REFUSED
    assert "instance fold0 and instance fold1 are not folds of one study: resnet20 differs in recipe.epochs" in (
        capsys.readouterr().err
    )
    twice = fold(0) | {"instance": "again"}
    whole(store, fold(0), twice)
    assert command("study=fabricated", "folds=[fold0,again]") == REFUSED
    assert "are both fold 0" in capsys.readouterr().err
    store.whole(description(instance="plain", seeds=1, tracks=["shared"], trials=0))
    assert command("study=fabricated", "folds=[fold0,plain]") == REFUSED
    assert "instance plain is no fold" in capsys.readouterr().err


def test_a_study_without_folds_says_how_to_divide(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    store.whole(description(seeds=1, tracks=["shared"], trials=0))
    assert command("study=fabricated", "folds=true") == REFUSED
    assert "data.folds=5 data.fold=0" in capsys.readouterr().err
    assert command("folder=reports/fabricated", "folds=true") == REFUSED


def test_descriptions_of_old_are_no_folds() -> None:
    """They do not say what a candidate's data are; a workspace may hold them beside the folds."""
    assert fold_of({"candidates": {"mlp": {"architecture": "mlp"}}}) is None
