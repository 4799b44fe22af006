from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite import tasks
from suite.analysis import rendering
from suite.analysis.folder import reading
from suite.analysis.folder.collect import runs_csv
from suite.core.directories import RunKey
from suite.core.metrics import by_name
from suite.core.refusals import Refusal
from suite.core.result import columns
from tests.analysis.conftest import Store

METRICS = tasks.get("classification").metrics
HIT, TOP5 = (by_name(METRICS)[name] for name in ("test_accuracy", "test_top5_accuracy"))


def test_hits_are_seeds_by_images(rendered: Path) -> None:
    read = reading.read(rendered)
    hits = read.scores("resnet20", "tuned", HIT)
    assert hits is not None
    assert hits.shape == (3, 400)
    accuracies = read.of("resnet20", "tuned", "final").test_accuracy
    np.testing.assert_allclose(hits.mean(axis=1), accuracies)
    top5 = read.scores("resnet20", "tuned", TOP5)
    assert top5 is not None
    assert (top5 >= hits).all()


def test_failed_finals_have_no_hits(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    store.run(study, RunKey("lenet5", "tuned", "final", 1), outcome="diverged", reason="NaN in epoch 2")
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    assert read.finals("lenet5", "tuned") == ["lenet5/tuned/final/0", "lenet5/tuned/final/2"]
    assert read.scores("lenet5", "shared", HIT) is None


def test_five_classes_have_no_top_five(rendered: Path) -> None:
    read = reading.read(rendered)
    study = {**read.study, "data": {**read.study["data"], "class_names": list("abcde")}}
    few = reading.Records(study, read.runs, read.arrays, read.sessions, read.facts)
    assert few.scores("resnet20", "tuned", TOP5) is None


def test_runs_come_back_as_they_were_written(tmp_path: Path) -> None:
    row = {"candidate": "=x", "outcome": "completed", "reason": "'quoted", "number": 2, "params": 61706}
    row |= {"test_accuracy": 0.1 + 0.2, "parameters": {"learning_rate": 0.1}, "seed": 1002}
    (tmp_path / "runs.csv").write_text(runs_csv([row], columns(METRICS)), encoding="utf-8")
    (read,) = reading.read_runs(tmp_path / "runs.csv", METRICS).to_dict("records")
    assert (read["candidate"], read["reason"], read["number"]) == ("=x", "'quoted", 2.0)
    assert read["test_accuracy"] == 0.1 + 0.2
    assert json.loads(read["parameters"]) == {"learning_rate": 0.1}
    assert math.isnan(read["val_accuracy"])
    assert read["device"] == ""


def test_a_folder_without_records_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"not a report's folder: it has no study.json and no facts.json"):
        reading.read(tmp_path)


@pytest.mark.parametrize("name", ["study.json", "records.npz"])
def test_damaged_records_are_refused(rendered: Path, tmp_path: Path, name: str) -> None:
    rendered = Path(shutil.copytree(rendered, tmp_path / "copy"))
    content = (rendered / name).read_bytes()
    (rendered / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(Refusal, match="holds records that cannot be read"):
        reading.read(rendered)


def test_what_is_no_number_in_a_column_of_numbers_is_refused(rendered: Path, tmp_path: Path) -> None:
    rendered = Path(shutil.copytree(rendered, tmp_path / "copy"))
    path = rendered / "runs.csv"
    heading, first, *rest = path.read_text().splitlines()
    cells = first.split(",")
    cells[heading.split(",").index("number")] = "abc"
    path.write_text("\n".join([heading, ",".join(cells), *rest]) + "\n")
    with pytest.raises(Refusal, match="abc"):
        reading.read(rendered)
