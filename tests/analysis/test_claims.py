from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from suite.analysis import reading, rendering
from suite.analysis.claims import CONTRADICTED, SUPPORTED, UNDECIDED, judge, judgements
from suite.analysis.statistics import Interval
from suite.core.directories import RunKey
from tests.analysis.conftest import Store


def interval(low: float, high: float) -> Interval:
    return Interval((low + high) / 2, low, high, 10.0, (3, 3), 100)


@pytest.mark.parametrize(
    ("low", "high", "margin", "verdict"),
    [
        (0.01, 0.03, 0.0, SUPPORTED),
        (-0.03, -0.01, 0.0, CONTRADICTED),
        (-0.01, 0.03, 0.0, UNDECIDED),
        (0.01, 0.03, 0.02, UNDECIDED),
        (0.01, 0.03, 0.04, CONTRADICTED),  # better, but by less than was claimed
        (0.0, 0.03, 0.0, UNDECIDED),
    ],
)
def test_a_verdict_needs_the_whole_interval(low: float, high: float, margin: float, verdict: str) -> None:
    assert judge(interval(low, high), margin) == verdict


def judged(store: Store, study: dict[str, Any]) -> list[Any]:
    records = reading.read(rendering.refresh(store.workspace, study["study"]))
    return judgements(records)


def claim(better: str, than: str, **values: Any) -> dict[str, Any]:
    return {"text": "a claim", "source": "", "better": better, "than": than, "metric": "test_accuracy"} | values


def test_each_claim_is_judged_on_each_track(store: Store, described: Callable[..., Any]) -> None:
    study = described(
        tracks=["shared", "tuned"], claims=[claim("resnet20", "lenet5"), claim("lenet5", "resnet20", margin=0.01)]
    )
    store.whole(study)
    found = judged(store, study)
    assert [(one.track, one.verdict) for one in found] == [
        ("shared", SUPPORTED),
        ("tuned", SUPPORTED),
        ("shared", CONTRADICTED),
        ("tuned", CONTRADICTED),
    ]
    assert found[0].advantage.mean == pytest.approx(-found[2].advantage.mean)
    assert 0.3 < found[0].advantage.mean < 0.45


def test_lower_losses_are_better(store: Store, described: Callable[..., Any]) -> None:
    study = described(claims=[claim("resnet20", "lenet5", metric="test_loss")])
    store.whole(study)
    (found,) = judged(store, study)
    assert found.verdict == SUPPORTED
    assert found.advantage.mean == pytest.approx(0.6, abs=0.1)  # fabricated losses are twice the error rates


def test_candidates_that_differ_off_the_axes_are_not_judged(store: Store, described: Callable[..., Any]) -> None:
    study = described(claims=[claim("resnet20", "plain20")])
    study["candidates"]["plain20"]["recipe"]["learning_rate"] = 0.2
    store.whole(study)
    (found,) = judged(store, study)
    assert (found.verdict, found.advantage) == (UNDECIDED, None)
    assert found.reason == "not comparable: they differ in recipe.learning_rate"


def test_two_that_agree_with_each_other_are_judged_though_the_rest_differs(
    store: Store, described: Callable[..., Any]
) -> None:
    study = described(claims=[claim("resnet20", "lenet5")])
    study["candidates"] |= {name: {**study["candidates"]["plain20"]} for name in ("plain20", "plain32", "plain44")}
    for name in ("resnet20", "lenet5"):
        study["candidates"][name] = {**study["candidates"][name], "recipe": {"name": "other", "learning_rate": 0.3}}
    store.whole({**study, "candidates": {name: study["candidates"][name] for name in ("resnet20", "lenet5")}})
    (found,) = judged(store, study)
    assert found.verdict == SUPPORTED


def test_five_classes_have_no_top5_claim(store: Store, described: Callable[..., Any]) -> None:
    study = described(claims=[claim("resnet20", "lenet5", metric="test_top5_accuracy")])
    study["data"]["class_names"] = ["a", "b", "c"]
    store.whole(study)
    (found,) = judged(store, study)
    assert found.reason == "it says nothing where there are 3 classes"


def test_no_verdict_without_runs_and_a_caution_with_one_seed(store: Store, described: Callable[..., Any]) -> None:
    nothing = described(study="nothing", claims=[claim("resnet20", "lenet5")])
    store.describe(nothing)
    (found,) = judged(store, nothing)
    assert (found.verdict, found.reason) == (
        UNDECIDED,
        "resnet20 has 0 of 3 seeds (3 not started); lenet5 has 0 of 3 seeds (3 not started)",
    )
    single = described(study="single", seeds=1, claims=[claim("resnet20", "lenet5")])
    store.whole(single)
    (found,) = judged(store, single)
    assert found.verdict == SUPPORTED
    assert "one seed" in found.reason


def test_survivors_are_not_judged(store: Store, described: Callable[..., Any]) -> None:
    study = described(claims=[claim("resnet20", "lenet5"), claim("resnet20", "lenet5", metric="test_loss")])
    store.whole(study)
    store.run(study, RunKey("lenet5", "tuned", "final", 1), outcome="out_of_memory", reason="no memory")
    for found in judged(store, study):
        assert (found.verdict, found.advantage) == (UNDECIDED, None)
        assert found.reason == "lenet5 has 2 of 3 seeds (1 out of memory)"


def test_equal_values_are_no_certainty(store: Store, described: Callable[..., Any]) -> None:
    study = described(intervals="own", claims=[claim("resnet20", "lenet5", metric="test_loss")])
    store.whole(study)
    for name, loss in (("resnet20", 0.1), ("lenet5", 0.7)):
        for number in range(3):
            store.run(study, RunKey(name, "tuned", "final", number), test_loss=loss)
    (found,) = judged(store, study)
    assert (found.verdict, found.advantage) == (UNDECIDED, None)
    assert found.reason == "the seeds' values are equal: their spread is unknown"
    study["intervals"] = "lent"  # plain20 has a spread to lend
    store.describe(study)
    (lent,) = judged(store, study)
    assert lent.verdict == SUPPORTED
    assert lent.advantage.high - lent.advantage.low > 0.01


def test_one_seed_says_nothing_of_a_loss(store: Store, described: Callable[..., Any]) -> None:
    study = described(seeds=1, claims=[claim("resnet20", "lenet5", metric="test_loss")])
    store.whole(study)
    (found,) = judged(store, study)
    assert (found.verdict, found.reason) == (UNDECIDED, "one seed: nothing is known of the seeds' spread")
