from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from suite.analysis import rendering
from suite.analysis.folder import reading
from suite.analysis.folder.costs import costs
from suite.analysis.folder.settings import settings
from suite.analysis.pages import method
from suite.core.directories import RunKey
from tests.analysis.conftest import Store


def read_back(store: Store, study: dict[str, Any]) -> reading.Records:
    return reading.read(rendering.refresh(store.workspace, study["study"]))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"stamp": "numbers mean nothing", "budget": "smoke"}, ["Budget smoke: numbers mean nothing."]),
        ({"state": "running"}, ["still running"]),
        ({"state": "interrupted", "reason": None}, ["This study was interrupted. The same command finishes it."]),
        (
            {"state": "interrupted", "reason": "what is committed stays"},
            ["This study was interrupted. The same command finishes it."],
        ),
        ({"state": "stopped", "reason": "three equal errors"}, ["stopped: three equal errors"]),
        (
            {"limit": {"seconds": 7200, "search_stopped_after": 2}},
            ["The time limit of 2 h stopped the search after 2 of 4 trials, the same for every candidate."],
        ),
        ({"limit": {"seconds": 7200, "search_stopped_after": None}}, []),
    ],
)
def test_banners(described: Callable[..., Any], changes: dict[str, Any], said: list[str]) -> None:
    banners = method.banners(described(**changes))
    assert len(banners) == len(said)
    for banner, text in zip(banners, said, strict=True):
        assert text in banner


def test_the_method_is_told_from_the_records(rendered: Path) -> None:
    terms = dict(method.measured(reading.read(rendered)))
    assert "900 training, 100 validation and 400 test images of 32×32×3, 10 classes" in terms["Data"]
    assert "4 trials for each candidate" in terms["Search and selection"]
    assert terms["Final runs"].startswith("3 for each candidate and track")
    assert "on the training images" in terms["Final runs"]
    assert "4 epochs, about 3,600 images" in terms["Budget"]
    assert terms["CPU time"].startswith("A processor (2 cores): time of the training steps")


def test_training_on_validation_is_said(store: Store, described: Callable[..., Any]) -> None:
    study = described(train_on_validation=True, tracks=["shared"])
    store.describe(study)
    terms = dict(method.measured(read_back(store, study)))
    assert "training and validation images" in terms["Final runs"]
    assert terms["Search and selection"].startswith("None")


def test_settings_show_what_differs_and_what_was_selected(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    study["candidates"]["plain20"]["recipe"]["learning_rate"] = 0.2
    study["candidates"]["lenet5"]["options"] = {"width": 0.5}
    store.whole(study)
    rows = settings(read_back(store, study)).set_index("Candidate")
    assert rows["Options"].to_dict() == {"resnet20": "", "plain20": "", "lenet5": "width 0.5"}
    assert rows["Recipe's own values"]["plain20"] == "learning_rate 0.2"
    assert rows["Selected parameters"]["resnet20"] == "learning_rate 0.1"


def test_each_candidates_search_space_is_shown(store: Store, described: Callable[..., Any]) -> None:
    study = described(search_space=None)
    for name, candidate in study["candidates"].items():
        rate = {"low": 0.01 if name == "lenet5" else 0.001, "high": 0.5, "log": True}
        candidate["search"] = {"space": "sgd", "dimensions": {"learning_rate": rate}}
    store.describe(study)
    records = read_back(store, study)
    spaces = settings(records).set_index("Candidate")["Search space"]
    assert spaces["lenet5"] == "sgd: learning_rate 0.01 to 0.5 (log)"
    assert spaces["resnet20"] == "sgd: learning_rate 0.001 to 0.5 (log)"
    assert "each within its own space" in dict(method.measured(records))["Search and selection"]


def test_failures_have_their_reasons(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    key = RunKey("lenet5", "tuned", "search", 1)
    store.run(study, key, outcome="out_of_memory", reason="2 GiB asked for", attempts=2)
    store.run(study, RunKey("lenet5", "tuned", "search", 2), outcome="pruned", reason="halved after epoch 1")
    (store.instance(study) / "plain20/tuned/final/0/result.json").unlink()
    rows = method.failures(read_back(store, study)).to_dict("records")
    assert [(row["Run"], row["Outcome"], row["Reason"]) for row in rows] == [
        ("plain20/tuned/final/0", "not finished", ""),
        ("lenet5/tuned/search/1", "out of memory", "2 GiB asked for"),
        ("lenet5/tuned/search/2", "pruned", "halved after epoch 1"),
    ]
    assert rows[1]["Attempts"] == "2"


def test_the_cost_sentence_has_the_share(rendered: Path) -> None:
    frame = costs(reading.read(rendered))
    share = frame.share[0]
    assert method.cost_sentence(frame, 400).startswith(f"{100 * share:.0f}% of 6.67 min")
    assert "not recorded yet" in method.cost_sentence(frame, 0)


def test_the_command_is_as_it_was_typed_without_places(described: Callable[..., Any]) -> None:
    typed = "python -m suite.run study=fabricated 'workspace=/tmp/a w' recipe.learning_rate=0.05 data_dir=/data"
    shown = method.commands(described(command=f"{typed} 'storage.mlflow=http://me:***@host'"))[0]
    assert shown == "python -m suite.run study=fabricated recipe.learning_rate=0.05"
    fewer = f"{typed} search.trials=1"
    shown = method.commands(described(command=fewer, trials=1, trials_counted=4))[0]
    assert shown.endswith("learning_rate=0.05 search.trials=4"), "all trials count that were ever made"
    made_up = method.commands(described(limit={"seconds": 7200}))
    assert made_up[0].endswith("budget=laptop backend=tensorflow precision=float32 seeds=3 limit=7200s")
    assert made_up[1].startswith("python -m suite.report study=fabricated")


def test_circumstances(rendered: Path) -> None:
    terms = dict(method.circumstances(reading.read(rendered)))
    assert terms["Machine"] == "A processor, 2 cores"
    assert terms["Versions"] == "keras 3.15.1, tensorflow 2.21.0"
    assert terms["Code"] == "0a1b2c3"
