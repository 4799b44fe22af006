from __future__ import annotations

from collections.abc import Callable

import pytest

from suite import models
from suite.core.directories import RunKey
from suite.study import plan
from suite.study.estimate import FIRST_GUESS, Estimate, _unmeasured_speed, clock, estimate, remember_speed
from suite.study.ledger import Ledger
from tests.study.made_up import made_up


def test_twice_the_images_take_about_twice_as_long(ledger: Callable[..., Ledger]) -> None:
    key = RunKey("lenet5", "tuned", "final", 0)
    short, long = (estimate(ledger(f"images_seen={images}"), [key]).runs[key] for images in (256_000, 512_000))
    assert 1.5 < long / short < 2.1


def test_a_measured_machine_is_believed(ledger: Callable[..., Ledger]) -> None:
    book, key = ledger("images_seen=2560000"), RunKey("lenet5", "tuned", "final", 0)
    guess = estimate(book, [key])
    remember_speed(book.study.workspace, made_up(key, macs=4e5, images_per_second=10.0))
    told = estimate(book, [key])
    assert (guess.measured, told.measured) == (False, True)
    assert told.runs[key] == pytest.approx(2_560_000 / 10, rel=0.2)


def test_another_packages_net_counts_with_what_its_runs_counted(
    ledger: Callable[..., Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And does not speak for the others: a tiny net is bound by the loop around it."""
    book, key = ledger("images_seen=2560000"), RunKey("lenet5", "tuned", "final", 0)
    others = estimate(book, [RunKey("mlp", "tuned", "final", 0)])
    pinned = models.training_speed
    monkeypatch.setattr(models, "estimate_macs", lambda name, *_: None if name == "lenet5" else 3e5)
    monkeypatch.setattr(models, "training_speed", lambda name: None if name == "lenet5" else pinned(name))
    remember_speed(
        book.study.workspace,
        made_up(key, macs=1e3, images_per_second=1000.0),
    )
    assert estimate(book, [key]).runs[key] == pytest.approx(2_560_000 / 1000, rel=0.2)
    assert estimate(book, [RunKey("mlp", "tuned", "final", 0)]).seconds == pytest.approx(others.seconds, rel=0.2)


def test_judging_takes_time_too(ledger: Callable[..., Ledger]) -> None:
    """A forward pass for each validation image in each epoch, and for each test image at the end of a final run."""
    search, final = (RunKey("lenet5", "tuned", phase, 0) for phase in ("search", "final"))
    few, many = (
        estimate(ledger("images_seen=256000", "data.train_examples=64", f"data.validation_examples={count}"), [search])
        for count in (14, 140)
    )
    assert many.runs[search] > 1.4 * few.runs[search]
    tests = [
        estimate(ledger(f"data.test_examples={count}", f"instance=t{count}"), [search, final]).runs
        for count in (100, 400)
    ]
    assert tests[1][final] > tests[0][final]
    assert tests[1][search] == tests[0][search]
    once, each = (
        estimate(ledger(f"evaluation.every_epoch={asked}", f"instance=each-{asked}"), [search, final]).runs
        for asked in ("false", "true")
    )
    assert each[final] > once[final]
    assert each[search] == once[search]


def test_workers_share_the_runs(ledger: Callable[..., Ledger]) -> None:
    one, two = (estimate(book, plan.planned(book.study)) for book in (ledger(), ledger("workers=2")))
    assert two.seconds < one.seconds


def test_nothing_takes_no_time() -> None:
    assert Estimate({}, 1, True).seconds == 0


@pytest.mark.parametrize(("seconds", "text"), [(40, "40 s"), (725, "12 min"), (11_100, "3 h 05 min")])
def test_times_as_people_say_them(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_a_family_never_trained_here_is_expected_at_its_pinned_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "training_speed", {"slow": 1e9, "quick": 4e9}.get)
    assert _unmeasured_speed("slow", {}) == 1e9, "no machine was measured: as pinned"
    assert _unmeasured_speed("their_net", {}) == FIRST_GUESS
    measured = {"last": 8e9, "last_architecture": "quick"}
    assert _unmeasured_speed("slow", measured) == 2e9, "this machine is twice as quick as the pinned one"
    assert _unmeasured_speed("their_net", measured) == 8e9
