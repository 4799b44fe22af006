"""Which runs train when a row is trained again, and why one cannot be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from suite.analysis.folder.collect import collect
from suite.analysis.folder.reading import read
from suite.analysis.pages import again as pages
from suite.core import directories
from suite.core.directories import RunKey
from suite.core.refusals import Refusal
from suite.records.embedded import Embedded, Run
from suite.study import again, description
from suite.study.again import Places, Step
from suite.study.ledger import Ledger
from suite.training.preprocessing import Preprocessing
from suite.training.spec import changes
from tests.study.conftest import finish

VALUES = {"learning_rate": 0.25, "weight_decay": 0.0005}
Steps = Callable[..., Step]


@pytest.fixture
def made(ledger: Callable[..., Ledger]) -> Ledger:
    """Two final runs of each, with found values."""
    found = ledger("candidates.late={architecture: mlp, weights: mlp, search: {space: null}}")
    for number in range(2):
        for candidate in ("mlp", "lenet5"):
            finish(found, RunKey(candidate, "tuned", "final", number), VALUES, test_accuracy=0.5 + number / 8)
            _leave_weights(found, RunKey(candidate, "tuned", "final", number))
    for number in range(2):
        finish(found, RunKey("late", "tuned", "final", number), {}, test_accuracy=0.75)
    description.write(found, "finished")
    return found


def _leave_weights(ledger: Ledger, key: RunKey) -> None:
    (ledger.path(key) / directories.WEIGHTS).write_bytes(str(key).encode())
    data = ledger.dataset(key.candidate)
    Preprocessing((0.5,), (0.25,), data.input_shape, data.class_names).save(ledger.path(key))


@pytest.fixture
def page(made: Ledger, tmp_path: Path) -> Embedded:
    collect(made.directory, tmp_path / "report")
    rows = pd.DataFrame({"candidate": list(made.candidates), "track": "tuned"})
    return Embedded.from_text(pages.embedded(read(tmp_path / "report"), rows).text())


@pytest.fixture
def step(page: Embedded, tmp_path: Path) -> Steps:
    def make(name: str, seed: int, changed: Embedded = page, **places: object) -> Step:
        where = Places(tmp_path, tmp_path / "reproduced", **places)  # type: ignore[arg-type]
        return again.step(changed, changed.row(name), seed, where)

    return make


def test_a_recorded_seed_gives_the_identity_that_is_recorded(made: Ledger, page: Embedded, step: Steps) -> None:
    key = RunKey("lenet5", "tuned", "final", 1)
    found = step("lenet5", 1001)
    assert found.key == key
    identity = made.asked[key]["identity"]
    assert found.spec.parameters == VALUES
    assert (
        changes(identity, {**found.spec.identity(found.dataset.hash), "search_space": identity["search_space"]}) == []
    )
    assert found.spec.seeds == identity["seeds"]
    assert found.spec.expected_data_hash == made.dataset("lenet5").hash


def test_a_fresh_seed_is_the_studys_next_one(made: Ledger, page: Embedded, step: Steps) -> None:
    """It trains what `seeds=3` would have."""
    row = page.row("lenet5")
    assert again.fresh_seed(row, page.runs) == 1002
    found = step("lenet5", 1002)
    asked = made.spec(RunKey("lenet5", "tuned", "final", 2), VALUES)
    assert found.spec.seeds == asked.seeds
    assert found.spec.applied.identity() == asked.applied.identity()
    assert found.key.number == 2


def test_seeds_that_have_failed_are_not_fresh(page: Embedded) -> None:
    row = page.row("lenet5")
    assert again.fresh_seed(replace(row, planned=5), page.runs) == 1005


def test_a_row_that_starts_from_another_has_that_trained_first_with_the_same_seed(step: Steps) -> None:
    found = step("late", 1002)
    assert [str(one.key) for one in found.ordered()] == ["mlp/tuned/final/2", "late/tuned/final/2"]
    assert [one.spec.parameters for one in found.ordered()] == [VALUES, {}]
    assert found.origins == {}


def test_a_source_that_is_the_same_for_all_runs_stays_so(page: Embedded, step: Steps) -> None:
    rows = tuple(replace(row, sources={"weights": "mlp@0"}) if row.candidate == "late" else row for row in page.rows)
    found = step("late", 1002, replace(page, rows=rows))
    assert next(str(one.key) for one in found.ordered()) == "mlp/tuned/final/0"


def other_study(page: Embedded, name: str = "earlier") -> Embedded:
    """The page of a study whose late row starts from an earlier study's runs."""

    def renamed(run: Run) -> Run:
        identity = dict(run.identity or {})
        if "weights" in identity:
            where = identity["weights"]["run"].replace(page.study, name, 1)
            identity["weights"] = {**identity["weights"], "run": where}
        return replace(run, identity=identity)

    return replace(page, runs={key: renamed(run) for key, run in page.runs.items()})


def test_weights_of_an_earlier_study_are_taken_from_the_workspace(
    made: Ledger, page: Embedded, step: Steps, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match=r"row late starts from earlier/.*/mlp/tuned/final/0, whose weights are not in"):
        step("late", 1000, other_study(page))
    made.directory.parent.rename(made.directory.parent.parent / "earlier")
    found = step("late", 1000, other_study(page))
    assert found.origins["weights"].run.startswith("earlier/")
    assert [str(one.key) for one in found.ordered()] == ["late/tuned/final/0"]
    runs = {**page.runs, "late/tuned/final/0": _with(page, "late/tuned/final/0", weights={"made_by": "another"})}
    with pytest.raises(Refusal, match="was trained otherwise than then"):
        step("late", 1000, other_study(replace(page, runs=runs)))


def _with(page: Embedded, key: str, **changed: dict[str, object]) -> Run:
    """A run whose identity has other values in some of its mappings."""
    identity = dict(page.runs[key].identity or {})
    return replace(page.runs[key], identity=identity | {name: identity[name] | new for name, new in changed.items()})


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ({"identity": None, "lacking": "it was not told"}, "what determined mlp/.* is not known: it was not told"),
        ({"data_hash": "0" * 32}, r"digits in .* is not what row mlp was trained on \(content hash .*, recorded 000"),
        ({"architecture": "mpl"}, "row mlp: unknown architecture 'mpl'. Did you mean 'mlp'"),
        ({"versions": {"shift": 9}}, "would train row mlp otherwise than it was: shift is computed otherwise"),
        ({"backend": "theano"}, "backend"),
        ({"data": {"name": "cifar10"}}, "cifar10"),
        ({"data": {"name": "folder"}}, r"row mlp was trained on a folder of pictures.* data\.path=DIR says it"),
    ],
)
def test_what_cannot_be_trained_as_it_was_is_refused(page: Embedded, step: Steps, run: dict, said: str) -> None:
    key = "mlp/tuned/final/0"
    Path("empty").mkdir()
    if "lacking" in run:
        changed = replace(page.runs[key], **run)
    elif isinstance(next(iter(run.values())), dict):
        changed = _with(page, key, **run)
    else:
        changed = replace(page.runs[key], identity={**(page.runs[key].identity or {}), **run})
    with pytest.raises(Refusal, match=said) as refused:
        step("mlp", 1000, replace(page, runs={**page.runs, key: changed}), offline=True, data_dir=Path("empty"))
    assert "\n" not in str(refused.value)


def test_seeds_and_places_that_make_no_sense_are_refused(step: Steps, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="seed=3: final runs have the seeds from 1000 on"):
        step("mlp", 3)
    with pytest.raises(Refusal, match=r"data\.path: row mlp was trained on digits; data_dir=DIR"):
        step("mlp", 1000, given={"path": str(tmp_path)})


def test_what_a_folder_of_old_does_not_say_is_put_together(made: Ledger, page: Embedded, tmp_path: Path) -> None:
    """But for a row that started from another's weights, of which nothing was kept."""
    records = read(tmp_path / "report")
    records.runs["val_balanced_accuracy"] = np.float64(0.5)
    rows = pd.DataFrame({"candidate": ["mlp", "late"], "track": "tuned"})
    old = pages.embedded(replace(records, identities=None), rows)
    where = Places(tmp_path, tmp_path / "reproduced")
    spec = again.step(old, old.row("mlp"), 1001, where).spec
    asked = made.spec(RunKey("mlp", "tuned", "final", 1), VALUES)
    assert (spec.seeds, spec.data, spec.threads) == (asked.seeds, asked.data, asked.threads)
    assert changes(asked.identity("x"), spec.identity("x")) == []
    with pytest.raises(Refusal, match="nothing is told of the weights that late/tuned/final/1 started or learned from"):
        again.step(old, old.row("late"), 1001, where)
