"""What a report says of weights and teachers: in the row, and of their cost and what they have seen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from suite.analysis.comparing.starts import note, sentences
from suite.analysis.folder.reading import Records

TRAINING = {
    "dataset": "cifar10", "architecture": "resnet20", "epochs": 5, "train_examples": 45000, "device": "cpu",
    "device_seconds": 180.0, "search_seconds": 0.0,
}  # fmt: skip
START = {
    "source": "pre/resnet20", "says": ["backbone frozen, batch-norm statistics too"], "training": TRAINING,
    "leakage": "3 of 90 test images are among the training images of pre/resnet20 (pixel for pixel)", "leaked": 3,
}  # fmt: skip


def records(**candidates: Any) -> Records:
    return cast(Records, SimpleNamespace(study={"candidates": candidates}))


def test_a_row_says_what_it_starts_from_and_what_of_it_learns() -> None:
    assert note({}) == ""
    assert note({"starts_from": START}) == "from pre/resnet20: backbone frozen, batch-norm statistics too"
    both = {"starts_from": START, "learns_from": {"source": "big"}}
    assert note(both).endswith("statistics too; taught by big")


def test_the_cost_and_the_leak_are_said_once_for_all_that_share_them() -> None:
    found = sentences(records(scratch={}, a={"starts_from": START}, b={"starts_from": START}))
    assert found == [(
        "Starting weights",
        "a and b start from pre/resnet20, final run k from its final run k, whose training took 3 min of CPU time "
        "for each run (5 epochs of 45,000 images of cifar10). Leakage: 3 of 90 test images are among the training "
        "images of pre/resnet20 (pixel for pixel).",
    )]  # fmt: skip
    assert sentences(records(scratch={})) == []


def test_a_fixed_number_a_search_and_sources_that_are_not_there() -> None:
    searched = {**START, "source": "pre/resnet20@0", "training": {**TRAINING, "search_seconds": 60.0}}
    text = dict(sentences(records(a={"starts_from": searched}, b={"learns_from": {"source": "a"}})))
    assert "a starts from pre/resnet20@0, whose training took" in text["Starting weights"]
    assert "after a search of 60 s" in text["Starting weights"]
    assert text["Teachers"] == "b learns from a, which is not there yet."
    published = {"source": "imagenet", "says": []}
    assert "ImageNet weights, whose training is not counted" in sentences(records(a={"starts_from": published}))[0][1]
