from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from suite import tasks
from suite.analysis import rendering
from suite.core import directories
from suite.core.durable import read_json
from suite.core.result import columns
from suite.records.layout import RENDERED
from tests.analysis.conftest import Store, small


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_alone_gives_the_same_bytes_again(rendered: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(rendered, copy)
    for name in (*RENDERED, "figures"):
        path = copy / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert len(rendering.render(copy)) == 3
    assert contents(copy) == contents(rendered)


def test_the_files_that_people_rely_on(rendered: Path) -> None:
    assert {"report.html", "report.md", "table.csv", "table.tex", "runs.csv", "records.npz"} <= set(contents(rendered))
    table = pd.read_csv(rendered / "table.csv")
    assert list(table.candidate) == ["resnet20", "plain20", "lenet5"]
    assert table.test_error.between(table.test_error_low, table.test_error_high).all()
    runs = pd.read_csv(rendered / "runs.csv")
    assert len(runs) == 3 * 7
    assert list(runs.columns) == columns(tasks.get("classification").metrics)


def test_check_names_what_differs(rendered: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(rendered, copy)
    assert rendering.check(copy) == []
    with (copy / "report.md").open("a", encoding="utf-8") as file:
        file.write("typed by hand")
    (copy / "table.tex").unlink()
    (copy / "figures" / "stale.svg").write_text("<svg/>", encoding="utf-8")
    before = contents(copy)
    assert rendering.check(copy) == ["figures/stale.svg", "report.md", "table.tex"]
    assert contents(copy) == before


def test_rendering_removes_figures_of_earlier_candidates(store: Store) -> None:
    store.whole(small())
    folder = rendering.refresh(store.workspace, "fabricated")
    (folder / "figures").mkdir()
    (folder / "figures" / "confusion-gone-tuned.svg").write_text("<svg/>", encoding="utf-8")
    rendering.render(folder)
    assert not (folder / "figures" / "confusion-gone-tuned.svg").exists()


def test_refreshing_takes_the_instance_that_ran_last(store: Store, described: Callable[..., Any]) -> None:
    store.describe(described(instance="a"), started_at=2000.0)
    store.describe(described(instance="b"), started_at=1000.0)
    folder = rendering.refresh(store.workspace, "fabricated")
    assert folder == store.workspace / "reports" / "fabricated"
    assert read_json(folder / directories.STUDY)["instance"] == "a"
    assert rendering.refresh(store.workspace, "fabricated", "b", store.workspace / "other").name == "other"
    assert read_json(store.workspace / "other" / directories.STUDY)["instance"] == "b"


def test_a_published_report_is_whole_and_without_paths(store: Store) -> None:
    command = f"python -m suite.run study=fabricated data_dir={store.workspace}/images"
    store.whole(small(command=command))
    folder = rendering.refresh(store.workspace, "fabricated")
    rendering.render(folder)
    target = rendering.publish(folder, store.workspace / "reports" / "published")
    assert target == store.workspace / "reports" / "published" / "fabricated"
    assert set(contents(target)) == set(contents(folder))
    assert rendering.check(target) == []
    for name, content in contents(target).items():
        assert str(store.workspace).encode() not in content, name
    assert rendering.publish(folder, target.parent) == target  # again, over itself
    assert rendering.check(target) == []


def test_the_readmes_table_is_of_the_folder(rendered: Path) -> None:
    text = rendering.readme_table(rendered)
    assert "| Architecture | Test error, top-1 (95%) | n (seeds × images) | Parameters |" in text
    csv = pd.read_csv(rendered / "table.csv").set_index("candidate")
    assert f"{100 * csv.test_error['lenet5']:.2f}% (" in text
    assert "3 × 400" in text
