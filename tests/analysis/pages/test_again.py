"""What a page has inside it for training a row again."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from suite.analysis import rendering
from suite.analysis.comparing.spreads import spreads
from suite.analysis.folder.reading import Records, read
from suite.analysis.pages import again
from suite.analysis.table.columns import table
from suite.core.directories import RunKey
from suite.core.metrics import by_name
from suite.records import embedded
from tests.analysis.conftest import Store

PUBLISHED = Path(__file__).parents[3] / "reports" / "published"


def accuracies(records: Records, candidate: str) -> np.ndarray:
    return records.of(candidate, "tuned", "final").test_accuracy.to_numpy(dtype=float)


def test_the_page_and_the_folder_say_the_same(rendered: Path) -> None:
    page = embedded.read(rendered / "report.html")
    records = read(rendered)
    assert page == embedded.Embedded.from_text(again.embedded(records, table(records)).text())
    assert [row.candidate for row in page.rows] == ["resnet20", "plain20", "lenet5"]
    assert page.metric == "test_accuracy"
    run = page.runs["plain20/tuned/final/1"]
    assert run.figures["test_accuracy"] == accuracies(records, "plain20")[1]
    assert (run.seed, run.device, run.threads, run.versions) == (1, "A processor (2 cores)", 2, {"keras": "3.15.1"})
    assert (run.identity, run.lacking) == (None, "its record does not say what determined it")
    assert "python -m suite.reproduce report.html row=resnet20" in (rendered / "report.html").read_text("utf-8")


def test_the_interval_rests_on_what_is_lent_or_on_the_rows_own(rendered: Path) -> None:
    records = read(rendered)
    spread = spreads(records, "tuned", by_name(records.task.metrics)["test_accuracy"])["plain20"]
    values, rows = accuracies(records, "plain20"), table(records)
    (expected,) = (row.expected for row in again.embedded(records, rows).rows if row.candidate == "plain20")
    assert expected is not None
    assert expected.lent
    half = t.ppf(0.975, spread.degrees) * math.sqrt(max(spread.square, spread.own) / 400 * 4 / 3)
    assert (expected.low, expected.high) == pytest.approx((values.mean() - half, values.mean() + half))
    alone = replace(records, study={**records.study, "intervals": "own"})
    (own,) = (row.expected for row in again.embedded(alone, rows).rows if row.candidate == "plain20")
    assert own is not None
    assert not own.lent
    half = t.ppf(0.975, 2) * values.std(ddof=1) * math.sqrt(4 / 3)
    assert own.high == pytest.approx(min(1, values.mean() + half))


def test_failed_seeds_count_as_used_and_a_row_without_any_has_no_runs(
    store: Store, described: Callable[..., Any]
) -> None:
    study = described(trials=0, claims=[], tracks=["shared"])
    store.describe(study)
    for candidate in study["candidates"]:
        for number in range(3):
            outcome = "diverged" if candidate == "lenet5" or number == 2 else "completed"
            store.run(study, RunKey(candidate, "shared", "final", number), outcome=outcome)
    records = read(rendering.refresh(store.workspace, "fabricated"))
    rows = pd.DataFrame({"candidate": list(study["candidates"]), "track": "shared"})
    found = {row.candidate: row for row in again.embedded(records, rows).rows}
    assert found["lenet5"].runs == ()
    assert found["lenet5"].expected is None
    assert found["plain20"].runs == ("plain20/shared/final/0", "plain20/shared/final/1")
    assert found["plain20"].planned == 3


@pytest.mark.parametrize("name", ["quickstart", "resnet_vs_vgg"])
def test_published_folders_of_before_tell_what_determined_their_runs(name: str) -> None:
    records = read(PUBLISHED / name)
    rows = pd.DataFrame({"candidate": list(records.study["candidates"]), "track": records.study["tracks"][-1]})
    page = again.embedded(records, rows)
    assert len(page.runs) == sum(len(row.runs) for row in page.rows) > 0
    for key, run in page.runs.items():
        assert run.identity is not None, key
        assert run.identity["recipe"]["epochs"] > 0
        assert run.figures["test_accuracy"] > 0.5
    assert len(page.text()) < 60_000
