from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from suite import tasks
from suite.analysis.folder import collect as module
from suite.analysis.folder.collect import collect, facts, runs_csv
from suite.core import directories, planning
from suite.core.durable import read_json
from suite.core.result import columns
from tests.analysis.conftest import Store


def test_the_plan_counts_from_zero_and_searches_only_where_tuned(described: Callable[..., Any]) -> None:
    keys = list(planning.described(described(tracks=["shared", "tuned"], seeds=2, trials=3)))
    own = [str(key) for key in keys if key.candidate == "lenet5"]
    assert own == [
        "lenet5/shared/final/0",
        "lenet5/shared/final/1",
        *(f"lenet5/tuned/search/{n}" for n in range(3)),
        "lenet5/tuned/final/0",
        "lenet5/tuned/final/1",
    ]


def test_runs_beyond_the_plan_and_superseded_ones_are_left_out(store: Store, described: Callable[..., Any]) -> None:
    store.whole(described(seeds=3))
    study = described(seeds=2)  # planned smaller since
    instance = store.describe(study)
    final = instance / "lenet5" / "tuned" / "final"
    shutil.copytree(final / "0", final / "superseded-0")
    shutil.rmtree(instance / "plain20")  # not handed out yet
    target = store.workspace / "target"
    collect(instance, target)
    with (target / "runs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == columns(tasks.get("classification").metrics)
    assert len(rows) == 2 * (4 + 2)
    assert {row["number"] for row in rows if row["phase"] == "final"} == {"0", "1"}


def test_a_run_that_is_not_over_is_a_row_without_outcome(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.describe(study)
    store.run(study, directories.RunKey("lenet5", "tuned", "search", 0), finished=False)
    collect(store.instance(study), store.workspace / "target")
    (row,) = csv.DictReader(io.StringIO((store.workspace / "target" / "runs.csv").read_text(encoding="utf-8")))
    assert (row["candidate"], row["architecture"], row["outcome"]) == ("lenet5", "lenet5", "")


def test_predictions_and_curves_are_kept_as_they_are(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    directory = store.instance(study) / "resnet20/tuned/final/1"
    collect(store.instance(study), store.workspace / "target")
    with (
        np.load(store.workspace / "target" / "records.npz") as kept,
        np.load(directory / directories.PREDICTIONS) as original,
    ):
        for name in ("predicted", "top5_hit"):
            np.testing.assert_array_equal(kept[f"resnet20/tuned/final/1/{name}"], original[name])
        np.testing.assert_allclose(
            kept["resnet20/tuned/final/1/confidence"], original["confidence"], atol=2**-11, rtol=0
        )
        np.testing.assert_array_equal(kept["labels"], original["label"])
        assert not any(name.endswith("/labels") for name in kept.files)
        losses = [row["val_loss"] for row in read_json(directory / directories.HISTORY)]
        np.testing.assert_allclose(kept["resnet20/tuned/final/1/val_loss"], losses, rtol=1e-6)


def test_a_folder_of_many_candidates_keeps_less_of_what_is_for_pictures(
    store: Store, described: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = described()
    store.whole(study)
    path = store.instance(study) / "resnet20/tuned/final/0" / directories.PREDICTIONS
    with np.load(path) as saved:
        arrays = {name: saved[name] for name in saved.files}
    arrays |= {directories.EXAMPLE: np.arange(0, 1280, 10), directories.LOOKED: np.zeros((128, 2, 2), np.uint8)}
    arrays |= {directories.EXAMPLE_PICTURE: np.zeros((128, 2, 2, 3), np.uint8), directories.MISTAKE: np.arange(12)}
    np.savez(path, **arrays)
    run = "resnet20/tuned/final/0"

    def kept() -> dict[str, Any]:
        collect(store.instance(study), store.workspace / "target")
        with np.load(store.workspace / "target" / "records.npz") as found:
            return {name: found[name] for name in found.files}

    assert len(kept()[f"{directories.EXAMPLE}s"]) == 128
    monkeypatch.setattr(module, "MANY", 2)
    thinned = kept()
    np.testing.assert_array_equal(thinned[f"{directories.EXAMPLE}s"], np.arange(0, 1280, 20))
    assert len(thinned[f"{directories.EXAMPLE_PICTURE}s"]) == len(thinned[f"{run}/{directories.LOOKED}"]) == 64
    np.testing.assert_array_equal(thinned[f"{run}/{directories.MISTAKE}"], np.arange(6))
    assert len(thinned[f"{run}/predicted"]) == len(arrays["predicted"])
    np.savez(path, **{**arrays, directories.EXAMPLE: thinned[f"{directories.EXAMPLE}s"]})  # as a folder gives it back
    np.testing.assert_array_equal(kept()[f"{directories.EXAMPLE}s"], thinned[f"{directories.EXAMPLE}s"])


def test_another_test_set_keeps_its_own_labels(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    store.labels = (store.labels + 1) % 10
    store.run(study, directories.RunKey("lenet5", "tuned", "final", 0))
    collect(store.instance(study), store.workspace / "target")
    with np.load(store.workspace / "target" / "records.npz") as kept:
        assert [name for name in kept.files if name.endswith("/labels")] == ["lenet5/tuned/final/0/labels"]
        np.testing.assert_array_equal(kept["lenet5/tuned/final/0/labels"], store.labels)


def test_collecting_twice_gives_the_same_bytes(store: Store) -> None:
    instance = store.whole()
    contents = []
    for name in ("one", "two"):
        collect(instance, store.workspace / name)
        contents.append({path.name: path.read_bytes() for path in (store.workspace / name).iterdir()})
    assert contents[0] == contents[1]
    assert set(contents[0]) == {
        "study.json",
        "sessions.jsonl",
        "facts.json",
        "runs.csv",
        "records.npz",
        "identities.json",
        "hashes.json",
    }


def test_half_a_line_of_a_running_session_is_left_out(store: Store, described: Callable[..., Any]) -> None:
    instance = store.describe(described())
    with (instance / directories.SESSIONS).open("a", encoding="utf-8") as file:
        file.write('{"started_at": 12')
    collect(instance, store.workspace / "target")
    lines = (store.workspace / "target" / directories.SESSIONS).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["wall_seconds"] for line in lines] == [400.0]


def test_runs_csv_survives_commas_quotes_and_lines() -> None:
    reason = 'failed, "badly"\nin two lines'
    (row,) = csv.DictReader(io.StringIO(runs_csv([{"reason": reason}], ["reason"]), newline=""))
    assert row["reason"] == reason


def test_facts_of_another_packages_architecture_are_its_name() -> None:
    assert facts("lenet5", {})["year"] == 1998
    assert facts("somebody_elses_net", {}) == {"name": "somebody_elses_net"}
