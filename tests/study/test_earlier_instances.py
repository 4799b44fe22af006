"""An instance that the previous version made goes on under this one, and what it computed otherwise is named."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from suite.config.compose import compose
from suite.config.study import study_from
from suite.core.directories import RunKey, run_directories
from suite.core.durable import read_json, write_json
from suite.core.refusals import Refusal
from suite.study.ledger import Ledger
from suite.study.opening import open_datasets
from suite.study.plan import planned
from tests.studies import environment

BEFORE = Path(__file__).parents[1] / "instances" / "before"
INSTANCE = Path("runs") / "before" / "digits-smoke-tensorflow-float32"
ASKED = ["study=before", "budget=smoke", "offline=true"]

MakeLedger = Callable[..., Ledger]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BEFORE, tmp_path / "workspace"))


@pytest.fixture
def ledger(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> MakeLedger:
    monkeypatch.chdir(workspace)

    def make(*overrides: str) -> Ledger:
        study = study_from(compose([*ASKED, *overrides]))
        return Ledger(study, open_datasets(study))

    return make


def contents(instance: Path) -> dict[str, str]:
    """SHA-256 of every file of every run."""
    return {
        str(path.relative_to(instance)): hashlib.sha256(path.read_bytes()).hexdigest()
        for _, directory in run_directories(instance)
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def change_recipes(instance: Path, **values: Any) -> None:
    """As if the previous version had made the runs with these values."""
    for path in instance.glob("*/*/*/*/run.json"):
        record = read_json(path)
        record["identity"]["recipe"] |= values
        write_json(path, record)


def test_its_runs_are_taken_up(ledger: MakeLedger) -> None:
    book = ledger()
    assert set(book.results) == set(planned(book.study))
    assert len(book.results) == 6
    assert book.asked.keys() == book.results.keys()


def test_more_seeds_and_trials_are_the_same_instance(ledger: MakeLedger) -> None:
    book = ledger("seeds=2", "search.trials=3")
    assert len(book.results) == 6
    missing = [str(key) for key in planned(book.study) if key not in book.results]
    assert missing == [f"{name}/tuned/{rest}" for name in ("lenet5", "mlp") for rest in ("search/2", "final/1")]


def test_what_differs_is_refused_by_name(ledger: MakeLedger) -> None:
    with pytest.raises(Refusal, match=r"recipe\.batch_size: 64 became 32.*instance=NAME"):
        ledger("recipe.batch_size=32")
    with pytest.raises(Refusal, match=r"recipe\.label_smoothing: 0\.0 became 0\.1"):
        ledger("recipe.label_smoothing=0.1")
    assert ledger("recipe.batch_size=32", "instance=other").results == {}


def test_what_auto_comes_to_may_be_spelt_out(workspace: Path, ledger: MakeLedger) -> None:
    """The earlier runs were all deterministic, as `auto` is on a processor."""
    assert len(ledger("deterministic=true").results) == 6
    with pytest.raises(Refusal, match="deterministic: auto became false") as refusal:
        ledger("deterministic=false")
    assert "None" not in str(refusal.value)
    for path in (workspace / INSTANCE).glob("*/*/*/*/run.json"):
        record = read_json(path)
        write_json(path, {**record, "identity": {**record["identity"], "deterministic": True}})
    assert len(ledger().results) == 6


def test_an_accelerators_runs_tell_what_auto_came_to(workspace: Path, ledger: MakeLedger) -> None:
    for path in (workspace / INSTANCE).glob("*/*/*/*/result.json"):
        write_json(path, {**read_json(path), "device": "NVIDIA H200", "deterministic": False})
    assert len(ledger("deterministic=false").results) == 6
    with pytest.raises(Refusal, match="deterministic: auto became true"):
        ledger("deterministic=true")


def test_a_part_that_is_computed_otherwise_now_is_named_with_the_way_out(workspace: Path, ledger: MakeLedger) -> None:
    change_recipes(workspace / INSTANCE, flip=True)
    with pytest.raises(Refusal) as refusal:
        ledger("recipe.flip=true")
    assert "flip is computed otherwise than by the version that made these runs" in str(refusal.value)
    assert "instance=NAME" in str(refusal.value)
    assert ledger("recipe.flip=true", "instance=other").results == {}


@pytest.mark.slow
def test_one_seed_more_trains_what_is_missing_and_leaves_the_others_as_they_were(workspace: Path) -> None:
    """Through the command, to its report: the earlier runs stay byte for byte as they were."""
    before = contents(workspace / INSTANCE)
    assert len(before) == 28
    done = subprocess.run(
        [sys.executable, "-m", "suite.run", *ASKED, "seeds=2"],
        cwd=workspace, env=environment(), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert "2 runs to train" in done.stdout
    after = contents(workspace / INSTANCE)
    assert {name: after[name] for name in before} == before
    new = {Path(name).parent for name in after.keys() - before.keys()}
    assert new == {RunKey(candidate, "tuned", "final", 1).path for candidate in ("lenet5", "mlp")}
    for path in new:
        assert read_json(workspace / INSTANCE / path / "result.json")["outcome"] == "completed"
    described = json.loads((workspace / INSTANCE / "study.json").read_text())
    assert described["state"] == "finished"
    assert (workspace / "reports" / "before" / "report.html").exists()
