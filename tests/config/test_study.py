from __future__ import annotations

from pathlib import Path

import pytest

from suite import executors
from suite.config import files
from suite.config.candidates import _check_architecture
from suite.config.checks import seconds_from
from suite.config.compose import compose
from suite.config.files import budget_names, study_files
from suite.config.study import study_from
from suite.core.refusals import Refusal

SHIPPED = ("lenet_mnist", "lineage", "quickstart", "resnet_vs_vgg", "speedrun")


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("budget", ["smoke", "laptop", "full"])
def test_every_study_composes_under_every_budget(name: str, budget: str) -> None:
    study = study_from(compose([f"study={name}", f"budget={budget}"]))
    assert study.name == name
    label = f"{study.time.label}-" if study.time else ""
    assert study.instance == f"{study.dataset}-{budget}-{label}tensorflow-{study.precision}"
    assert len(study.candidates) >= 2
    assert study.search.trials >= 2 or study.tracks == ("shared",)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_study_opens_with_question_paper_command_and_expectation(name: str) -> None:
    head = study_files()[name].read_text(encoding="utf-8").partition("\ntitle:")[0]
    assert "?" in head
    for word in ("Paper", "Command:", "Expected:", f"study={name}"):
        assert word in head


def test_the_current_folders_studies_come_first_then_a_checkouts_then_the_installed_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout, package, here = tmp_path / "checkout", tmp_path / "checkout" / "suite", tmp_path / "here"
    for folder, names in ((package, "abc"), (checkout, "ab"), (here, "a")):
        (folder / "studies").mkdir(parents=True)
        for name in names:
            (folder / "studies" / f"{name}.yaml").write_text("title: one")
    monkeypatch.setattr(files, "PACKAGE", package)
    monkeypatch.chdir(here)
    found = {name: path.parent.parent for name, path in study_files().items()}
    assert found == {"a": here, "b": checkout, "c": package}


def test_three_budgets() -> None:
    assert budget_names() == ["full", "laptop", "smoke"]


def test_the_command_line_outranks_the_budget() -> None:
    assert study_from(compose(["study=quickstart"])).seeds == 3
    assert study_from(compose(["study=quickstart", "budget=smoke"])).seeds == 2
    assert study_from(compose(["study=quickstart", "budget=smoke", "seeds=7"])).seeds == 7


def test_recipe_values_and_recipes_can_be_given() -> None:
    study = study_from(compose(["study=resnet_vs_vgg", "recipe.learning_rate=0.05"]))
    assert {candidate.recipe.learning_rate for candidate in study.candidates} == {0.05}
    assert study.candidates[0].recipe.name == "fast"
    assert study_from(compose(["study=resnet_vs_vgg", "budget=full"])).candidates[0].recipe.name == "he2015"
    other = study_from(compose(["study=resnet_vs_vgg", "recipe=standard"]))
    assert other.candidates[0].recipe.name == "standard"
    assert other.candidates[0].recipe.nesterov


def test_a_candidate_can_change_on_the_command_line() -> None:
    study = study_from(compose(["study=resnet_vs_vgg", "candidates.vgg16_bn.options.width=0.5"]))
    assert {c.name: c for c in study.candidates}["vgg16_bn"].options == {"width": 0.5}


def test_a_length_in_epochs_outranks_the_budgets_images() -> None:
    candidate = study_from(compose(["study=resnet_vs_vgg", "recipe.epochs=2"])).candidates[0]
    assert candidate.settled(20_100).epochs == 2


def test_the_laptop_budget_shows_every_final_run_sixty_thousand_images() -> None:
    for candidate in study_from(compose(["study=augmentation", "images_seen=60000", "recipe=standard"])).candidates:
        recipe = candidate.settled(20_100)
        assert recipe.epochs * (20_100 // recipe.batch_size) * recipe.batch_size >= 60_000


@pytest.mark.parametrize(
    ("text", "seconds"), [("2h", 7200), ("45m", 2700), ("90s", 90), ("1h30m", 5400), (60, 60), (None, None)]
)
def test_limits(text: object, seconds: float | None) -> None:
    assert seconds_from(text) == seconds


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["limit=soon"], "such as 2h"),
        (["limit=0"], "more than no time"),
        (["seeds=0"], "at least 1"),
        (["seeds=many"], "whole number"),
        (["backend=tensorfow"], "tensorflow"),
        (["precision=float16"], "float32"),
        (["tracks=[tunned]"], "tuned"),
        (["search.space=sdg"], "sgd"),
        (["search.trails=3"], "trials"),
        (["data.train_exmples=3"], "train_examples"),
        (["recipe=he2016"], "he2015"),
        (["recipe.schedule=cosin"], "cosine"),
        (["dataset=folder"], "data.path=DIR"),
        (["instance=a/b"], "letters"),
        (["candidates.lenet5.optoins.width=2"], "options"),
        (["candidates.lenet5.options.widht=2"], "width"),
        (["executor=rya"], "unknown executor 'rya'"),
        (["ray.adress=auto"], "adress"),
        (["ray.gpus=some"], "ray.gpus=some: expected a number"),
        (["ray.address='10.0.0.2:6379'"], "says where executor=ray trains, and this is executor=local"),
        (["executor=ray", "ray.address='ray://head:10001'"], "start the command there, with ray.address=auto"),
        (["ray.gpus=1.5"], "a share below 1 or a whole number"),
        (["search.parallel=0"], "search.parallel=0: expected a whole number of at least 1"),
        (["candidates.mlp.search.parallel=2"], "every candidate of a study has the same parallel"),
        (["task=clasification"], "Did you mean 'classification'"),
        (["recipe=article", "search.space=sgd"], "`search: {space: auto}`"),
        (["candidates.mlp.search.space=adamw"], "candidate mlp: search space adamw is meant for adamw"),
        (["candidates.mlp.search.trials=9"], "every candidate of a study has the same trials"),
        (["candidates.mlp.search.spcae=sgd"], "Did you mean 'space'"),
        (["candidates.mlp.recipe=standrad"], "candidate mlp: unknown recipe 'standrad'. Did you mean 'standard'"),
        (["recipe.cutuot=8"], "Did you mean 'cutout'"),
        (["recipe.epochs=3", "images_seen=600"], "images_seen=600 and recipe.epochs=3 both set the length"),
        (["axes=[recipe.learning_rat]"], "Did you mean 'recipe.learning_rate'"),
        (["axes=[options.widht]"], "Did you mean 'options.width'"),
        (["axes=[recipes]"], "Did you mean 'recipe'"),
        (["axes=3"], "expected a list"),
        (["claims=3"], "expected a list of claims"),
        (["threads=0"], "at least 1"),
        (["deterministic=maybe"], "expected true or false"),
        (["candidates.resnet80=null"], "unknown candidate 'resnet80'"),
        (["recipe.weight_decay=0"], "logarithmic in weight_decay"),
        (["candidates.lenet5.options.width=abc"], "is a number"),
        (["candidates.lenet5.options.width=0"], "above 0"),
        (["candidates.lenet5.options.pooling=mx"], "one of"),
        (["candidates.resnet8.options.skip=2"], "true or false"),
        (["train_on_validation=no"], "expected true or false"),
        (["offline=1"], "expected true or false"),
        (["claims.0.margin=half"], "expected a number"),
        (["backend=torch"], r"pip install"),
        (["candidates.lenet5=abc"], "expected keys and values"),
        (["candidates=null"], "no candidates"),
        (["search=3"], "expected keys and values"),
    ],
)  # fmt: skip
def test_wrong_values_are_refused_with_what_would_be_right(arguments: list[str], said: str) -> None:
    with pytest.raises(Refusal, match=said.replace("[", r"\[")):
        study_from(compose(["study=quickstart", *arguments]))


@pytest.mark.parametrize("typed", ["search.space=null", "search=null"])
def test_without_a_search_there_is_one_track(typed: str) -> None:
    study = study_from(compose(["study=quickstart", "budget=full", typed]))
    assert (study.tracks, study.search.trials) == (("shared",), 0)


def test_no_trials_is_not_no_search() -> None:
    """Trials may grow, from 0 as well: the space is part of what the runs are."""
    assert study_from(compose(["study=quickstart", "search.trials=0"])).candidates[0].search.dimensions


def test_broken_study_files_are_refused_with_their_place(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "studies").mkdir()
    monkeypatch.chdir(tmp_path)
    for name, text, said in (
        ("torn", "title: [", "torn.yaml, line"),
        ("listed", "- a", "not a mapping"),
        ("typo", "sedes: 3\ncandidates: {mlp: {}}", "seeds"),
        ("empty", "title: nothing", "no candidates"),
        ("list", "candidates: [mlp, lenet5]", r"candidates: .* as in \{mlp: \.\.\., lenet5: \.\.\.\}, not"),
        ("claim", "candidates: {mlp: {}}\ndataset: digits\nclaims: [{text: x, better: mlp, than: mlq}]", "mlp"),
    ):
        (tmp_path / "studies" / f"{name}.yaml").write_text(text)
        with pytest.raises(Refusal, match=said):
            study_from(compose([f"study={name}"]))


@pytest.mark.parametrize("path", ["mine.yaml", "studies/mine", "/home/jo/studies/mine.yaml", "./mine.yml"])
def test_a_path_where_a_study_is_named_is_told_the_name(path: str) -> None:
    with pytest.raises(Refusal, match=r"expected a name, not a path; a file studies/mine\.yaml .* is study=mine$"):
        compose([f"study={path}"])


@pytest.mark.parametrize("folder", ["~/pictures", "/home/josé/x (1)", "/data/it's", "2024", "/a/b,c"])
def test_a_path_is_taken_as_it_is_typed(folder: str) -> None:
    arguments = [
        "study=quickstart",
        "dataset=folder",
        f"data.path={folder}",
        f"workspace={folder}",
        f"data_dir={folder}",
    ]
    study = study_from(compose(arguments))
    wanted = Path(folder).expanduser().resolve()
    assert study.candidates[0].data.path == str(wanted)
    assert (study.workspace, study.data_dir) == (wanted, wanted)


def test_a_name_that_stands_twice_in_a_study_is_refused_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "twice.yaml").write_text("dataset: digits\ncandidates:\n  mlp: {}\n  mlp: {}\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refusal, match=r"twice\.yaml, line 4, column 3 .*'mlp' stands twice"):
        compose(["study=twice"])


def test_a_candidates_own_epochs_outrank_the_budgets_length() -> None:
    study = study_from(compose(["study=quickstart", "candidates.mlp.recipe.epochs=50"]))
    lengths = {candidate.name: candidate.settled(1000).epochs for candidate in study.candidates}
    assert lengths["mlp"] == 50
    assert lengths["lenet5"] != 50


def test_a_misspelt_candidate_is_refused_and_a_new_one_brings_its_architecture() -> None:
    with pytest.raises(Refusal, match=r"unknown candidate 'resnet80'\. Did you mean 'resnet8'"):
        compose(["study=quickstart", "candidates.resnet80.options.width=0.5"])
    with pytest.raises(Refusal, match="unknown candidate 'resnet20'"):  # an architecture, but no row of this study
        compose(["study=quickstart", "candidates.resnet20.options.width=0.5"])
    study = study_from(compose(["study=quickstart", "candidates.new.architecture=vgg11"]))
    assert study.candidates[-1].architecture == "vgg11"


def test_options_of_another_packages_architecture_are_checked_before_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    from suite import models

    monkeypatch.setattr(models, "facts", lambda name: {"options": None})
    monkeypatch.setattr(models, "foreign_kinds", lambda name: ({"units": "int"}, False))
    _check_architecture("candidate a", "theirs", {"units": 3})
    with pytest.raises(Refusal, match=r"candidate a: theirs has no option 'unitz'\. Did you mean 'units'"):
        _check_architecture("candidate a", "theirs", {"unitz": 3})
    with pytest.raises(Refusal, match="candidate a: option units of theirs is a whole number, not 'many'"):
        _check_architecture("candidate a", "theirs", {"units": "many"})


def test_executor_ray_without_ray_is_refused_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "find_spec", lambda name: None)
    with pytest.raises(Refusal, match=r"executor=ray needs Ray, which is not installed: .*pip install ray"):
        study_from(compose(["study=quickstart", "executor=ray"]))
    assert study_from(compose(["study=quickstart"])).executor == "local"


def test_the_cluster_is_the_one_that_is_named_else_the_surroundings_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    plain = study_from(compose(["study=quickstart"]))
    assert (plain.ray.joined, plain.ray.gpus, plain.search.parallel) == (None, None, 1)
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    assert plain.ray.joined == "10.0.0.1:6379"
    named = study_from(compose(["study=quickstart", "executor=ray", "ray.address='10.0.0.2:6379'", "ray.gpus=0.5"]))
    assert (named.ray.joined, named.ray.gpus) == ("10.0.0.2:6379", 0.5)


@pytest.mark.parametrize("typed", ["recipe.patience=2", "data.imbalance=0.1", "data.label_noise=0.2"])
def test_validation_images_that_are_to_stay_apart_are_not_trained_on(typed: str) -> None:
    study_from(compose(["study=quickstart", "budget=smoke", typed]))
    with pytest.raises(Refusal, match=f"{typed.partition('=')[0]} does not go with train_on_validation=true"):
        study_from(compose(["study=quickstart", "budget=full", typed]))
    study_from(compose(["study=quickstart", "budget=full", typed, "train_on_validation=false"]))
