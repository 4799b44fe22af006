"""Going on from published records: what is taken over, what is refused, and what a kill in between leaves."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.analysis.folder.collect import collect
from suite.analysis.rendering import render
from suite.config.compose import compose
from suite.config.study import study_from
from suite.core import directories
from suite.core.by_epoch import read_tested, write_tested
from suite.core.directories import RunKey, run_directories
from suite.core.durable import read_json, write_text
from suite.core.evaluation import read_evaluation
from suite.core.published import PUBLISHED, provenance
from suite.core.refusals import Refusal
from suite.predict import trained_run
from suite.records import hashes
from suite.records.layout import IDENTITIES, RECORD_FILES
from suite.study import description, precisions, taking_over
from suite.study.accounting import earlier_seconds
from suite.study.evaluating import missing, without_weights
from suite.study.ledger import Ledger
from suite.study.opening import open_datasets
from suite.study.outlook import Outlook, look, settled
from suite.study.published import read, share
from suite.training.spec import canonical
from tests.study.conftest import TINY, Make, finish

QUICKSTART = Path(__file__).parents[2] / "reports" / "published" / "quickstart"
FINAL, TRIAL = RunKey("mlp", "tuned", "final", 0), RunKey("mlp", "tuned", "search", 1)
VALUES = {"learning_rate": 0.05, "weight_decay": 0.0005}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of another machine, where runs of `tiny` had seven threads; one failed, one is not over.

    Its report's folder is `published/tiny`.
    """
    home = tmp_path_factory.mktemp("made")
    (home / "studies").mkdir()
    (home / "studies" / "tiny.yaml").write_text(TINY)
    with contextlib.chdir(home):
        study = study_from(compose(["study=tiny", "threads=7"]))
        made = Ledger(study, open_datasets(study))
    for candidate in ("mlp", "lenet5"):
        for number in range(2):
            finish(made, RunKey(candidate, "tuned", "search", number), VALUES, val_accuracy=0.5 + number / 64)
        finish(made, RunKey(candidate, "tuned", "final", 0), VALUES, device="Another (7 cores)")
    made.open(RunKey("mlp", "tuned", "final", 1), VALUES)
    finish(made, RunKey("lenet5", "tuned", "final", 1), VALUES, outcome="diverged", reason="not finite")
    arrays = {name: np.arange(100) % 10 for name in ("predicted", "label")}
    half = {"confidence": np.linspace(0.1, 1, 100, dtype=np.float32), "top5_hit": np.arange(100) % 2 == 0}
    np.savez(made.path(FINAL) / directories.PREDICTIONS, **arrays, **half)
    line = '{"workers": 1, "started_at": 900.0, "wall_seconds": 200.0, "busy_seconds": 150.0}\n'
    write_text(made.directory / directories.SESSIONS, line)
    description.write(made, "finished")
    collect(made.directory, home / "published" / "tiny")
    return home


@pytest.fixture
def published(tiny: Make, made: Path, tmp_path: Path) -> Path:
    """A copy of that folder, in a workspace without runs whose images are decoded."""
    shutil.copytree(made / "cache", tmp_path / "cache")
    return shutil.copytree(made / "published" / "tiny", tmp_path / "published" / "tiny")


def taken(make: Make, *overrides: str) -> Outlook:
    return look(make("from=published/tiny", *overrides))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def from_quickstart(workspace: Path) -> Path:
    """The records of the published quickstart's runs, collected from an empty workspace that took them over."""
    outlook = look(study_from(compose(["study=quickstart", f"from={QUICKSTART}", f"workspace={workspace}"])))
    assert outlook.missing == []
    assert len(outlook.ledger.results) == len(outlook.ledger.published) == 25
    description.write(outlook.ledger, "finished")
    collect(outlook.ledger.directory, workspace / "report")
    return workspace / "report"


def test_the_published_quickstart_again_from_its_records_alone(tmp_path: Path) -> None:
    again = from_quickstart(tmp_path)
    assert (again / "runs.csv").read_bytes() == (QUICKSTART / "runs.csv").read_bytes()
    with np.load(again / "records.npz") as arrays, np.load(QUICKSTART / "records.npz") as first:
        assert arrays.files == first.files
        assert all(arrays[name].dtype == first[name].dtype for name in first.files)
        assert all(np.array_equal(arrays[name], first[name]) for name in first.files)


@pytest.mark.slow
def test_the_published_quickstarts_report_again(tmp_path: Path) -> None:
    """Only what tells of the machine and of the rule of pruning differs; no session was counted here."""
    again = from_quickstart(tmp_path)
    render(again)
    for name in ("table.csv", "table.tex", *(f"figures/{path.name}" for path in (QUICKSTART / "figures").iterdir())):
        assert (again / name).read_bytes() == (QUICKSTART / name).read_bytes(), name
    texts = [(folder / "report.md").read_text(encoding="utf-8").split("\n## ") for folder in (again, QUICKSTART)]
    headings = [part.splitlines()[0] for part, first in zip(*texts, strict=True) if part != first]
    assert headings == ["How it was measured", "Circumstances"]


def test_only_what_is_added_trains(tiny: Make, published: Path, tmp_path: Path) -> None:
    added = taken(tiny, "candidates.wide={architecture: mlp}", "seeds=3", "search.trials=3")
    assert {str(key) for key in added.missing} == {
        *(f"wide/tuned/{phase}/{number}" for phase in ("search", "final") for number in range(3)),
        *(f"{candidate}/tuned/search/2" for candidate in ("mlp", "lenet5")),
        *(f"{candidate}/tuned/final/2" for candidate in ("mlp", "lenet5")),
        "mlp/tuned/final/1",
    }
    assert added.lines()[0].startswith(f"7 runs taken over from {published} (records ")
    assert "1 of which failed" in added.lines()[0]
    run = added.ledger.path(FINAL)
    assert set(contents(run)) == {"run.json", "published.json", "history.json", "predictions.npz", "result.json"}
    assert read_json(run / directories.RUN)["identity"]["threads"] == 7
    assert provenance(run) == f"tiny, records {hashes.overall(published)[:12]}"
    again = look(tiny("candidates.wide={architecture: mlp}", "seeds=3", "search.trials=3"))  # without from=
    assert again.missing == added.missing
    assert again.ledger.published.keys() == added.ledger.published.keys()
    description.write(again.ledger, "finished")
    collect(again.ledger.directory, tmp_path / "again")
    first, second = ((folder / "runs.csv").read_text().splitlines() for folder in (published, tmp_path / "again"))
    assert [line for line in first if ",completed," in line or ",diverged," in line] == second[1:]


def test_shares_of_validation_images_are_exact_again(tiny: Make, published: Path) -> None:
    """So that trials to come are compared with what they were, and not with some digits less."""
    assert [row["val_accuracy"] for row in taken(tiny).ledger.history(TRIAL)] == [0.5 + 1 / 64]
    kept = [float(np.float32(value)) for value in (41 / 60, 0.123, 1.0)]
    assert [share(value, 60) for value in kept] == [41 / 60, kept[1], 1.0]


def test_other_threads_than_there_are_no_other_configuration(tiny: Make, published: Path) -> None:
    assert taken(tiny, "threads=1").ledger.threads == 1
    assert look(tiny("threads=3")).ledger.threads == 3


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["recipe.learning_rate=0.2"], r"/tuned/.*: recipe\.learning_rate: 0\.1 became 0\.2"),
        (["study_seed=1"], r"seeds\."),
        (["data.train_examples=128"], r"data\.train_examples: 256 became 128"),
        (["budget=smoke"], r"made with budget=laptop, and this is budget=smoke"),
        (["precision=mixed_bfloat16"], r"made with precision=float32, and this is precision=mixed_bfloat16"),
    ],
)
def test_runs_of_another_configuration_are_refused_with_the_difference(
    tiny: Make, published: Path, overrides: list[str], said: str
) -> None:
    """By what the folder says of its runs, and by what can be put together where it does not."""
    with pytest.raises(Refusal, match=said):
        taken(tiny, *overrides)
    make_older(published)
    said = said.replace(r"seeds\.", "study_seed: 0 became 1")
    with pytest.raises(Refusal, match=said):
        taken(tiny, *overrides)
    assert not Path("runs").exists()


def make_older(folder: Path) -> None:
    """A folder as it was before identities.json, whose runs measured balanced accuracy."""
    lines = (folder / "runs.csv").read_text().splitlines()
    place = lines[0].split(",").index("val_balanced_accuracy")
    rows = list(csv.reader(io.StringIO("\n".join(lines))))
    for row in rows[1:]:
        row[place] = "0.5" if "completed" in row else ""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    write_text(folder / "runs.csv", text.getvalue())
    (folder / IDENTITIES).unlink()
    hashes.write(folder)


def test_a_folder_without_identities_is_taken_where_they_can_be_put_together(tiny: Make, published: Path) -> None:
    told = {key: taken_run.identity for key, taken_run in taken(tiny).ledger.published.items()}
    shutil.rmtree("runs")
    make_older(published)
    put_together = {key: taken_run.identity for key, taken_run in taken(tiny).ledger.published.items()}
    assert put_together.keys() == told.keys()
    assert {key: canonical(value) for key, value in put_together.items()} == {
        key: canonical(value) for key, value in told.items()
    }


def test_what_cannot_be_known_of_older_folders_is_refused(tiny: Make, published: Path) -> None:
    (published / IDENTITIES).unlink()
    hashes.write(published)
    with pytest.raises(Refusal, match=r"was published before records told what determined a run: publish it again"):
        taken(tiny)


@pytest.mark.parametrize("name", [*RECORD_FILES, IDENTITIES])
def test_a_changed_byte_is_refused_by_name(tiny: Make, published: Path, name: str) -> None:
    content = bytearray((published / name).read_bytes())
    content[len(content) // 2] ^= 1
    (published / name).write_bytes(content)
    with pytest.raises(Refusal, match=rf"from=.*: {name} changed since the records were collected"):
        read(published, tiny())


def test_other_folders_are_refused_in_one_sentence(tiny: Make, published: Path, tmp_path: Path) -> None:
    for text, said in (
        ("nowhere", "is not a report's folder: there is no such folder"),
        (".", "is not a report's folder: it has no study.json and no"),
        (str(QUICKSTART), "is of study quickstart, and this is study=tiny"),
    ):
        with pytest.raises(Refusal, match=said):
            read(Path(text).resolve(), tiny())
    (published / "hashes.json").unlink()
    with pytest.raises(Refusal, match=r"has no hashes\.json, so nobody knows"):
        read(published, tiny())
    assert not Path("runs").exists()


def test_a_dry_run_knows_what_it_would_take_when_a_precision_is_chosen_too(
    tiny: Make, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = read_json(published / directories.STUDY) | {"precision": "auto"}
    for candidate in described["candidates"].values():
        candidate["precision"] = "float32"
    write_text(published / directories.STUDY, json.dumps(described))
    hashes.write(published)
    known = {"precision": "mixed_bfloat16", "images_per_second": {"float32": 1.0, "mixed_bfloat16": 2.0}}
    monkeypatch.setattr(precisions, "remembered", lambda ledger, names: dict.fromkeys(names, known))
    study = tiny("from=published/tiny", "precision=auto", "dry_run=true", "candidates.wide={architecture: mlp}")
    first = look(study)
    chosen = settled(first, study, lambda line: None)
    assert chosen.ledger is not first.ledger
    assert chosen.ledger.published.keys() == first.ledger.published.keys() != set()
    assert chosen.ledger.results.keys() == first.ledger.results.keys()
    assert not Path("runs").exists()


def test_a_dry_run_says_what_it_would_take_and_writes_nothing(tiny: Make, published: Path) -> None:
    outlook = taken(tiny, "dry_run=true", "seeds=3")
    assert "7 runs to take over from" in outlook.lines()[0]
    assert [str(key) for key in outlook.missing] == ["mlp/tuned/final/1", "mlp/tuned/final/2", "lenet5/tuned/final/2"]
    assert not Path("runs").exists()


def test_a_kill_in_between_leaves_whole_runs_and_the_same_command_takes_the_rest(
    tiny: Make, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed within the third run."""
    whole = contents(taken(tiny).ledger.directory)
    shutil.rmtree("runs")
    written: list[int] = []

    def dies(*arguments: Any) -> None:
        written.append(1)
        if len(written) == 3:
            raise KeyboardInterrupt
        return write_result(*arguments)

    write_result = taking_over.write_result
    monkeypatch.setattr(taking_over, "write_result", dies)
    with pytest.raises(KeyboardInterrupt):
        taken(tiny)
    instance = Path("runs/tiny/digits-laptop-tensorflow-float32")
    assert [str(key) for key, path in run_directories(instance) if (path / "result.json").exists()] == [
        "lenet5/tuned/final/0",
        "lenet5/tuned/final/1",
    ]
    assert "5 runs taken over" in taken(tiny).lines()[0]
    assert contents(instance) == whole
    assert "nothing to take over" in taken(tiny).lines()[0]
    assert contents(instance) == whole


def test_sessions_are_taken_once_and_count_against_no_limit(tiny: Make, published: Path) -> None:
    taken(tiny)
    outlook = taken(tiny)
    outlook.clock.write()
    outlook.clock.write()
    assert [line["wall_seconds"] for line in directories.read_sessions(outlook.ledger.directory)][:-1] == [200.0]
    assert earlier_seconds(outlook.ledger.directory) < 100


def test_what_trains_here_already_is_left_alone(tiny: Make, ledger: Callable[..., Ledger], published: Path) -> None:
    finish(ledger(), FINAL, VALUES, val_accuracy=0.75)
    outlook = taken(tiny)
    assert outlook.ledger.results[FINAL].metrics["val_accuracy"] == 0.75
    assert FINAL not in outlook.ledger.published
    assert not (outlook.ledger.path(FINAL) / PUBLISHED).exists()


def test_final_runs_that_a_grown_search_set_aside_are_not_taken_again(tiny: Make, published: Path) -> None:
    ledger = taken(tiny).ledger
    finish(ledger, RunKey("mlp", "tuned", "search", 2), {**VALUES, "learning_rate": 0.3}, val_accuracy=0.9)
    assert ledger.supersede("mlp", "tuned", 3) == [FINAL]
    assert FINAL not in ledger.published
    assert FINAL in taken(tiny, "search.trials=3").missing


def test_predicting_with_such_a_run_is_refused_in_one_sentence(tiny: Make, published: Path) -> None:
    description.write(taken(tiny).ledger, "finished")
    with pytest.raises(
        Refusal, match=r"mlp/.* came from published records \(tiny, records .*\), which hold no weights"
    ):
        trained_run({"study": "tiny", "candidate": "mlp", "images": "."})


def test_scores_on_corrupted_images_come_along(tiny: Make, ledger: Callable[..., Ledger], tmp_path: Path) -> None:
    asked = "evaluation.corruptions={kinds: [fog, snow], strengths: [1, 3]}"
    made = ledger(asked)
    finish(made, FINAL, VALUES)
    scores = {name: np.random.default_rng(n).random(100) for n, name in enumerate(made.study.evaluation.names)}
    ended = made.results[FINAL].ended_at
    np.savez(made.path(FINAL) / directories.CORRUPTED, ended_at=np.float64(ended), **scores)  # type: ignore[arg-type]
    errors = {name: 1 - float(values.mean()) for name, values in scores.items()}
    taking_over.write_evaluation(made.path(FINAL), ended, errors)
    arrays = {name: np.zeros(100, np.int32) for name in ("predicted", "label", "confidence", "top5_hit")}
    np.savez(made.path(FINAL) / directories.PREDICTIONS, **arrays)  # type: ignore[arg-type]
    write_tested(made.path(FINAL), [None, 0.5])
    description.write(made, "finished")
    collect(made.directory, tmp_path / "published" / "tiny")
    shutil.rmtree("runs")
    outlook = taken(tiny, asked)
    assert read_tested(outlook.ledger.path(FINAL)) == [None, 0.5]
    with np.load(outlook.ledger.path(FINAL) / directories.PREDICTIONS) as saved:
        assert set(saved.files) == set(arrays)
    evaluated = read_evaluation(outlook.ledger.path(FINAL), ended)
    assert evaluated is not None
    assert evaluated["errors"] == pytest.approx(errors, abs=1e-6)
    assert missing(outlook.ledger) == without_weights(outlook.ledger) == []
    description.write(outlook.ledger, "finished")
    collect(outlook.ledger.directory, tmp_path / "again")
    with np.load("published/tiny/records.npz") as first, np.load("again/records.npz") as again:
        for name in (f"{FINAL}/corrupted", f"{FINAL}/corruption_error"):
            np.testing.assert_array_equal(again[name], first[name])
    other = look(tiny("evaluation.corruptions=[fog]"))
    assert without_weights(other.ledger) == [FINAL]
    assert missing(other.ledger) == []
    assert "1 final runs came from published records" in other.lines()[-1]


def test_published_searches_that_began_otherwise_are_refused(tiny: Make, published: Path) -> None:
    with pytest.raises(Refusal, match=r"from=.* has searches that began otherwise: search\.prior: not set became work"):
        taken(tiny, "search.prior=workspace")
    assert not Path("runs").exists()
