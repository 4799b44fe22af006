from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from suite.analysis import rendering
from suite.analysis.folder import reading
from suite.analysis.pages.time_to_accuracy import parts
from suite.analysis.table.columns import table
from suite.core.durable import read_json, write_json
from tests.analysis.conftest import Store


def test_each_track_has_a_table_of_its_own(store: Store, described: Callable[..., Any]) -> None:
    study = described(tracks=["shared", "tuned"], table={"reach": [0.2, 0.9999]})
    store.whole(study)
    folder = rendering.refresh(store.workspace, "fabricated")
    shared, tuned = parts(read := reading.read(folder), table(read))
    assert (shared.title, tuned.title) == ("Time to an accuracy, shared track", "Time to an accuracy, tuned track")
    assert list(tuned.table) == ["Candidate", "80% error", "0.01% error"]
    assert set(tuned.table["0.01% error"]) == {"–"}
    assert all(cell.endswith(" s") for cell in tuned.table["80% error"])
    rendering.render(folder)
    text = Path(folder / "report.md").read_text()
    assert "### Time to an accuracy, tuned track" in text
    assert "Time to an accuracy, shared track" in Path(folder / "report.html").read_text()


def test_where_not_every_seed_comes_so_far_it_says_how_many_do(store: Store, described: Callable[..., Any]) -> None:
    study = described(table={"reach": [0.5]})
    store.whole(study)
    history = next(iter(sorted(store.instance(study).glob("lenet5/tuned/final/0/history.json"))))
    write_json(history, [{**row, "val_accuracy": 0.4} for row in read_json(history)])
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    (part,) = parts(read, table(read))
    assert part.table.set_index("Candidate")["50% error"]["lenet5"] == "2 of 3 seeds"


def test_a_time_that_was_divided_is_said_to_be(rendered: Path) -> None:
    read = reading.read(rendered)
    (part,) = parts(read, table(read))
    assert "divided evenly among the epochs" in part.note
