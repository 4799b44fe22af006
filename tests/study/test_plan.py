from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from suite.core.directories import RunKey
from suite.study import plan
from suite.study.opening import open_datasets
from suite.training.spec import changes
from tests.study.conftest import Make


def test_every_candidate_gets_the_same_trials_and_seeds(tiny: Make) -> None:
    keys = plan.planned(tiny("seeds=3", "search.trials=2"))
    assert len(keys) == len(set(keys)) == 2 * (2 + 3)
    assert [str(key) for key in keys[:5]] == [
        "mlp/tuned/search/0", "mlp/tuned/search/1", "mlp/tuned/final/0", "mlp/tuned/final/1", "mlp/tuned/final/2",
    ]  # fmt: skip


def test_ordered_by_seeds_all_candidates_have_one_final_run_before_any_has_two(tiny: Make) -> None:
    options = ("seeds=2", "search.trials=2")
    keys = plan.planned(tiny("order=seeds", *options))
    assert [key.candidate for key in keys] == ["mlp", "mlp", "lenet5", "lenet5", "mlp", "lenet5", "mlp", "lenet5"]
    assert [(key.phase, key.number) for key in keys[4:]] == [("final", 0), ("final", 0), ("final", 1), ("final", 1)]
    assert {*keys} == {*plan.planned(tiny(*options))}


def test_the_shared_track_searches_nothing(tiny: Make) -> None:
    keys = plan.planned(tiny("tracks=[shared]"))
    assert {key.phase for key in keys} == {"final"}


def test_rounds_have_one_trial_of_each_candidate(tiny: Make) -> None:
    rounds = list(plan.in_rounds(tiny()))
    assert [[key.candidate for key in keys] for keys in rounds] == [["mlp", "lenet5"]] * 2


def test_final_runs_have_seeds_that_the_search_has_not_seen_and_candidates_share_them(tiny: Make) -> None:
    study = tiny("search.trials=16", "seeds=16")
    search = {plan.seed_of(RunKey("mlp", "tuned", "search", n)) for n in range(16)}
    final = {plan.seed_of(RunKey("mlp", "tuned", "final", n)) for n in range(16)}
    assert not search & final
    assert plan.seeds_of(study, RunKey("mlp", "tuned", "final", 3)) == plan.seeds_of(
        study, RunKey("lenet5", "tuned", "final", 3)
    )


def test_seeds_of_different_purposes_differ(tiny: Make) -> None:
    seeds = plan.seeds_of(tiny(), RunKey("mlp", "tuned", "final", 0))
    assert len(set(seeds.values())) == len(seeds)


def test_a_run_is_the_same_wherever_its_files_lie(tiny: Make, tmp_path: Path) -> None:
    study, key = tiny(), RunKey("mlp", "tuned", "final", 0)
    data = open_datasets(study)["mlp"]
    moved = replace(study, workspace=tmp_path / "elsewhere", workers=3, claims=(), seeds=9, data_dir=tmp_path)
    specs = [plan.spec_for(s, s.candidates[0], key, {}, data) for s in (study, moved)]
    assert plan.identity(study, specs[0], key, data) == plan.identity(moved, specs[1], key, data)


def test_what_changes_a_run_is_named(tiny: Make) -> None:
    key, identities = RunKey("mlp", "tuned", "final", 0), []
    for override in ("seeds=2", "recipe.learning_rate=0.3"):
        study = tiny(override)
        data = open_datasets(study)["mlp"]
        identities.append(plan.identity(study, plan.spec_for(study, study.candidates[0], key, {}, data), key, data))
    assert changes(*identities) == ["recipe.learning_rate: 0.1 became 0.3"]


def test_final_runs_take_the_validation_images_where_the_budget_says_so(tiny: Make) -> None:
    study = tiny("train_on_validation=true")
    data = open_datasets(study)["mlp"]
    final = plan.spec_for(study, study.candidates[0], RunKey("mlp", "tuned", "final", 0), {}, data)
    search = plan.spec_for(study, study.candidates[0], RunKey("mlp", "tuned", "search", 0), {}, data)
    assert (final.train_on_validation, search.train_on_validation) == (True, False)
