"""The search finds its best trial nearly as often as without stopping, and treats equals alike. Curves are replayed
through the real search; every rule sees the same ones."""

from __future__ import annotations

import numpy as np
import pytest

from suite.bench.search.__main__ import main
from suite.bench.search.curves import FAMILIES
from suite.bench.search.synthetic import EPOCHS, TRIALS, measure
from suite.core.refusals import Refusal


def test_curves_have_the_final_values_that_they_claim() -> None:
    for name, family in FAMILIES.items():
        curves = family(8, 12, np.random.default_rng(1))
        assert curves.seen.shape == (8, 12)
        assert np.abs(curves.seen[:, -1] - curves.final).max() < 0.05, name


@pytest.mark.parametrize("family", ["spread", "failing", "crossing"])
@pytest.mark.parametrize(("trials", "epochs"), [(4, 3), (8, 5)])
def test_the_best_is_found_nearly_as_often_as_without_stopping(family: str, trials: int, epochs: int) -> None:
    figures = measure(family, trials, epochs, repeats=200)
    suite, none, halving = figures["suite"], figures["none"], figures["halving"]
    assert suite.found >= none.found - 0.05
    assert suite.regret <= none.regret + 0.002
    assert suite.regret < halving.regret
    assert suite.share < none.share
    if family == "crossing":
        assert suite.found > halving.found + 0.2


@pytest.mark.parametrize(("trials", "epochs"), [(4, 3), (4, 5), (8, 5)])
def test_among_equals_no_place_in_the_order_is_favoured(trials: int, epochs: int) -> None:
    figures = measure("equal", trials, epochs, repeats=200)
    suite, halving = figures["suite"], figures["halving"]
    assert min(suite.completed) >= 0.9
    assert max(suite.selected) <= 1 / trials + 0.12
    assert min(suite.selected) >= 1 / trials - 0.12
    assert min(halving.completed) < 0.3, "the curves can tell the rules apart"
    assert halving.selected[0] > 1 / trials + 0.12


def test_where_much_fails_epochs_are_saved() -> None:
    figures = measure("failing", 16, 12, repeats=40)
    assert figures["suite"].share < 0.85


@pytest.mark.slow
@pytest.mark.parametrize("family", sorted(FAMILIES))
@pytest.mark.parametrize("trials", TRIALS)
@pytest.mark.parametrize("epochs", EPOCHS)
def test_over_the_whole_table(family: str, trials: int, epochs: int) -> None:
    figures = measure(family, trials, epochs, repeats=200)
    suite, none = figures["suite"], figures["none"]
    assert suite.found >= none.found - 0.08
    assert suite.regret <= none.regret + 0.002
    if family == "equal":
        assert min(suite.completed) >= 0.9


def test_the_command_prints_the_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("suite.bench.search.synthetic.TRIALS", (4,))
    monkeypatch.setattr("suite.bench.search.synthetic.EPOCHS", (3,))
    assert main(["curves=synthetic", "repeats=2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("| equal | 4 | 3 |") for line in lines) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["repeats=0"], "a whole number above 1"),
        (["repeats=many"], "a whole number"),
        (["curves=drawn"], "unknown kind of curves 'drawn'.*recorded"),
        (["curves=synthetic", "trials=4"], "trials and length are of curves=recorded"),
        (["length=0.3"], r"no curves of \w+ of 0\.3 of the length"),
    ],
)
def test_the_command_refuses_what_it_does_not_know(arguments: list[str], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        main(arguments)
