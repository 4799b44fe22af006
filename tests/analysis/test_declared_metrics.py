"""A metric that a task declares stands in records, tables, pages and claims; nothing else names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from suite import tasks
from suite.analysis import rendering
from suite.analysis.comparing.claims import SUPPORTED, judgements
from suite.analysis.folder import collect, reading
from suite.core.directories import RunKey
from suite.core.metrics import measured
from suite.core.result import columns
from suite.tasks.task import Task
from tests.analysis.conftest import ERRORS, Store


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> Task:
    """Classification with one more measure, a fraction that is better when it is lower."""
    task = tasks.get("classification")
    more = measured("worst_class_error", "fraction", "lower", "Worst class", lambda predictions: 0.0)
    monkeypatch.setattr(task, "metrics", (*task.metrics, *more))
    return task


def test_it_stands_everywhere(store: Store, described: Callable[..., Any], declared: Task) -> None:
    claim = {"text": "a claim", "source": "", "better": "resnet20", "than": "lenet5", "margin": 0.01}
    study = described(tracks=["shared"], claims=[claim | {"metric": "test_worst_class_error"}])
    store.whole(study)
    for name, error in ERRORS.items():
        for number in range(3):
            worst = 1.5 * error + 0.01 * number
            store.run(study, RunKey(name, "shared", "final", number), test_worst_class_error=worst)
    folder = rendering.refresh(store.workspace, "fabricated")
    rendering.render(folder)

    assert "val_worst_class_error" in columns(declared.metrics)
    runs = pd.read_csv(folder / "runs.csv")
    assert runs.test_worst_class_error[runs.candidate == "lenet5"].tolist() == pytest.approx([0.6, 0.61, 0.62])
    row = pd.read_csv(folder / "table.csv").set_index("candidate").loc["lenet5"]
    assert row.test_worst_class_error == pytest.approx(0.61)
    assert row.test_worst_class_error_low < 0.61 < row.test_worst_class_error_high
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert "| Worst class (95%) |" in text
    assert "61.00% (" in text
    (found,) = judgements(reading.read(folder))
    assert found.verdict == SUPPORTED
    assert found.advantage is not None
    assert found.advantage.mean == pytest.approx(0.45)
    assert "resnet20 better than lenet5 in test_worst_class_error by more than 1.00 points" in text


def test_its_curve_is_kept_where_epochs_have_it(store: Store, described: Callable[..., Any], declared: Task) -> None:
    history = store.workspace / "history.json"
    history.write_text('[{"epoch": 1, "val_worst_class_error": 0.5}]', encoding="utf-8")
    assert "val_worst_class_error" in dict(collect._curves(history, declared))
