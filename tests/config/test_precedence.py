"""What is nearer to the command line wins: defaults < recipe < budget < study < its word on the budget < candidate."""

from __future__ import annotations

import pytest

from suite.config.study import Candidate, Study
from suite.core.refusals import Refusal
from tests.config.conftest import Write

MLP = "dataset: digits\ncandidates: {mlp: {}, lenet5: {}}\n"


def row(study: Study, name: str) -> Candidate:
    return next(candidate for candidate in study.candidates if candidate.name == name)


@pytest.mark.parametrize("budget", ["smoke", "laptop", "full"])
def test_a_studys_own_word_on_size_outranks_every_budget(
    written: Write, budget: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = "data: {train_examples: 5000}\nseeds: 7\nsearch: {trials: 6}\nimages_seen: 4000\n"
    study = written(MLP + own, f"budget={budget}")
    assert [candidate.data.train_examples for candidate in study.candidates] == [5000, 5000]
    assert (study.seeds, study.search.trials, study.candidates[0].images_seen) == (7, 6, 4000)
    (note,) = capsys.readouterr().err.splitlines()
    assert note.startswith(f"note: of budget {budget}'s sizes, study mine sets its own: seeds=7 (not seeds=")


def test_the_studys_word_on_a_budget_outranks_its_own_and_the_command_line_both(
    written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    text = MLP + "seeds: 7\nbudgets: {laptop: {seeds: 4, data: {train_examples: 3000}}}\n"
    assert written(text).seeds == 4
    assert written(text).candidates[0].data.train_examples == 3000
    assert written(text, "seeds=2").seeds == 2
    assert not capsys.readouterr().err
    assert written(text, "budget=smoke").seeds == 7


def test_the_budget_sets_what_the_study_leaves_out(written: Write, capsys: pytest.CaptureFixture[str]) -> None:
    study = written(MLP, "budget=smoke")
    assert (study.seeds, study.search.trials, study.candidates[0].images_seen) == (2, 2, 2560)
    assert not capsys.readouterr().err


def test_of_two_lengths_the_nearer_holds(written: Write, capsys: pytest.CaptureFixture[str]) -> None:
    def length(text: str, *overrides: str) -> tuple[int | None, int]:
        candidate = row(written(MLP + text, *overrides), "mlp")
        return candidate.images_seen, candidate.recipe.epochs

    assert length("recipe: {epochs: 3}\n") == (None, 3)  # over the budget's images
    assert "recipe.epochs=3 (not images_seen=60000)" in capsys.readouterr().err
    assert length("recipe: {epochs: 3}\n", "images_seen=500")[0] == 500
    assert length("images_seen: 500\n", "recipe.epochs=4") == (None, 4)
    assert length("images_seen: 500\nbudgets: {laptop: {recipe: {epochs: 5}}}\n") == (None, 5)
    assert length("recipe: {epochs: 3}\nbudgets: {laptop: {images_seen: 700}}\n")[0] == 700
    assert length("recipe: he2015\n")[0] == 60000  # a recipe's file is farther than the budget
    assert length("images_seen: 500\n", "candidates.mlp.recipe.epochs=6") == (None, 6)
    assert length("images_seen: 500\n", "images_seen=null") == (None, 30)
    with pytest.raises(Refusal, match="both set the length"):
        length("recipe: {epochs: 3}\nimages_seen: 500\n")


def test_another_recipe_for_one_candidate_is_not_another_length(written: Write) -> None:
    text = "dataset: digits\nrecipe: {epochs: 3}\ncandidates: {mlp: {}, lenet5: {recipe: lecun1998}}\n"
    assert {candidate.recipe.epochs for candidate in written(text).candidates} == {3}


def test_the_command_line_outranks_a_candidate_and_says_so(written: Write, capsys: pytest.CaptureFixture[str]) -> None:
    own = "{recipe: {learning_rate: 0.2}, data: {train_examples: 100}}"
    text = f"dataset: digits\ncandidates:\n  mlp: {own}\n  lenet5: {{}}\n"
    assert row(written(text), "mlp").recipe.learning_rate == 0.2
    capsys.readouterr()
    study = written(text, "recipe.learning_rate=0.3", "data.train_examples=200")
    assert [(c.recipe.learning_rate, c.data.train_examples) for c in study.candidates] == [(0.3, 200), (0.3, 200)]
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("note: recipe.learning_rate=0.3 replaces candidate mlp's own 0.2")
    assert second.startswith("note: data.train_examples=200 replaces candidate mlp's own 100")
    study = written(text, "recipe.learning_rate=0.3", "candidates.mlp.recipe.learning_rate=0.4")
    assert [c.recipe.learning_rate for c in study.candidates] == [0.4, 0.3]
    assert not capsys.readouterr().err


def test_another_recipe_on_the_command_line_keeps_what_the_candidates_are_compared_by(written: Write) -> None:
    text = (
        "dataset: digits\nrecipe: {base: standard, learning_rate: 0.05}\n"
        "candidates: {mlp: {}, lenet5: {recipe: {shift: 1}}}\n"
    )
    study = written(text, "recipe=he2015")
    assert {(c.recipe.name, c.recipe.learning_rate) for c in study.candidates} == {("he2015", 0.1)}
    assert [c.recipe.shift for c in study.candidates] == [4, 1]


def test_a_rate_may_be_written_with_an_exponent(written: Write) -> None:
    assert written(MLP + "recipe: {learning_rate: 1e-2}\n").candidates[0].recipe.learning_rate == 0.01
