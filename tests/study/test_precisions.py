"""`precision=auto`: the quicker one, chosen once, kept in the instance, and remembered by the workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from suite.core import directories
from suite.core.durable import read_json, write_json
from suite.core.refusals import Refusal
from suite.study import outlook, precisions
from suite.study.costs import Cost
from suite.study.outlook import Outlook, divided, look, settled
from suite.study.timing import Measured
from tests import studies
from tests.study.conftest import Make

SPEEDS = {"float32": {"mlp": 1000.0, "lenet5": 400.0}, "mixed_bfloat16": {"mlp": 1050.0, "lenet5": 520.0}}
CHOSEN = {"mlp": "float32", "lenet5": "mixed_bfloat16"}


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Speeds are as they are above; returns what is measured, in turn."""
    calls: list[str] = []

    def measure(ledger: Any, say: Any, budget: float | None = None) -> Measured:
        costs = {}
        for one in ledger.study.candidates:
            calls.append(f"{one.name} {one.precision}")
            costs[one.name] = Cost(SPEEDS[one.precision][one.name], 1.0, 1.0, 1.0, 1.0)
        return Measured(costs, {}, 1.0, "CPU")

    monkeypatch.setattr(outlook, "measure", measure)
    return calls


def plan(tiny: Make, *overrides: str) -> Outlook:
    study = tiny(*overrides)
    return settled(look(study), study, lambda line: None)


def of(outlook: Outlook) -> dict[str, str]:
    return {one.name: one.precision for one in outlook.ledger.study.candidates}


def test_another_precision_has_to_be_clearly_quicker() -> None:
    for speeds, wanted in (((100, 109), "float32"), ((100, 111), "mixed_bfloat16"), ((100, 60), "float32")):
        found = precisions.choice(dict(zip(precisions.MEASURED, speeds, strict=True)))
        assert found["precision"] == wanted
    assert precisions.choice({"float32": 100.0})["precision"] == "float32"


def test_each_candidate_gets_its_quicker_one_and_keeps_it(tiny: Make, measured: list[str]) -> None:
    first = plan(tiny, "precision=auto")
    assert of(first) == CHOSEN
    assert len(measured) == 4
    assert first.ledger.study.instance == "digits-laptop-tensorflow-auto"
    assert {first.ledger.spec(key, {}).precision for key in first.missing if key.candidate == "lenet5"} == {
        "mixed_bfloat16"
    }
    assert any("mixed_bfloat16: lenet5 (1.30 times the other's speed)" in line for line in first.lines())
    write_json(first.ledger.study.workspace / "runs" / ".precision.json", {})  # what is kept needs no memory
    assert of(plan(tiny, "precision=auto")) == CHOSEN
    assert len(measured) == 4


def test_another_instance_remembers_and_a_new_candidate_alone_is_measured(tiny: Make, measured: list[str]) -> None:
    plan(tiny, "precision=auto")
    assert of(plan(tiny, "precision=auto", "instance=other")) == CHOSEN
    assert len(measured) == 4
    SPEEDS["float32"]["more"], SPEEDS["mixed_bfloat16"]["more"] = 10.0, 30.0
    more = "candidates.more={architecture: lenet5, options: {width: 0.5}}"
    assert of(plan(tiny, "precision=auto", more)) == {**CHOSEN, "more": "mixed_bfloat16"}
    assert measured[4:] == ["more float32", "more mixed_bfloat16"]
    plan(tiny, "precision=auto", "instance=batches", "recipe.batch_size=64")
    assert len(measured) == 10, "other batches, other speeds"


def test_a_time_is_divided_by_what_was_measured_already(tiny: Make, measured: list[str]) -> None:
    """Of a candidate with a precision of its own nothing was: it alone is measured then."""
    asked = ("precision=auto", "time=1h", "candidates.own={architecture: mlp, precision: float32}")
    SPEEDS["float32"]["own"] = 100.0
    study = tiny(*asked, "axes=[architecture,precision]")
    chosen = divided(settled(look(study), study, lambda line: None), lambda line: None).allotment
    assert chosen is not None
    assert measured == [f"{name} {which}" for which in SPEEDS for name in ("mlp", "lenet5")] + ["own float32"]
    speeds = {name: one["images_per_second"] for name, one in chosen["candidates"].items()}
    assert speeds == {"mlp": 1000.0, "lenet5": 520.0, "own": 100.0}


def test_the_seeds_that_may_be_given_are_planned_all_the_same(tiny: Make, measured: list[str]) -> None:
    given = plan(tiny, "precision=auto", "seeds=auto").ledger.study.given
    assert given == look(tiny("seeds=auto", "instance=plain")).ledger.study.given
    assert given["tuned"] == {"mlp": 3, "lenet5": 3}


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_a_published_folder_whose_description_is_none_is_refused(tiny: Make, tmp_path: Path, text: str) -> None:
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / directories.STUDY).write_text(text)
    with pytest.raises(Refusal, match=r"from=.*: study\.json cannot be read"):
        look(tiny("precision=auto", f"from={tmp_path / 'published'}"))


def test_a_dry_run_measures_nothing_and_writes_nothing(tiny: Make, measured: list[str], tmp_path: Path) -> None:
    assert set(of(plan(tiny, "precision=auto", "dry_run=true")).values()) == {"float32"}
    assert measured == []
    assert not list(tmp_path.glob("runs/*/*/precision.json"))


def test_a_candidate_may_have_its_own_and_the_axis_says_so(tiny: Make, measured: list[str]) -> None:
    own = ("candidates.lenet5.precision=mixed_bfloat16", "axes=[architecture,precision]")
    study = tiny(*own)
    assert [one.precision for one in study.candidates] == ["float32", "mixed_bfloat16"]
    assert study.axes == ("architecture", "precision")
    assert of(plan(tiny, *own)) == {"mlp": "float32", "lenet5": "mixed_bfloat16"}
    assert measured == []
    with pytest.raises(Refusal, match="precision of candidate lenet5"):
        tiny("candidates.lenet5.precision=float8")


@pytest.mark.slow
def test_through_the_command_line_to_the_report(tmp_path: Path) -> None:
    workspace = studies.workspace_with_study(tmp_path / "workspace")
    done = studies.command(workspace, "precision=auto", "seeds=1", "search.trials=1")
    assert done.returncode == 0, done.stdout + done.stderr
    (kept,) = workspace.glob("runs/tiny/*/precision.json")
    chosen = {name: one["precision"] for name, one in read_json(kept).items()}
    found = {key.split("/")[0]: result["precision"] for key, result in studies.results(workspace).items()}
    assert found == chosen
    assert "| Precision |" in (workspace / "reports" / "tiny" / "report.md").read_text(encoding="utf-8")
