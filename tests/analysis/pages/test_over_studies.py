from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from suite.analysis import rendering
from suite.analysis.pages import studies
from tests.analysis.conftest import Store


def test_the_page_has_what_all_studies_say(store: Store, described: Callable[..., Any], tmp_path: Path) -> None:
    for name, dataset in (("one", "cifar10"), ("two", "mnist")):
        study = described(study=name, dataset=dataset, tracks=["shared"], claims=[])
        if name == "two":
            del study["candidates"]["plain20"]
        store.whole(study)
    folders = [rendering.refresh(store.workspace, name) for name in ("one", "two")]
    studies.render(folders, tmp_path / "both")
    for name in ("report.html", "report.md"):
        text = (tmp_path / "both" / name).read_text(encoding="utf-8")
        assert "Over all studies, shared track" in text
        assert "2 candidates in 2 studies (one, two), 3 seeds each. Left out: plain20 (not in two)." in text
    rows = [line for line in text.splitlines() if line.startswith(("| resnet20", "| lenet5"))]
    first = next(line for line in rows if "100.00% (100.00 to 100.00)" in line)
    assert first.startswith("| resnet20 |"), "it wins everywhere, whichever seeds are drawn"
    frame = pd.read_csv(tmp_path / "both" / "results.csv")
    assert len(frame) == 2 * 2 * 3
    assert list(frame.columns[:5]) == ["method", "task", "seed", "metric_error", "time_train_s"]
    assert studies.check(folders, tmp_path / "both") == []


def test_a_sparse_table_is_refused_by_name(store: Store, described: Callable[..., Any], tmp_path: Path) -> None:
    for name, without in (("one", "plain20"), ("two", "lenet5")):
        study = described(study=name, tracks=["shared"], claims=[])
        del study["candidates"][without]
        store.whole(study)
    folders = [rendering.refresh(store.workspace, name) for name in ("one", "two")]
    studies.render(folders, tmp_path / "both")
    text = (tmp_path / "both" / "report.md").read_text(encoding="utf-8")
    assert (
        "Nothing is aggregated, for that takes two candidates in all studies: lenet5 (not in two); plain20 (not in "
        "one)." in text
    )
    assert "Interquartile" not in text
    assert pd.read_csv(tmp_path / "both" / "results.csv").method.unique().tolist() == ["resnet20"]
