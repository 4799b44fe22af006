"""Candidates with searches of their own: in study.json, in the rebuilt searches and in the count of even trials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from suite.core.directories import RunKey
from suite.study.description import describe, plan_lines
from suite.study.ledger import Ledger
from suite.study.search.replayed import Searches
from tests.study.conftest import finish

Make = Callable[..., Ledger]


def test_each_candidates_space_is_described(ledger: Make) -> None:
    alike = describe(ledger(), "running")
    assert alike["search_space"]["name"] == "sgd"
    assert alike["candidates"]["mlp"]["search"] == {"space": "sgd", **_dimensions(alike["search_space"])}
    apart = describe(ledger("candidates.mlp.recipe.optimizer=adam", "instance=other"), "running")
    assert apart["search_space"] is None
    searches = {name: candidate["search"] for name, candidate in apart["candidates"].items()}
    assert (searches["mlp"]["space"], searches["lenet5"]["space"]) == ("adam", "sgd")
    assert set(searches["mlp"]["dimensions"]) == {"learning_rate"}


def _dimensions(space: dict[str, Any]) -> dict[str, Any]:
    return {"dimensions": space["dimensions"]}


def test_each_candidate_is_searched_in_its_own_space(ledger: Make) -> None:
    book = ledger("candidates.mlp.recipe.optimizer=adam")
    for name, searched in (("mlp", {"learning_rate"}), ("lenet5", {"learning_rate", "weight_decay"})):
        assert set(Searches(book).of(RunKey(name, "tuned", "search", 0)).ask(0)) == searched
        book.open(RunKey(name, "tuned", "search", 0), {})
        assert set(book.asked[RunKey(name, "tuned", "search", 0)]["identity"]["search_space"]) == searched


def test_a_search_that_is_asked_for_less_says_that_what_is_done_counts(ledger: Make) -> None:
    book = ledger()
    assert not any("a search only grows" in line for line in plan_lines(book.study, book))
    for number in range(3):  # one more than the plan's two
        for name in ("mlp", "lenet5"):
            finish(book, RunKey(name, "tuned", "search", number), {"learning_rate": 0.1, "weight_decay": 0.0005})
    assert plan_lines(book.study, book)[-1].startswith("3 trials of each candidate are done, and all of them count")


def test_a_candidate_without_trials_does_not_hold_back_the_others(ledger: Make) -> None:
    book = ledger("candidates.mlp.search.space=null")
    for number in range(3):  # one more than the plan's two
        finish(book, RunKey("lenet5", "tuned", "search", number), {"learning_rate": 0.1, "weight_decay": 0.0005})
    assert book.even_trials("tuned") == 3
    assert book.selected("mlp", "tuned", 3) == {}


def test_what_makes_training_images_harder_is_described_only_where_it_is_on(ledger: Make) -> None:
    """Studies that were described before there was such a thing stay comparable."""
    plain = describe(ledger(), "running")["candidates"]["mlp"]["data"]
    hard = describe(ledger("data.imbalance=0.5", "instance=other"), "running")["candidates"]["mlp"]["data"]
    assert not {"imbalance", "label_noise"} & plain.keys()
    assert hard["imbalance"] == 0.5
    assert hard["images"] < plain["images"]


def test_the_numbers_of_parts_that_are_axes_are_described(ledger: Make) -> None:
    assert "axes_numbers" not in describe(ledger("axes=[recipe]"), "running")
    found = describe(ledger("axes=[recipe.loss]", "instance=other"), "running")
    assert found["axes"] == ("recipe.loss",)
    assert "recipe.gamma" in found["axes_numbers"]


def test_the_plan_says_that_a_teacher_is_an_axis_only_by_its_name(ledger: Make) -> None:
    taught = ["candidates.mlp.teacher=lenet5", "candidates.mlp.recipe.loss=distillation"]
    book = ledger("axes=[architecture,recipe]", *taught)
    note = "note: candidates differ in teacher, and are not ranked together unless `axes` says so by this name"
    assert note in plan_lines(book.study, book)
    book = ledger("axes=[architecture,recipe,teacher]", *taught)
    assert not any("differ in teacher" in line for line in plan_lines(book.study, book))


def test_a_table_is_arranged_anew_in_the_same_instance(ledger: Make) -> None:
    trial = RunKey("mlp", "tuned", "search", 0)
    finish(ledger(), trial, {"learning_rate": 0.1, "weight_decay": 0.0005})
    assert "table" not in describe(ledger(), "running")
    again = ledger("table.columns=[year]", "table.sort=year")
    assert trial in again.results, "what has trained stays"
    assert describe(again, "running")["table"] == {"columns": ["year"], "sort": "year"}
    assert again.directory == ledger().directory
