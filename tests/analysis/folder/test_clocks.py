"""Times are added up only where they were taken alike, and said to be not comparable where they were not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from suite.analysis import rendering
from suite.analysis.folder import clocks, reading
from suite.analysis.folder.costs import by_candidate
from suite.analysis.pages import method
from suite.analysis.table.columns import table
from suite.analysis.table.presentation import present
from suite.core import directories
from suite.core.directories import RunKey
from tests.analysis.conftest import Store


def read_back(store: Store) -> reading.Records:
    return reading.read(rendering.refresh(store.workspace, "fabricated"))


@pytest.mark.parametrize(
    ("device", "threads", "deterministic", "text"),
    [
        ("AMD EPYC (2 cores)", 2.0, "True", "2 threads"),
        ("AMD EPYC (2 cores)", 1.0, "", "1 thread"),
        ("AMD EPYC (2 cores)", float("nan"), "True", "threads not recorded"),
        ("AMD EPYC (2 cores)", 2.0, "False", "2 threads, operations not deterministic"),
        ("NVIDIA H200", float("nan"), "True", ""),
        ("NVIDIA H200", float("nan"), "False", "operations not deterministic"),
    ],
)
def test_how_a_run_was_timed(device: str, threads: float, deterministic: str, text: str) -> None:
    assert clocks.setting(device, threads, deterministic) == text


def test_a_row_whose_runs_had_different_threads_has_no_time(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    store.run(study, RunKey("lenet5", "tuned", "final", 1), threads=1)
    records = read_back(store)
    rows = table(records).set_index("candidate")
    assert pd.isna(rows.device_seconds["lenet5"])
    assert rows.tuning_seconds["lenet5"] > 0  # all of its search runs had two
    assert rows.device_seconds["resnet20"] > 0
    shown = present(table(records)).set_index("Architecture")
    assert shown["CPU time"]["lenet5"] == "–"
    assert shown["Note"]["lenet5"] == "no time: runs timed in different ways: 1 thread; 2 threads"
    assert "such times are not comparable" in dict(method.measured(records))["CPU time"]
    rates = by_candidate(clocks.own(records)).set_index("candidate").images_per_second
    assert pd.isna(rates["lenet5"])
    assert rates["resnet20"] == 300


def test_rows_that_were_timed_differently_say_so(store: Store, described: Callable[..., Any]) -> None:
    study = described(tracks=["shared"])
    store.whole(study)
    for number in range(3):
        store.run(study, RunKey("lenet5", "shared", "final", number), threads=1)
    shown = present(table(read_back(store))).set_index("Architecture")
    assert shown["Note"]["lenet5"] == "time with 1 thread: not comparable"
    assert shown["Note"]["resnet20"] == "time with 2 threads: not comparable"
    assert shown["CPU time"]["lenet5"].endswith(" s")


def test_without_deterministic_operations_it_is_another_clock(store: Store, described: Callable[..., Any]) -> None:
    study = described(tracks=["shared"])
    store.whole(study)
    store.run(study, RunKey("lenet5", "shared", "final", 1), deterministic=False)
    rows = table(read_back(store)).set_index("candidate")
    assert rows.untimed["lenet5"] == "runs timed in different ways: 2 threads; 2 threads, operations not deterministic"


def test_threads_that_nobody_wrote_down(store: Store, described: Callable[..., Any]) -> None:
    study = described(tracks=["shared"])
    store.whole(study)
    for candidate in study["candidates"]:
        for number in range(3):
            store.run(study, RunKey(candidate, "shared", "final", number), threads=None)
    records = read_back(store)
    assert table(records).device_seconds.notna().all()
    assert "How many threads computed was not recorded" in dict(method.measured(records))["CPU time"]
    with (store.instance(study) / directories.SESSIONS).open("a", encoding="utf-8") as file:
        file.write('{"started_at": 2000, "workers": 2, "wall_seconds": 10}\n')
    mixed = read_back(store)
    assert table(mixed).device_seconds.isna().all()
    assert set(table(mixed).untimed) == {"runs of sessions with 1 and 2 workers, threads not recorded"}
    assert "Sessions had 1 and 2 workers" in dict(method.measured(mixed))["CPU time"]


def test_times_of_several_devices_are_never_compared_silently(store: Store, described: Callable[..., Any]) -> None:
    """With as many threads, on another processor: over the table, in both rows, and where a row mixes them no time."""
    study = described()
    store.whole(study)
    other = "Another processor (16 cores)"
    for number in range(3):
        store.run(study, RunKey("lenet5", "tuned", "final", number), device=other)
    store.run(study, RunKey("plain20", "tuned", "final", 1), device=other)
    records = read_back(store)
    both = "A processor (2 cores); Another processor (16 cores)"
    assert method.over_the_table(records)[-1] == (
        f"Times were measured on different devices ({both}) and are not comparable between them."
    )
    notes = present(table(records)).set_index("Architecture")["Note"]
    assert "time with Another processor (16 cores), 2 threads: not comparable" in notes["lenet5"]
    assert "time with A processor (2 cores), 2 threads: not comparable" in notes["resnet20"]
    plain = next(note for name, note in notes.items() if str(name).startswith("plain20"))
    assert "no time: runs timed in different ways: A processor (2 cores), 2 threads; Another" in plain


def test_one_device_is_named_over_no_table(store: Store) -> None:
    store.whole()
    assert clocks.banner(read_back(store).runs) == []


@pytest.mark.parametrize(("runs", "said"), [(6, True), (100, False)])
def test_times_of_published_runs_beside_others_are_said_to_be_perhaps_anothers(
    store: Store, described: Callable[..., Any], runs: int, said: bool
) -> None:
    store.whole(described(taken_over=[{"folder": "fabricated", "records": "0" * 64, "runs": runs}]))
    banners = method.over_the_table(read_back(store))
    assert [text.startswith("6 of ") for text in banners if "published records" in text] == [True] * said
