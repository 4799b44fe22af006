from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from suite import models
from suite.analysis import rendering
from suite.analysis.folder import reading
from suite.analysis.table.columns import COLUMNS, device_kind, joint, table
from suite.core.directories import RunKey
from tests.analysis.conftest import Store


def rows_of(store: Store, study: dict[str, Any]) -> pd.DataFrame:
    return table(reading.read(rendering.refresh(store.workspace, study["study"]))).set_index("candidate")


def test_a_whole_study(rendered: Path) -> None:
    rows = table(reading.read(rendered))
    assert list(rows.columns)[: len(COLUMNS)] == COLUMNS
    assert list(rows.columns)[len(COLUMNS) :: 3] == ["test_loss", "calibration_error", "test_balanced_accuracy"]
    assert list(rows.candidate) == ["resnet20", "plain20", "lenet5"]
    assert list(rows["rank"]) == [1, 2, 3]
    first = rows.iloc[0]
    runs = reading.read(rendered).of("resnet20", "tuned", "final")
    assert first.test_error == pytest.approx(1 - runs.test_accuracy.mean())
    assert first.top5_error == pytest.approx(1 - runs.test_top5_accuracy.mean())
    assert first.test_error_low < first.test_error < first.test_error_high
    assert (first.seeds, first.test_images, first.trials, first.failed) == (3, 400, 4, 0)
    assert first.device_seconds == pytest.approx(runs.device_seconds.mean())
    assert (first.year, first.depth, first.trainable_params, first.device) == (2015, "20", 269722, "CPU")


def test_tuning_time_is_all_of_the_search(store: Store, described: Callable[..., Any]) -> None:
    study = described(tracks=["shared", "tuned"])
    store.whole(study)
    store.run(study, RunKey("lenet5", "tuned", "search", 1), outcome="diverged", device_seconds=2.0)
    store.run(study, RunKey("lenet5", "tuned", "search", 2), outcome="pruned", device_seconds=3.0)
    for number in (0, 3):
        store.run(study, RunKey("lenet5", "tuned", "search", number), device_seconds=10.0)
    rows = table(reading.read(rendering.refresh(store.workspace, "fabricated")))
    shared, tuned = (rows[(rows.candidate == "lenet5") & (rows.track == track)].iloc[0] for track in study["tracks"])
    assert tuned.tuning_seconds == 25.0
    assert (tuned.failed, tuned.pruned, tuned.trials) == (1, 1, 4)
    assert pd.isna(shared.tuning_seconds)
    assert (shared.failed, shared.pruned, shared.trials) == (0, 0, 0)


def test_a_failed_seed_is_counted_and_missing_from_n(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    store.run(study, RunKey("lenet5", "tuned", "final", 1), outcome="out_of_memory", reason="no memory")
    row = rows_of(store, study).loc["lenet5"]
    assert (row.seeds, row.seeds_planned, row.failed) == (2, 3, 1)


def test_a_running_study_has_rows_without_numbers(store: Store, described: Callable[..., Any]) -> None:
    study = described(state="running")
    store.describe(study)
    store.run(study, RunKey("lenet5", "tuned", "search", 0))
    store.run(study, RunKey("lenet5", "tuned", "search", 1), finished=False)
    rows = rows_of(store, study)
    assert rows["rank"].isna().all()
    assert rows.test_error.isna().all()
    assert (rows.seeds == 0).all()
    assert (rows.loc["lenet5"].trials, rows.loc["lenet5"].unfinished) == (1, 1)
    assert rows.loc["resnet20"].key_innovation  # known before anything ran


def test_a_survivor_is_last_and_unranked(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    store.run(study, RunKey("resnet20", "tuned", "final", 1), outcome="diverged", reason="NaN in epoch 2")
    rows = rows_of(store, study)
    assert list(rows.index) == ["plain20", "lenet5", "resnet20"]
    assert list(rows["rank"].fillna(0)) == [1, 2, 0]
    assert rows.loc["resnet20"].test_error < rows.loc["plain20"].test_error  # shown all the same
    assert rows.loc["resnet20"].lacking == "1 diverged"
    assert list(rows.lacking[:2]) == ["", ""]


def test_while_a_study_runs_only_whole_candidates_are_ranked(store: Store, described: Callable[..., Any]) -> None:
    study = described(state="running")
    store.whole(study)
    (store.instance(study) / "resnet20/tuned/final/2/result.json").unlink()
    for number in (1, 2):
        shutil.rmtree(store.instance(study) / f"plain20/tuned/final/{number}")
    rows = rows_of(store, study)
    assert list(rows.index) == ["lenet5", "resnet20", "plain20"]
    assert list(rows.lacking) == ["", "1 not finished", "2 not started"]
    assert list(rows["rank"].fillna(0)) == [1, 0, 0]


def test_while_a_study_runs_all_are_ranked_once_every_candidate_has_a_seed(
    store: Store, described: Callable[..., Any]
) -> None:
    study = described(state="interrupted")
    store.whole(study)
    for name, number in (("resnet20", 2), ("plain20", 1), ("plain20", 2), ("lenet5", 2)):
        shutil.rmtree(store.instance(study) / f"{name}/tuned/final/{number}")
    rows = rows_of(store, study)
    assert list(rows["rank"]) == [1, 2, 3]
    assert dict(rows.seeds) == {"resnet20": 2, "plain20": 1, "lenet5": 2}
    assert list(rows.lacking) == ["", "", ""]
    store.run(study, RunKey("plain20", "tuned", "final", 1), outcome="diverged", reason="NaN in epoch 2")
    assert rows_of(store, study)["rank"].isna().all()  # what survives says too much
    shutil.rmtree(store.instance(study) / "plain20/tuned/final/1")
    store.describe({**study, "state": "finished"})
    assert rows_of(store, study)["rank"].isna().all()


def test_another_published_network_has_its_own_literature(
    store: Store, described: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_options(name: str, options: dict[str, Any]) -> dict[str, Any]:
        if options.get("skip") is False:
            error = {"dataset": "cifar10", "top1_error": 9.5, "condition": "a curve", "split": "test", "source": "F6"}
            return {"name": name, "as": "plain20", "published": {"errors": [error]}, "errata": []}
        return {**models.facts(name), "as": name}

    monkeypatch.setattr(models, "facts_with_options", with_options, raising=False)
    study = described()
    study["candidates"]["plain20"].update(architecture="resnet20", options={"skip": False, "width": 0.5})
    store.describe(study)
    rows = rows_of(store, study)
    assert rows.loc["plain20"].published_error == pytest.approx(0.095)
    assert rows.loc["plain20"].published_condition == "plain20 as published, a curve, test"
    assert rows.loc["resnet20"].published_error == pytest.approx(0.0875)
    assert rows.loc["lenet5"].year == 1998


def test_rows_set_apart_come_last_and_unranked(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    study["candidates"]["resnet20"]["recipe"]["batch_size"] = 64  # the best, under another recipe
    store.whole(study)
    rows = rows_of(store, study)
    assert list(rows.index) == ["plain20", "lenet5", "resnet20"]
    assert list(rows["rank"].fillna(0)) == [1, 2, 0]
    assert rows.loc["resnet20"].apart == "recipe.batch_size"


def test_equal_errors_share_a_rank(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    study["candidates"]["again"] = study["candidates"]["lenet5"]
    store.whole(described())
    instance = store.describe(study)
    (instance / "again").symlink_to(instance / "lenet5")
    rows = rows_of(store, study)
    assert list(rows["rank"]) == [1, 2, 3, 3]


def test_published_errors_are_of_the_studys_own_data_set(rendered: Path) -> None:
    rows = table(reading.read(rendered)).set_index("candidate")
    assert rows.loc["resnet20"].published_others.startswith("8.27% (option A, re-implementation")
    assert rows.loc["resnet20"].published_error == pytest.approx(0.0875)
    assert rows.loc["resnet20"].published_condition
    assert pd.isna(rows.loc["lenet5"].published_error)  # it has one on MNIST only


def test_what_is_not_built_as_published_is_not_shown_as_if(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    study["candidates"]["plain20"].update(architecture="resnet20", options={"skip": False})
    store.describe(study)
    rows = rows_of(store, study)
    assert " as published, " in rows.loc["plain20"].published_condition
    assert rows.loc["plain20"].params_published.endswith(" as published)")
    assert "as published" not in rows.loc["resnet20"].published_condition


def test_another_packages_architecture_has_a_row(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    study["candidates"]["lenet5"]["architecture"] = "somebody_elses_net"
    store.whole(study)
    row = rows_of(store, study).loc["lenet5"]
    assert (row["rank"], row.architecture, row.trainable_params) == (3, "somebody_elses_net", 62006)
    assert pd.isna(row.year)


def test_across_studies_one_ranking(store: Store, described: Callable[..., Any]) -> None:
    both = []
    for name, left_out in (("one", "lenet5"), ("two", "resnet20")):
        study = described(study=name)
        del study["candidates"][left_out]
        store.whole(study)
        both.append(reading.read(rendering.refresh(store.workspace, name)))
    rows = joint(both, ["architecture"])
    assert list(zip(rows.study, rows.candidate, rows["rank"], strict=True)) == [
        ("one", "resnet20", 1),
        ("one", "plain20", 2),
        ("two", "plain20", 2),
        ("two", "lenet5", 4),
    ]


@pytest.mark.parametrize(
    ("devices", "kind"),
    [
        (["AMD EPYC 9B14 (2 cores)"], "CPU"),
        (["NVIDIA H200"], "GPU"),
        (["AMD Instinct MI300X"], "GPU"),
        (["TPU v4"], "TPU"),
        (["", "NVIDIA H200"], "GPU"),
        (["A processor (1 core)", "NVIDIA H200"], "CPU and GPU"),
        ([], "CPU"),
    ],
)
def test_only_a_gpus_time_is_called_gpu_time(devices: list[str], kind: str) -> None:
    assert device_kind(devices) == kind
