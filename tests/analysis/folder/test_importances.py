from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.analysis import rendering
from suite.analysis.folder import importances, reading
from suite.analysis.folder.importances import BEST, LEAST, best_of
from suite.core.directories import RunKey
from suite.core.durable import read_json, write_json
from suite.records import hashes
from tests.analysis.conftest import Store

SPACE = {
    "learning_rate": {"low": 0.01, "high": 1.0, "log": True},
    "weight_decay": {"low": 1e-5, "high": 1e-3, "log": True},
    "warmup": {"low": 0, "high": 10},
    "schedule": {"choices": ["cosine", "steps"]},
}
START = {"learning_rate": 0.1, "weight_decay": 1e-4, "warmup": 2, "schedule": "cosine"}


@pytest.fixture(autouse=True)
def few_deals(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no test of chances needs few of them, each of which takes milliseconds."""
    monkeypatch.setattr(importances, "DEALS", 5)


def study(space: dict[str, Any] | None = None) -> dict[str, Any]:
    candidate = {"recipe": START, "search": {"space": "own", "dimensions": SPACE if space is None else space}}
    return {"candidates": {"a": candidate}}


def trials(count: int, score: Callable[[dict[str, Any]], float], seed: int = 0) -> list[dict[str, Any]]:
    """Rows of completed trials at random places of the space."""
    rng, rows = np.random.default_rng(seed), []
    for number in range(count):
        parameters = {
            "learning_rate": float(10 ** rng.uniform(-2, 0)),
            "weight_decay": float(10 ** rng.uniform(-5, -3)),
            "warmup": int(rng.integers(0, 11)),
            "schedule": str(rng.choice(["cosine", "steps"])),
        }
        place = {"candidate": "a", "track": "tuned", "phase": "search", "number": number}
        rows.append({**place, "outcome": "completed", "parameters": parameters, "val_accuracy": score(parameters)})
    return rows


def by_rate(parameters: dict[str, Any]) -> float:
    """The best rate is 0.1, and nothing else matters."""
    return float(0.9 - 0.2 * abs(np.log10(parameters["learning_rate"]) + 1))


def test_what_matters_alone_has_the_largest_share() -> None:
    found = importances.importances(study(), trials(40, by_rate), "val_accuracy")["a/tuned"]
    shares = found["importances"]
    assert next(iter(shares)) == "learning_rate"
    assert shares["learning_rate"] > 2 * max(share for name, share in shares.items() if name != "learning_rate")
    assert sum(shares.values()) == pytest.approx(1, abs=1e-4)
    assert list(shares.values()) == sorted(shares.values(), reverse=True)
    assert (found["trials"], found["left_out"], found["best"]) == (40, 0, 5)
    other = importances.importances(study(), trials(40, lambda p: -p["warmup"] / 10), "val_accuracy")["a/tuned"]
    assert next(iter(other["importances"])) == "warmup"


def test_they_are_optunas_own() -> None:
    """Of a study that Optuna itself has searched, as it would say it."""
    import optuna
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    def objective(trial: optuna.Trial) -> float:
        rate = trial.suggest_float("learning_rate", 0.01, 1.0, log=True)
        trial.suggest_float("weight_decay", 1e-5, 1e-3, log=True)
        trial.suggest_int("warmup", 0, 10)
        trial.suggest_categorical("schedule", ["cosine", "steps"])
        return by_rate({"learning_rate": rate})

    theirs = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=3))
    theirs.optimize(objective, n_trials=60)
    wanted = get_param_importances(theirs, evaluator=PedAnovaImportanceEvaluator())
    place = {"candidate": "a", "track": "tuned", "phase": "search", "outcome": "completed"}
    rows = [{**place, "parameters": trial.params, "val_accuracy": trial.value} for trial in theirs.trials]
    found = importances.importances(study(), rows, "val_accuracy")["a/tuned"]
    assert found["best"] == 6, "the best tenth"
    assert found["importances"] == pytest.approx(wanted, rel=1e-5)


def test_what_chance_may_have_given_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares add up to 1 where nothing matters, too; the chances tell the one from the other."""
    monkeypatch.setattr(importances, "DEALS", 39)
    found = importances.importances(study(), trials(40, by_rate), "val_accuracy")["a/tuned"]
    assert list(found["chance"]) == list(found["importances"])
    assert found["chance"]["learning_rate"] == 1 / 40
    assert min(chance for name, chance in found["chance"].items() if name != "learning_rate") > 0.05
    rng = np.random.default_rng(1)
    noise = importances.importances(study(), trials(40, lambda _: rng.normal()), "val_accuracy")["a/tuned"]
    assert max(noise["importances"].values()) > 0.25
    assert min(noise["chance"].values()) > 0.05


def test_few_trials_say_nothing() -> None:
    assert importances.importances(study(), trials(LEAST - 1, by_rate), "val_accuracy") == {}
    assert importances.importances(study(), trials(LEAST, by_rate), "val_accuracy")["a/tuned"]["best"] == LEAST // 2
    assert [best_of(count) for count in (10, 16, 50, 51, 100)] == [5, 5, 5, 6, 10]


def test_the_best_are_counted_with_those_that_are_as_good() -> None:
    """Optuna takes them all: of few images many trials have the same score."""
    rows = trials(12, lambda p: 0.9 if p["learning_rate"] > 0.05 else 0.8)
    alike = sum(row["val_accuracy"] == 0.9 for row in rows)
    assert BEST < alike < 12
    assert importances.importances(study(), rows, "val_accuracy")["a/tuned"]["best"] == alike
    assert importances.importances(study(), trials(12, lambda _: 0.5), "val_accuracy") == {}


def test_choices_may_be_lists() -> None:
    """As the places at which a schedule falls; they say what the same choices do by name."""
    named = importances.importances(study(), trials(20, by_rate), "val_accuracy")
    falls = {"cosine": [0.5, 0.75], "steps": [0.3, 0.6]}
    rows = trials(20, by_rate)
    for row in rows:
        row["parameters"]["schedule"] = falls[row["parameters"]["schedule"]]
    asked = study({**SPACE, "schedule": {"choices": list(falls.values())}})
    asked["candidates"]["a"]["recipe"] = {**START, "schedule": [0.5, 0.75]}
    assert importances.importances(asked, rows, "val_accuracy") == named


def test_only_final_values_count() -> None:
    rows = trials(LEAST + 3, by_rate)
    alone = importances.importances(study(), rows[3:], "val_accuracy")["a/tuned"]
    rows[0] |= {"outcome": "pruned", "val_accuracy": 0.99}
    rows[1] |= {"outcome": "diverged", "val_accuracy": None}
    rows[2] |= {"outcome": None, "val_accuracy": None}  # still trains
    found = importances.importances(study(), rows, "val_accuracy")["a/tuned"]
    assert found == {**alone, "left_out": 2}
    rows[3] |= {"outcome": "pruned"}
    assert importances.importances(study(), rows, "val_accuracy") == {}


def test_where_nothing_can_be_told_apart_nothing_is_said() -> None:
    assert importances.importances(study(), trials(20, lambda _: 0.5), "val_accuracy") == {}, "all equally good"
    one = {"learning_rate": SPACE["learning_rate"]}
    assert importances.importances(study(one), trials(20, by_rate), "val_accuracy") == {}, "one has all, always"
    assert importances.importances(study({}), trials(20, by_rate), "val_accuracy") == {}, "nothing was searched"
    final = [row | {"phase": "final"} for row in trials(20, by_rate)]
    assert importances.importances(study(), final, "val_accuracy") == {}


def test_a_value_that_could_not_differ_has_no_share() -> None:
    fixed = {**SPACE, "warmup": {"low": 3, "high": 3}, "schedule": {"choices": ["cosine"]}}
    rows = trials(20, by_rate)
    for row in rows:
        row["parameters"] |= {"warmup": 3, "schedule": "cosine"}
    described = study(fixed)
    described["candidates"]["a"]["recipe"] = {**START, "warmup": 3}
    shares = importances.importances(described, rows, "val_accuracy")["a/tuned"]["importances"]
    assert shares["warmup"] == shares["schedule"] == 0
    assert shares["learning_rate"] > 0


def test_the_recipe_may_lie_outside_of_the_space() -> None:
    rows = trials(20, by_rate)
    rows[0]["parameters"] |= {"learning_rate": 3.0, "schedule": "constant"}
    assert importances.importances(study(), rows, "val_accuracy")["a/tuned"]["trials"] == 20


@pytest.fixture
def searched(store: Store, described: Callable[..., dict[str, Any]]) -> Path:
    """The instance of a study of two candidates with twelve trials, one of them with a space of its own."""
    whole = described(seeds=1, trials=12, claims=[])
    del whole["candidates"]["plain20"]
    for number, candidate in enumerate(whole["candidates"].values()):
        space = SPACE if number else {name: SPACE[name] for name in ("learning_rate", "weight_decay")}
        candidate |= {"search": {"space": "own", "dimensions": space}, "recipe": {**candidate["recipe"], **START}}
    instance = store.whole(whole)
    for name, candidate in whole["candidates"].items():
        for row in trials(12, by_rate):
            own = {key: row["parameters"][key] for key in candidate["search"]["dimensions"]}
            key = RunKey(name, "tuned", "search", row["number"])
            store.run(whole, key, parameters=own, val_accuracy=row["val_accuracy"])
    return instance


def test_a_folder_keeps_and_draws_them(searched: Path, store: Store) -> None:
    folder = rendering.refresh(store.workspace, "fabricated")
    rendering.render(folder)
    kept = read_json(folder / "importances.json")
    assert set(kept) == {"resnet20/tuned", "lenet5/tuned"}
    assert set(kept["resnet20/tuned"]["importances"]) == {"learning_rate", "weight_decay"}
    assert reading.read(folder).importances == kept
    assert (folder / "figures" / "importances-tuned.svg").exists()
    assert "What mattered in the search, tuned track." in (folder / "report.md").read_text(encoding="utf-8")
    assert rendering.check(folder) == []
    write_json(folder / "importances.json", kept | {"lenet5/tuned": kept["resnet20/tuned"]})
    assert rendering.check(folder) == ["importances.json"]
    (folder / "importances.json").unlink()
    assert rendering.check(folder) == ["importances.json"]


def test_none_stay_of_an_earlier_search(searched: Path, store: Store) -> None:
    folder = rendering.refresh(store.workspace, "fabricated")
    write_json(searched / "study.json", read_json(searched / "study.json") | {"trials": 4})
    rendering.refresh(store.workspace, "fabricated")
    assert not (folder / "importances.json").exists()
    assert hashes.changed(folder) == []


def test_the_folder_renders_without_optuna(searched: Path, store: Store) -> None:
    folder = rendering.refresh(store.workspace, "fabricated")
    code = (
        "import sys, pathlib; sys.modules['optuna'] = None\n"
        "from suite.analysis import rendering\n"
        f"rendering.render(pathlib.Path({str(folder)!r}))\n"
        "print(sorted({'mlflow', 'keras', 'tensorflow'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ}, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "[]"
    assert (folder / "figures" / "importances-tuned.svg").exists()
