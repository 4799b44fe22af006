"""`search.prior=workspace`: where searches begin that go by earlier ones, what is kept of it, and what is refused."""

from __future__ import annotations

import math
import signal
from collections.abc import Callable
from typing import Any

import pytest

from suite.analysis.pages import search_prior
from suite.core.directories import RunKey
from suite.core.durable import read_json
from suite.core.refusals import Refusal
from suite.study import description, prior
from suite.study.ledger import Ledger
from suite.study.outlook import Outlook, look
from suite.study.prior import FILE
from suite.study.search.replayed import Searches
from tests import studies
from tests.study.conftest import Make, finish

MakeLedger = Callable[..., Ledger]
PRIOR = ("search.prior=workspace", "instance=next", "search.trials=4")
KIND = "fast_plain, sgd, batches of 32"


@pytest.fixture
def earlier(ledger: MakeLedger) -> Callable[..., Ledger]:
    """Make an instance whose searches have selected these rates, by candidate, with decays of a hundredth of them."""

    def make(instance: str, *overrides: str, **rates: float) -> Ledger:
        book = ledger(f"instance={instance}", *overrides)
        for name, rate in rates.items():
            finish(book, RunKey(name, "tuned", "final", 0), {"learning_rate": rate, "weight_decay": rate / 100})
        description.write(book, "finished")
        return book

    return make


def asked(outlook: Outlook, candidate: str) -> list[dict[str, Any]]:
    """The first three points of a candidate's search."""
    search = Searches(outlook.ledger).of(RunKey(candidate, "tuned", "search", 0))
    return [search.ask(number) for number in range(3)]


def test_the_second_trial_lies_where_earlier_searches_ended(earlier: Callable[..., Ledger], tiny: Make) -> None:
    earlier("first", mlp=0.02, lenet5=0.08)
    earlier("second", mlp=0.04)
    without, found = look(tiny("instance=without", "search.trials=4")), look(tiny(*PRIOR))
    for name in ("mlp", "lenet5"):
        start, second, third = asked(found, name)
        assert second == {"learning_rate": pytest.approx(0.04), "weight_decay": pytest.approx(0.0004)}
        assert [start, third] == asked(without, name)[::2], "all other points are as they were"
    (line,) = [line for line in found.lines() if line.startswith("search.prior")]
    assert line == (
        f"search.prior: second trial of mlp, lenet5 ({KIND}): learning_rate 0.04, weight_decay 0.0004, by 3 earlier "
        "searches (tiny/second/mlp for one)"
    )


def test_what_was_found_is_kept_whatever_the_workspace_learns_since(earlier: Callable[..., Ledger], tiny: Make) -> None:
    earlier("first", mlp=0.02)
    first = look(tiny(*PRIOR))
    kept = read_json(first.ledger.directory / FILE)
    assert kept == {KIND: {"of": ["tiny/first/mlp"], "values": {"learning_rate": [0.02], "weight_decay": [0.0002]}}}
    earlier("second", lenet5=0.3)
    again = look(tiny(*PRIOR))
    assert asked(again, "mlp") == asked(first, "mlp")
    assert read_json(first.ledger.directory / FILE) == kept


def test_a_dry_run_says_it_and_writes_nothing(earlier: Callable[..., Ledger], tiny: Make) -> None:
    earlier("first", mlp=0.02)
    outlook = look(tiny(*PRIOR, "dry_run=true"))
    assert any("by 1 earlier searches (tiny/first/mlp for one)" in line for line in outlook.lines())
    assert not outlook.ledger.directory.exists()


def test_other_kinds_and_what_means_nothing_say_nothing(earlier: Callable[..., Ledger], tiny: Make) -> None:
    earlier("first", mlp=0.02)
    other = ("candidates.lenet5.recipe={optimizer: adam, learning_rate: 0.001}", "axes=[architecture,recipe]")
    found = look(tiny(*PRIOR, *other))
    assert math.isclose(asked(found, "mlp")[1]["learning_rate"], 0.02)
    assert asked(found, "lenet5")[1] == asked(look(tiny("instance=without", *other)), "lenet5")[1]
    assert any(
        line.endswith("(fast_plain, adam, batches of 32): nothing is known of its kind") for line in found.lines()
    )
    earlier("stamped", "stamp=numbers mean nothing", mlp=0.4)
    renewed = look(tiny(*PRIOR[:1], "instance=after", *other))
    assert math.isclose(asked(renewed, "mlp")[1]["learning_rate"], 0.02)


def test_a_point_lies_within_the_range(earlier: Callable[..., Ledger], tiny: Make) -> None:
    earlier("first", mlp=30.0)
    assert asked(look(tiny(*PRIOR)), "mlp")[1] == {"learning_rate": 0.5, "weight_decay": 0.005}


def test_where_earlier_searches_chose_what_is_a_range_now_it_is_as_the_recipe_has_it(
    earlier: Callable[..., Ledger], tiny: Make
) -> None:
    outlook = look(tiny(*PRIOR))
    candidate = outlook.ledger.candidates["mlp"]
    found = prior.point(candidate, {KIND: {"values": {"learning_rate": [0.02, "auto"], "weight_decay": [None, True]}}})
    assert found == {
        "learning_rate": pytest.approx(0.02),
        "weight_decay": candidate.recipe.as_mapping()["weight_decay"],
    }


def test_an_instance_begins_in_one_way(earlier: Callable[..., Ledger], ledger: MakeLedger, tiny: Make) -> None:
    earlier("first", mlp=0.02)
    trial = RunKey("mlp", "tuned", "search", 0)
    finish(look(tiny(*PRIOR)).ledger, trial, {"learning_rate": 0.1, "weight_decay": 0.0005})
    with pytest.raises(Refusal, match=r"search\.prior: workspace became not set\. .*instance=NAME"):
        look(tiny(*PRIOR[1:]))
    finish(ledger("instance=plain"), trial, {"learning_rate": 0.1, "weight_decay": 0.0005})
    with pytest.raises(Refusal, match=r"search\.prior: not set became workspace"):
        look(tiny(PRIOR[0], "instance=plain"))


def test_only_the_workspace_is_a_prior(tiny: Make) -> None:
    with pytest.raises(Refusal, match=r"unknown search\.prior 'elsewhere'\. .*workspace"):
        tiny("search.prior=elsewhere")


def test_the_report_says_it(earlier: Callable[..., Ledger], tiny: Make) -> None:
    earlier("first", mlp=0.02, lenet5=0.08)
    adam = "candidates.mlp.recipe={optimizer: adam, learning_rate: 0.001}"
    earlier("another", adam, "axes=[architecture,recipe]", mlp=0.02)  # of a kind that nobody here is of
    said = search_prior.sentence(description.describe(look(tiny(*PRIOR)).ledger, "running"))
    assert (
        "The second is what 2 earlier searches of the workspace selected for networks of a kind (learning_rate " in said
    )
    assert "this is no comparison of tuning itself" in said
    assert search_prior.sentence(description.describe(look(tiny("instance=without")).ledger, "running")) == ""


@pytest.mark.slow
def test_a_study_that_is_killed_goes_on_with_the_prior_that_it_began_with(tmp_path: Any) -> None:
    workspace = studies.workspace_with_study(tmp_path / "workspace")
    assert studies.command(workspace, "seeds=1").returncode == 0
    killed = studies.command(workspace, *PRIOR[:2], "seeds=1", SUITE_FAULT="coordinator.assigned:1")
    assert killed.returncode == -signal.SIGKILL
    (path,) = workspace.glob(f"runs/tiny/next/{FILE}")
    kept = read_json(path)
    assert studies.command(workspace, "seeds=1", "instance=more", "recipe.learning_rate=0.02").returncode == 0
    done = studies.command(workspace, *PRIOR[:2], "seeds=1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert read_json(path) == kept
    rates = [read_json(run)["identity"]["parameters"]["learning_rate"] for run in workspace.glob(
        "runs/tiny/next/*/tuned/search/1/run.json")]  # fmt: skip
    assert rates == [pytest.approx(math.exp(sum(map(math.log, kept[KIND]["values"]["learning_rate"])) / 2))] * 2
    assert "The second is what 2 earlier searches" in (workspace / "reports/tiny/report.md").read_text(encoding="utf-8")
