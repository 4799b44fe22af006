"""Candidates with a recipe and a search of their own, dropped ones, and two calls in one process."""

from __future__ import annotations

import pytest

from suite.core.refusals import Refusal
from tests.config.conftest import Write

TWO = """
dataset: cifar10
candidates:
  resnet20: {}
  vit_ti16: {recipe: {optimizer: adamw}}
"""


def test_two_optimizers_are_tuned_in_one_study(written: Write) -> None:
    study = written(TWO)
    cnn, other = study.candidates
    assert (cnn.search.space, other.search.space) == ("sgd", "adamw")
    assert other.search.dimensions["learning_rate"] == {"low": 0.0003, "high": 0.01, "log": True}
    assert (other.recipe.optimizer, other.recipe.learning_rate, other.recipe.weight_decay) == ("adamw", 0.001, 0.05)
    assert "nesterov" not in other.recipe.numbers()
    assert other.recipe.flip == cnn.recipe.flip  # what the optimizer does not own stays the base's
    assert (cnn.recipe.learning_rate, cnn.recipe.nesterov) == (0.1, True)


def test_an_optimizer_typed_brings_its_own_numbers(written: Write) -> None:
    study = written("dataset: digits\nrecipe: {learning_rate: 0.05}\ncandidates: {mlp: {}}\n", "recipe.optimizer=adam")
    recipe = study.candidates[0].recipe
    assert (recipe.optimizer, recipe.learning_rate, recipe.weight_decay) == ("adam", 0.001, 0.0)
    assert "nesterov" not in recipe.numbers()
    assert study.candidates[0].search.space == "adam"
    both = written(TWO, "recipe.optimizer=adam", "recipe.learning_rate=0.002")
    assert {candidate.recipe.learning_rate for candidate in both.candidates} == {0.002}


@pytest.mark.parametrize(
    ("typed", "own", "said"),
    [
        ("recipe.learning_rate=0.3", "recipe.optimizer=adamw",
         "recipe.learning_rate=0.3 is not for candidate mlp, which has its own optimizer=adamw; "
         "candidates.mlp.recipe.learning_rate=... sets it there"),
        ("recipe.learning_rate=0.3", "recipe=lecun1998",
         "recipe.learning_rate=0.3 is not for candidate mlp, which has its own recipe=lecun1998; "
         "candidates.mlp.recipe.learning_rate=... sets it there"),
        ("recipe.momentum=0.5", "recipe.optimizer=adam",
         "recipe.momentum=0.5 is not for candidate mlp, which has its own optimizer=adam"),
        ("recipe.flip=false", "recipe=he2015",
         "recipe.flip=false is not for candidate mlp, which has its own recipe=he2015; "
         "candidates.mlp.recipe.flip=... sets it there"),
        ("recipe.label_smoothing=0.1", "recipe.loss=focal",
         "recipe.label_smoothing=0.1 is not for candidate mlp, which has its own loss=focal"),
        ("recipe.shift_padding=reflect", "recipe.shift=0",
         "recipe.shift_padding=reflect is not for candidate mlp, which has its own shift=0"),
    ],
)  # fmt: skip
def test_what_is_typed_for_all_and_left_out_of_one_is_said(
    written: Write, capsys: pytest.CaptureFixture[str], typed: str, own: str, said: str
) -> None:
    text = "dataset: digits\nsearch: {space: null}\ncandidates: {mlp: {}, lenet5: {}}\n"
    written(text, typed, f"candidates.mlp.{own}")
    assert capsys.readouterr().err.splitlines() == [f"note: {said}"]


def test_what_is_typed_holds_for_a_candidate_whose_file_names_another_optimizer(
    written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    for own in ("{optimizer: adamw}", "lecun1998"):
        text = f"dataset: digits\ncandidates: {{mlp: {{recipe: {own}}}, lenet5: {{}}}}\n"
        assert {c.recipe.learning_rate for c in written(text, "recipe.learning_rate=0.3").candidates} == {0.3}
    typed = ("recipe.learning_rate=0.3", "candidates.mlp.recipe.optimizer=adam")
    assert (
        written(text, *typed, "candidates.mlp.recipe.learning_rate=0.002").candidates[0].recipe.learning_rate == 0.002
    )
    assert not capsys.readouterr().err


def test_a_typed_optimizer_says_which_of_a_candidates_own_values_it_leaves_out(
    written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "dataset: digits\ncandidates: {mlp: {recipe: {learning_rate: 0.2, momentum: 0.5, flip: true}}, lenet5: {}}\n"
    assert written(text, "recipe.optimizer=adam").candidates[0].recipe.learning_rate == 0.001
    assert capsys.readouterr().err.splitlines() == [
        "note: optimizer=adam leaves out candidate mlp's own learning_rate=0.2; "
        "candidates.mlp.recipe.learning_rate=... sets it there",
        "note: optimizer=adam leaves out candidate mlp's own momentum=0.5",
    ]


MIXED = """
dataset: digits
search: {space: null}
candidates:
  plain: {architecture: mlp}
  focal: {architecture: mlp, recipe: {loss: focal}}
  policy: {architecture: mlp, recipe: {rand_augment: 2}}
"""


@pytest.mark.parametrize(
    ("typed", "takes", "value", "why"),
    [
        ("recipe.gamma=1.5", ["focal"], 1.5, "needs recipe.loss=focal"),
        ("recipe.rand_augment_magnitude=5.0", ["policy"], 5.0, "has no effect without recipe.rand_augment"),
        ("recipe.label_smoothing=0.1", ["plain", "policy"], 0.1,
         "needs recipe.loss=binary_cross_entropy or cross_entropy"),
    ],
)  # fmt: skip
def test_what_is_typed_for_all_goes_to_those_that_have_a_use_for_it(
    written: Write, capsys: pytest.CaptureFixture[str], typed: str, takes: list[str], value: float, why: str
) -> None:
    key = typed.partition("=")[0].partition(".")[2]
    candidates = written(MIXED, typed).candidates
    assert {c.name: c.recipe.as_mapping()[key] for c in candidates if key in c.recipe.numbers()} == dict.fromkeys(
        takes, value
    )
    assert capsys.readouterr().err.splitlines() == [
        f"note: {typed} {why}: it is left out of candidate {c.name}" for c in candidates if c.name not in takes
    ]


def test_what_is_typed_for_all_and_of_use_to_none_is_refused_and_so_is_a_wrong_value(written: Write) -> None:
    with pytest.raises(Refusal, match=r"^recipe\.beta=0\.9 needs recipe\.loss=weighted_cross_entropy$"):
        written(MIXED, "recipe.beta=0.9")
    with pytest.raises(Refusal, match=r"recipe\.gamma=-1: expected between 0 and 10"):
        written(MIXED, "recipe.gamma=-1")
    with pytest.raises(Refusal, match=r"^recipe\.label_smoothing=0\.1 needs recipe\.loss="):
        written("dataset: digits\ncandidates: {mlp: {recipe: {loss: focal}}}\n", "recipe.label_smoothing=0.1")


def test_a_loss_typed_for_one_has_its_number_typed_for_it_too(
    written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = ("candidates.plain.recipe.loss=focal", "recipe.gamma=1.5")
    found = {c.name: c.recipe.as_mapping().get("gamma") for c in written(MIXED, *typed).candidates}
    assert found == {"plain": 2.0, "focal": 1.5, "policy": None}
    assert "candidates.plain.recipe.gamma=... sets it there" in capsys.readouterr().err


@pytest.mark.parametrize("where", ["study", "typed", "candidate"])
def test_a_value_of_a_part_not_in_use_is_refused_by_name_wherever_it_stands(written: Write, where: str) -> None:
    recipe = "recipe: {optimizer: adam, momentum: 0.9}"
    study = recipe if where == "study" else ""
    own = recipe if where == "candidate" else ""
    typed = ["recipe.optimizer=adam", "recipe.momentum=0.9"] if where == "typed" else []
    with pytest.raises(Refusal, match=r"recipe\.momentum=0\.9 needs recipe\.optimizer="):
        written(f"dataset: digits\n{study}\ncandidates: {{mlp: {{{own}}}}}\n", *typed)


def test_another_schedule_leaves_its_milestones(written: Write) -> None:
    text = "dataset: digits\nrecipe: he2015\ncandidates: {mlp: {}, lenet5: {recipe: {schedule: cosine}}}\n"
    stepped, cosine = written(text).candidates
    assert stepped.recipe.milestones == (0.5, 0.75)
    assert cosine.recipe.schedule == "cosine"
    assert "milestones" not in cosine.recipe.numbers()


def test_a_recipe_value_that_the_file_does_not_list_can_be_set(written: Write) -> None:
    text = "dataset: digits\nrecipe: article\ncandidates: {mlp: {}}\n"
    assert written(text, "recipe.cutout=8").candidates[0].recipe.cutout == 8


def test_a_studys_space_that_does_not_fit_is_refused_with_the_way_out(written: Write) -> None:
    with pytest.raises(Refusal, match=r"candidate vit_ti16: search space sgd .* `search: \{space: auto\}`"):
        written(TWO + "search: {space: sgd}\n")
    own = TWO.replace("optimizer: adamw}", "optimizer: adamw}, search: {space: adamw}")
    assert [c.search.space for c in written(own + "search: {space: sgd}\n").candidates] == ["sgd", "adamw"]


def test_a_candidate_without_search_has_no_trials(written: Write) -> None:
    study = written("dataset: digits\ncandidates: {mlp: {search: {space: null}}, lenet5: {}}\n", "search.trials=2")
    assert study.tracks == ("tuned",)
    from suite.study import plan

    assert {key.candidate for key in plan.planned(study) if key.phase == "search"} == {"lenet5"}
    assert {key.candidate for keys in plan.in_rounds(study) for key in keys} == {"lenet5"}
    assert {key.candidate for key in plan.planned(study) if key.phase == "final"} == {"mlp", "lenet5"}


def test_a_dropped_candidate_takes_its_claims_along(written: Write, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "dataset: digits\ncandidates: {mlp: {}, lenet5: , resnet8: }\n"
        "claims: [{text: A, better: lenet5, than: mlp}, {text: B, better: resnet8, than: lenet5}]\n"
    )
    assert [c.name for c in written(text).candidates] == ["mlp", "lenet5", "resnet8"]
    assert not capsys.readouterr().err
    study = written(text, "candidates.mlp=null")
    assert [c.name for c in study.candidates] == ["lenet5", "resnet8"]
    assert [claim["text"] for claim in study.claims] == ["B"]
    assert capsys.readouterr().err == "note: candidate mlp is dropped, and with it the claim: A\n"
    study = written(text + "budgets: {laptop: {candidates: {resnet8: null}}}\n")
    assert [c.name for c in study.candidates] == ["mlp", "lenet5"]
    with pytest.raises(Refusal, match=r"candidate in budgets\.laptop of .*'resnet9'\. Did you mean 'resnet8'"):
        written(text + "budgets: {laptop: {candidates: {resnet9: null}}}\n")
    with pytest.raises(Refusal, match="no candidates"):
        written(text, "candidates.mlp=null", "candidates.lenet5=null", "candidates.resnet8=null")


def test_a_second_call_sees_nothing_of_the_first(written: Write) -> None:
    text = "dataset: digits\nseeds: 3\ncandidates: {mlp: {}, lenet5: {}}\n"
    first = written(text + "budgets: {laptop: {seeds: 9, candidates: {mlp: {options: {width: 0.5}}}}}\n", "seeds=9")
    assert first.candidates[0].options == {"width": 0.5}
    second = written(text.replace(", lenet5: {}", ""))
    assert (second.seeds, [(c.name, c.options) for c in second.candidates]) == (3, [("mlp", {})])


def test_hydras_store_is_left_as_it_was(written: Write) -> None:
    from hydra.core.config_store import ConfigStore

    store = ConfigStore.instance()
    store.store(group="study", name="theirs", node={"a": 1})
    before = dict(store.repo["study"])
    written("dataset: digits\ncandidates: {mlp: {}}\n")
    assert store.repo["study"] == before
    del store.repo["study"]


def test_axes_are_groups_or_values(written: Write) -> None:
    text = "dataset: digits\ncandidates: {mlp: {}, lenet5: {}}\n"
    axes = "recipe.learning_rate,data.train_examples,data.images,options.activation,search.trials,architecture"
    assert written(text, f"axes=[{axes}]").axes == tuple(axes.split(","))


def test_threads_and_determinism_are_asked_or_left_open(written: Write) -> None:
    text = "dataset: digits\ncandidates: {mlp: {}}\n"
    assert (written(text).threads, written(text).deterministic) == (None, None)
    study = written(text, "threads=2", "deterministic=false")
    assert (study.threads, study.deterministic) == (2, False)
