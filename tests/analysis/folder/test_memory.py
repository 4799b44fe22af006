from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from suite.analysis import rendering
from suite.analysis.folder import memory, reading
from suite.analysis.folder.costs import by_candidate
from suite.analysis.table import presentation
from suite.core.directories import RunKey
from tests.analysis.conftest import Store


def test_a_process_on_a_processor_is_no_candidates_memory(rendered: Path) -> None:
    records = reading.read(rendered)
    assert records.runs.peak_memory_bytes.notna().all()  # as folders of old have it
    assert "Peak memory" not in presentation.taken(by_candidate(memory.own(records)))
    text = (rendered / "report.md").read_text(encoding="utf-8")
    assert "are no candidate's, and are left out." in text
    assert "1,024 MiB" not in text


def test_an_accelerators_allocator_is(store: Store, described: Callable[..., Any]) -> None:
    study = described(tracks=["shared"])
    store.whole(study)
    for candidate in study["candidates"]:
        for number in range(3):
            store.run(study, RunKey(candidate, "shared", "final", number), device="NVIDIA H200")
    records = reading.read(rendering.refresh(store.workspace, "fabricated"))
    shown = presentation.taken(by_candidate(memory.own(records)))
    assert set(shown["Peak memory"]) == {"1,024 MiB"}
    assert memory.sentence(records) == "Peak memory is the peak of the accelerator's allocator, reset for each run."


def test_nothing_is_said_where_nothing_was_recorded(store: Store, described: Callable[..., Any]) -> None:
    study = described(tracks=["shared"])
    store.describe(study)
    store.run(study, RunKey("lenet5", "shared", "final", 0), peak_memory_bytes=None)
    assert memory.sentence(reading.read(rendering.refresh(store.workspace, "fabricated"))) == ""
