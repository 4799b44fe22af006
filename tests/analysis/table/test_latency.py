"""How quickly networks answer: from the runs' files to the table, the page, its picture and the folder's records."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from suite.analysis import rendering
from suite.analysis.figures.gallery import pictures
from suite.analysis.folder import reading
from suite.analysis.folder.costs import costs
from suite.analysis.pages import method
from suite.analysis.pages.studies import render as render_studies
from suite.analysis.table import arranging
from suite.analysis.table.columns import table
from suite.analysis.table.presentation import present
from suite.analysis.table.terminal import compact
from suite.core.directories import RunKey
from suite.core.latency import write_latency
from suite.records import hashes
from tests.analysis.conftest import Store, small

SECONDS = {"resnet20": 0.0042, "plain20": 0.0031, "lenet5": 0.0005}
CONDITIONS = {
    "device": "A processor (2 cores)", "threads": 2, "deterministic": True, "precision": "float32", "batch": 256,
    "calls": 400, "rounds": 5, "busy_workers": 0, "busy_cores": 0.02,
}  # fmt: skip
ONE, MANY = "CPU latency, 1 image (10% to 90%)", "CPU images/s, batches of 256"


def time_it(store: Store, study: dict[str, Any], candidate: str, number: int = 0, **conditions: Any) -> None:
    """Write what a worker would have timed of a run."""
    seconds, speed = SECONDS[candidate], conditions.pop("speed", 12_345.6)
    figures = {
        "latency_seconds": seconds, "latency_p10_seconds": 0.9 * seconds, "latency_p90_seconds": 1.25 * seconds,
        "inference_images_per_second": speed,
    }  # fmt: skip
    directory = store.instance(study) / RunKey(candidate, study["tracks"][0], "final", number).path
    write_latency(directory, 1020.0, figures, {**CONDITIONS, **conditions})


@pytest.fixture
def whole(store: Store, described: Callable[..., Any]) -> Callable[..., Path]:
    """Make a whole study whose networks were timed, under conditions by candidate (None: not timed)."""

    def make(**conditions: dict[str, Any] | None) -> Path:
        study = described(latency=True)
        store.whole(study)
        for candidate in study["candidates"]:
            own = conditions.get(candidate, {})
            if own is not None:
                time_it(store, study, candidate, **own)
        return rendering.refresh(store.workspace, study["study"])

    return make


def rows_of(folder: Path) -> pd.DataFrame:
    return table(reading.read(folder)).set_index("candidate")


def test_the_table_has_what_was_measured_and_on_what(whole: Callable[..., Path]) -> None:
    folder = whole()
    rows = rows_of(folder)
    for candidate, seconds in SECONDS.items():
        row = rows.loc[candidate]
        assert row.latency_seconds == seconds
        assert (row.latency_p10_seconds, row.latency_p90_seconds) == pytest.approx((0.9 * seconds, 1.25 * seconds))
        assert row.inference_images_per_second == 12_345.6
        assert (row.latency_device, row.latency_timing) == (
            "A processor (2 cores)", "A processor (2 cores), 2 threads",
        )  # fmt: skip
    shown = present(table(reading.read(folder))).set_index("Architecture")
    assert shown[ONE]["resnet20"] == "4.2 ms (3.78 to 5.25)"
    assert shown[ONE]["lenet5"] == "0.5 ms (0.45 to 0.625)"
    assert shown[MANY]["resnet20"] == "12,300"
    assert "Note" not in shown
    assert ONE in compact(table(reading.read(folder)))


def test_the_page_says_how_and_draws_errors_over_it(whole: Callable[..., Path]) -> None:
    folder = whole()
    rendering.render(folder)
    page = (folder / "report.md").read_text(encoding="utf-8")
    assert f"| {ONE} | {MANY} |" in page
    assert "- **Latency**: A processor (2 cores), 2 threads: after all training" in page
    assert "400 times" in page
    assert "arXiv:1911.02549" in page
    assert "not comparable" not in page
    assert (folder / "figures" / "latency-tuned.svg").exists()
    records = reading.read(folder)
    (drawn,) = [one for one in pictures(records, table(records)) if one.name == "latency-tuned"]
    assert drawn.title == "Test error over latency, tuned track."
    assert " at 4.2 ms" in drawn.alt
    assert "latency_seconds" in (folder / "table.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert rendering.check(folder) == []


def test_a_study_arranges_it_with_the_other_columns(whole: Callable[..., Path], rendered: Path) -> None:
    records = reading.read(whole(plain20=None))
    asked = {"table": {"columns": ["rank", "latency_seconds", "year"], "sort": "latency_seconds"}}
    assert set(present(table(records))) <= {heading for names in arranging.OF.values() for heading in names}
    rows = arranging.arranged(table(records), {**records.study, **asked})
    assert list(rows.candidate) == ["lenet5", "resnet20", "plain20"]
    shown = list(arranging.comparison(present(rows), asked))
    assert shown.index(ONE) == shown.index("Year") - 1
    assert MANY not in shown
    untimed = table(reading.read(rendered))
    assert arranging.arranged(untimed, {**records.study, **asked}) is untimed, "nobody measured what it is to stand by"


def test_the_folder_alone_renders_it_again_and_a_changed_figure_is_found(
    whole: Callable[..., Path], tmp_path: Path
) -> None:
    folder = whole()
    rendering.render(folder)
    copy = shutil.copytree(folder, tmp_path / "elsewhere")
    shutil.rmtree(tmp_path / "runs")
    rendering.render(copy)
    assert rendering.check(copy) == []
    path = copy / "latency.json"
    path.write_text(path.read_text(encoding="utf-8").replace("0.0042", "0.0024"), encoding="utf-8")
    assert hashes.changed(copy) == ["latency.json"]
    assert rendering.check(copy) == ["latency.json"]


def test_a_latency_that_was_disturbed_is_marked_and_not_drawn(whole: Callable[..., Path]) -> None:
    folder = whole(plain20={"busy_cores": 0.8}, lenet5={"busy_workers": 1})
    records = reading.read(folder)
    shown = present(table(records)).set_index("Architecture")
    for candidate in ("plain20", "lenet5"):
        assert shown["Note"][candidate] == "latency measured beside other work: not comparable"
        assert rows_of(folder).latency_timing[candidate] == "A processor (2 cores), 2 threads, beside other work"
    assert "beside other work" not in shown["Note"]["resnet20"]
    assert "or beside other work, are marked" in dict(method.measured(records))["Latency"]
    assert not any(one.name.startswith("latency") for one in pictures(records, table(records)))


def test_other_threads_or_devices_are_not_comparable(whole: Callable[..., Path]) -> None:
    folder = whole(lenet5={"threads": 1}, plain20={"device": "NVIDIA H200", "threads": None})
    shown = present(table(reading.read(folder))).set_index("Architecture")
    assert shown["Note"]["lenet5"] == "latency with A processor (2 cores), 1 thread: not comparable"
    assert shown["Note"]["plain20"] == "latency with NVIDIA H200: not comparable"
    assert "Device latency, 1 image (10% to 90%)" in shown
    records = reading.read(folder)
    assert not any(one.name.startswith("latency") for one in pictures(records, table(records)))


def test_a_row_that_was_not_timed_has_a_dash_and_any_seed_may_be_the_timed_one(
    store: Store, whole: Callable[..., Path], described: Callable[..., Any]
) -> None:
    folder = whole(plain20=None, lenet5={"speed": None})
    shown = present(table(reading.read(folder))).set_index("Architecture")
    assert (shown[ONE]["plain20"], shown[MANY]["plain20"], shown[MANY]["lenet5"]) == ("–", "–", "–")
    assert "For 1 of them memory did not suffice" in dict(method.measured(reading.read(folder)))["Latency"]
    time_it(store, described(latency=True), "plain20", number=2)
    folder = rendering.refresh(store.workspace, "fabricated")
    assert rows_of(folder).latency_seconds["plain20"] == SECONDS["plain20"]


def test_a_study_that_does_not_ask_has_nothing_of_it(store: Store) -> None:
    study = small()
    store.whole(study)
    folder = rendering.refresh(store.workspace, study["study"])
    rendering.render(folder)
    before = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert not any(b"atency" in content for path, content in before.items() if path.suffix in (".md", ".csv", ".json"))
    time_it(store, study, "lenet5")  # for another command, which asked
    rendering.refresh(store.workspace, study["study"])
    rendering.render(folder)
    assert {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_it_stands_beside_a_study_that_timed_nothing(
    store: Store, whole: Callable[..., Path], described: Callable[..., Any], tmp_path: Path
) -> None:
    other = described(study="other")
    store.whole(other)
    folders = [whole(), rendering.refresh(store.workspace, "other")]
    rows = render_studies(folders, tmp_path / "both")
    assert rows.latency_seconds.notna().sum() == len(SECONDS)
    assert "4.2 ms (3.78 to 5.25)" in (tmp_path / "both" / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("asked", "item"),
    [
        ({"latency": True}, "latency"),
        ({"corruptions": {"kinds": ["fog"]}}, "corrupted images"),
        ({"corruptions": {"kinds": ["fog"]}, "latency": True}, "corrupted images and latency"),
    ],
)
def test_what_it_cost_is_named(asked: dict[str, Any], item: str, rendered: Path) -> None:
    records = reading.read(rendered)
    session = {**records.sessions[0], "evaluation_seconds": 9.0}
    changed = reading.Records({**records.study, **asked}, records.runs, records.arrays, (session,), records.facts)
    found = costs(changed).set_index("item").seconds
    assert found[item] == 9.0
