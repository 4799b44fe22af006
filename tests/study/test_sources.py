"""Runs that need others: they wait, take what is there, say so where it failed, and start anew where it changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from suite.analysis.folder.collect import collect
from suite.config.compose import compose
from suite.config.study import study_from
from suite.core.directories import RUN, WEIGHTS, RunKey
from suite.core.durable import read_json, write_json
from suite.core.outcomes import Outcome
from suite.core.refusals import Refusal
from suite.data.contents import image_digests
from suite.projections.projector import Projector
from suite.study import starts
from suite.study.accounting import SessionClock
from suite.study.coordinator import Coordinator
from suite.study.description import write
from suite.study.failures import failures_text
from suite.study.ledger import Ledger
from suite.study.opening import open_datasets, refuse_what_does_not_fit
from suite.study.outlook import look
from suite.study.sources import require_earlier
from tests.projections.kept import Kept
from tests.study.scripted import Recorded, ScriptedExecutor

CHAIN = """
dataset: digits
recipe: {base: standard, flip: false, batch_size: 32}
data: {train_examples: 256, validation_examples: 64, test_examples: 100}
candidates:
  last: {architecture: mlp, weights: middle}
  middle: {architecture: mlp, weights: first, search: {space: null}}
  first: {architecture: mlp}
budgets: {laptop: {images_seen: 512, search: {trials: 2, length: 1}, seeds: 2}}
"""

Make = Callable[..., Ledger]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "chain.yaml").write_text(CHAIN)
    (tmp_path / "studies" / "later.yaml").write_text(
        CHAIN.replace("weights: middle", "weights: chain/first").replace("weights: first, ", "")
    )
    monkeypatch.chdir(tmp_path)

    def make(*overrides: str, study: str = "chain") -> Ledger:
        asked = study_from(compose([f"study={study}", *overrides]))
        require_earlier(asked)
        return Ledger(asked, open_datasets(asked))

    return make


class Executor(ScriptedExecutor):
    """Final runs that complete leave files as a trainer does, `mark` in the place of weights."""

    def __init__(self, failing: str = "", mark: str = "weights", apart: bool = False) -> None:
        super().__init__(self.leave, apart)
        self.failing, self.mark = failing, mark

    def leave(self, key: str) -> str:
        if self.failing and key.startswith(self.failing):
            return f"diverged:{key} is not finite"
        if "/final/" in key:
            directory = Path(self.places[-1])
            (directory / WEIGHTS).write_text(f"{self.mark} of {key}")
            write_json(
                directory / "preprocessing.json", {"input_shape": [32, 32, 1], "class_names": list("0123456789")}
            )
        return "completed"


def carry_out(ledger: Ledger, executor: Executor) -> list[str]:
    """Carries out the plan; what was said."""
    listener = Recorded()
    clock, projector = SessionClock(ledger.directory, ledger.study.workers), Projector({"kept": lambda: Kept()})
    Coordinator(ledger, executor, projector, listener, clock).run()
    assert projector.drain() is None
    return listener.lines


def key(text: str) -> RunKey:
    candidate, track, phase, number = text.split("/")
    return RunKey(candidate, track, phase, int(number))


def weights_of(ledger: Ledger, text: str) -> str:
    return str(read_json(ledger.path(key(text)) / RUN)["identity"]["weights"]["run"])


@pytest.mark.parametrize("apart", [False, True], ids=["here", "on a cluster"])
def test_runs_wait_for_those_that_they_start_from(make: Make, apart: bool) -> None:
    ledger = make("workers=3")
    executor = Executor(apart=apart)
    carry_out(ledger, executor)
    order = executor.asked.index
    assert len(ledger.results) == len(executor.asked) == 10
    for number in (0, 1):
        assert order(f"first/tuned/final/{number}") < order(f"middle/tuned/final/{number}")
        assert order(f"middle/tuned/final/{number}") < order(f"last/tuned/final/{number}")
        assert weights_of(ledger, f"last/tuned/final/{number}").endswith(f"/middle/tuned/final/{number}")
        assert weights_of(ledger, f"last/tuned/search/{number}").endswith("/middle/tuned/final/0")
        assert order("middle/tuned/final/0") < order(f"last/tuned/search/{number}")
    assert make("workers=3").results.keys() == ledger.results.keys(), "the same command finds them all again"


def test_the_weights_are_in_the_identity_of_what_starts_from_them(make: Make) -> None:
    ledger = make()
    carry_out(ledger, Executor())
    source = ledger.path(key("middle/tuned/final/0"))
    (source / WEIGHTS).write_text("others")
    with pytest.raises(Refusal) as refused:
        make()
    assert (
        "runs of another configuration: last/tuned/final/0: it started from chain/digits-laptop-tensorflow-float32/"
        "middle/tuned/final/0, which was trained again since then and has other weights (SHA-256 "
    ) in str(refused.value)
    assert "made_by" not in str(refused.value)


def test_where_the_source_failed_its_dependents_say_so_and_go_on_when_it_is_there(make: Make) -> None:
    ledger = make()
    executor = Executor(failing="first/tuned/final/0")
    carry_out(ledger, executor)
    lost = {str(k): r for k, r in ledger.results.items() if "never started" in str(r.reason)}
    assert set(lost) == {"middle/tuned/final/0", *(f"last/tuned/{p}/0" for p in ("final", "search")),
                         "last/tuned/search/1"}  # fmt: skip
    assert not set(lost) & set(executor.asked)
    assert {r.outcome for r in lost.values()} == {Outcome.ERROR}
    assert lost["middle/tuned/final/0"].reason == (
        "never started: first/tuned/final/0, whose weights it needs, has failed (diverged: first/tuned/final/0 is not "
        "finite)"
    )
    assert len(ledger.results) == 10
    again = make()
    assert len(again.results) == 10, "a failure is a result, and is not repeated"
    again.path(key("first/tuned/final/0")).rename(ledger.directory.parent / "gone")
    mended = make()
    assert len(mended.results) == 10 - 1 - len(lost)
    carry_out(mended, Executor())
    assert not mended.failures()
    assert len(make().results) == 10


def test_where_published_weights_could_not_be_had_the_others_go_on_and_the_same_command_tries_again(make: Make) -> None:
    """`first` stands for a candidate with such weights: each of its runs says so, and nothing stops."""
    ledger = make("seeds=4", "candidates.other.architecture=mlp")

    class Away(Executor):
        def leave(self, key: str) -> str:
            return "error:WeightsMissing: weights: imagenet: it" if key.startswith("first/") else super().leave(key)

    carry_out(ledger, Away())
    failed = {key.candidate for key, result in ledger.results.items() if result.outcome is Outcome.ERROR}
    assert failed == {"first", "middle", "last"}
    said = failures_text(ledger, ledger.failures())
    assert said.startswith("16 runs failed: ")
    assert said.endswith("(error). weights: imagenet: it"), "no folder to delete"
    again = make("seeds=4", "candidates.other.architecture=mlp")
    assert {key.candidate for key in again.results} == {"other"}
    carry_out(again, Executor())
    assert not again.failures()


def test_runs_whose_source_was_trained_again_start_again(make: Make) -> None:
    """A search that grows selects other values: final runs of the source are trained anew, and all that follows."""
    ledger = make()
    carry_out(ledger, Executor())
    again = make()
    gone = again.path(key("middle/tuned/final/0"))
    gone.rename(ledger.directory.parent / "gone")
    executor = Executor(mark="others")
    said = carry_out(make(), executor)
    assert "middle/tuned/final/0" in executor.asked
    assert {"last/tuned/search/0", "last/tuned/search/1", "last/tuned/final/0"} <= set(executor.asked)
    assert "last/tuned/final/1" not in executor.asked
    assert any("middle/tuned/final/0 was trained again: 3 runs that started from it" in line for line in said)
    assert len(make().results) == 10


def test_a_limit_under_which_everybody_would_wait_for_everybody_is_refused(make: Make) -> None:
    with pytest.raises(Refusal, match="limit does not go with candidate last, whose trials wait for the final"):
        make("limit=2h")
    assert make("limit=2h", "candidates.last.search.space=null").study.limit_seconds == 7200


def test_an_earlier_study_must_have_run_and_the_command_is_said(make: Make, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        make(study="later")
    assert str(refused.value) == (
        f"candidate last starts from chain/first, and chain has not run in {tmp_path} with budget=laptop: train it "
        "with python -m suite.run study=chain budget=laptop seeds=2"
    )


def test_an_earlier_studys_final_runs_are_taken_by_number(make: Make) -> None:
    earlier = make()
    carry_out(earlier, Executor())
    describe(earlier)
    ledger = make(study="later")
    carry_out(ledger, Executor())
    for number in (0, 1):
        assert weights_of(ledger, f"last/tuned/final/{number}").endswith(f"/first/tuned/final/{number}")
    one = make("candidates.last.weights=chain/first@1", "instance=other", study="later")
    carry_out(one, Executor())
    assert {weights_of(one, f"last/tuned/final/{number}")[-1] for number in (0, 1)} == {"1"}
    with pytest.raises(Refusal) as refused:
        make("seeds=3", study="later")
    assert "chain/first, of which final run 2 is not there: train it with python -m suite.run study=chain" in str(
        refused.value
    )
    assert "seeds=3, or take the first one for every run with chain/first@0" in str(refused.value)
    with pytest.raises(Refusal, match="unknown candidate of chain, which last starts from, 'frist'"):
        make("candidates.last.weights=chain/frist", study="later")


def describe(ledger: Ledger) -> None:
    """study.json as far as it is read here; without data, of which scripted runs know nothing."""
    study = ledger.study
    names = ("budget", "dataset", "backend", "precision")
    described = {**{name: getattr(study, name) for name in names}, "candidates": {c.name: {} for c in study.candidates}}
    write_json(ledger.directory / "study.json", described)


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ("chian/first", "unknown study, which last starts from, 'chian'. Did you mean 'chain'?"),
        ("chain/frist", "unknown candidate of chain, which last starts from, 'frist'. Did you mean 'first'?"),
        ("chain/first", "chain has not run in "),
    ],
)
def test_a_misspelt_source_that_has_not_run_is_told_from_one_that_has_not_run_yet(
    named: str, sentence: str, make: Make
) -> None:
    with pytest.raises(Refusal) as refused:
        make(f"candidates.last.weights={named}", study="later")
    assert sentence in str(refused.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("candidates.last.options.width=2.0",
         r"last cannot start from middle: mlp width=2.0 and mlp width=1.0 have other widths \(hidden1: 512 and 256\)"),
        ("candidates.last.architecture=lenet5",
         "last cannot start from middle: lenet5 and mlp are different architectures"),
    ],
)  # fmt: skip
def test_weights_that_do_not_fit_are_refused_before_anything_is_trained(
    override: str, sentence: str, make: Make
) -> None:
    refuse_what_does_not_fit(make())
    with pytest.raises(Refusal, match=sentence):
        refuse_what_does_not_fit(make(override))


@pytest.mark.slow
def test_a_teacher_of_other_classes_is_refused_before_anything_is_trained(make: Make) -> None:
    own = "candidates.last"
    taught = [f"{own}.weights=null", f"{own}.teacher=first", f"{own}.recipe.loss=distillation"]
    ledger = make(*taught)
    refuse_what_does_not_fit(ledger)
    carry_out(ledger, Executor())
    assert read_json(ledger.path(key("last/tuned/final/0")) / RUN)["identity"]["teacher"]["run"].endswith("final/0")
    ledger = make("instance=other", *taught)
    first = ledger.datasets["first"]
    ledger.datasets["first"] = replace(first, class_names=("zero", *first.class_names[1:]))
    with pytest.raises(Refusal, match=r"last cannot learn from first: that knows 10 classes \(zero, 1, ...\)"):
        refuse_what_does_not_fit(ledger)


def test_a_teacher_sees_images_of_its_own_size(make: Make) -> None:
    own = "candidates.last"
    taught = [f"{own}.weights=null", f"{own}.teacher=first", f"{own}.recipe.loss=distillation"]
    with pytest.raises(Refusal) as refused:
        refuse_what_does_not_fit(make(*taught, f"{own}.data.image_size=16"))
    assert str(refused.value) == (
        "candidate last cannot learn from first: that was trained on images of 32x32, and these have 16x16; a teacher "
        "sees the same images, so set data.image_size=32 or take a teacher of 16x16"
    )


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (["candidates.last.recipe.loss=distillation"], "recipe.loss=distillation learns from a teacher: candidates."),
        (["candidates.last.teacher=first"], "last.teacher=first wants candidates.last.recipe.loss=distillation"),
    ],
)  # fmt: skip
def test_teacher_and_loss_come_together(overrides: list[str], sentence: str, make: Make) -> None:
    with pytest.raises(Refusal, match=sentence):
        make(*overrides)


def test_a_description_tells_the_source_its_cost_and_what_it_has_seen(make: Make) -> None:
    """All of digits' test images are put among what the source was trained on; then the sentence is kept."""
    ledger = make()
    last = ledger.candidates["last"]
    before = starts.told(ledger, last)["starts_from"]
    assert before == {
        "source": "middle", "says": ["backbone at 0.1 of the rate", "batch-norm statistics followed"]
    }  # fmt: skip
    carry_out(ledger, Executor())
    told = starts.told(ledger, last)["starts_from"]
    assert [run.rpartition("digits-laptop-tensorflow-float32/")[2] for run in told["runs"]] == [
        "middle/tuned/final/0", "middle/tuned/final/1"
    ]  # fmt: skip
    assert told["training"]["dataset"] == "digits"
    data = ledger.dataset("last")
    twins = np.isin(image_digests(data.images[data.test]), image_digests(data.images[data.train]))
    assert told["leaked"] == twins.sum()
    assert "of 100 test images" in told["leakage"]
    assert "of chain/middle and of chain/first, from which chain/middle started (pixel for pixel)" in told["leakage"]
    (kept,) = ledger.study.cache_dir.glob("leakage-*.json")
    write_json(kept, {"of": 100, "same": [1, 2, 3], "alike": None})
    assert starts.told(ledger, last)["starts_from"]["leaked"] == 3, "it is looked for once"
    assert starts.told(ledger, ledger.candidates["first"]) == {}


@pytest.mark.slow
def test_published_runs_stay_and_nothing_can_start_from_them(make: Make, tmp_path: Path) -> None:
    """All three candidates are taken over; what is asked for beside them needs weights that no records hold."""
    carry_out(first := make(), Executor())
    write(first, "finished")
    collect(first.directory, tmp_path / "published" / "chain")
    (tmp_path / "runs").rename(tmp_path / "elsewhere")
    dry = look(study_from(compose(["study=chain", "from=published/chain", "dry_run=true"])))
    assert dry.missing == []
    assert not (tmp_path / "runs").exists()
    taken = look(study_from(compose(["study=chain", "from=published/chain"]))).ledger
    for ledger in (taken, make()):  # as they are told of, and as they are read again
        assert ledger.results.keys() == first.results.keys()
        origin = ledger.sources.origins(key("last/tuned/final/1"))["weights"]
        assert origin == first.sources.origins(key("last/tuned/final/1"))["weights"]
        assert ledger.renewed(key("first/tuned/final/0")) == []
        assert starts.told(ledger, ledger.candidates["last"])["starts_from"]["runs"]
    assert (
        key("last/tuned/final/2") in look(study_from(compose(["study=chain", "seeds=3"]))).missing
    )  # after its source
    other = "candidates.other={architecture: mlp, weights: first, search: {space: null}}"
    with pytest.raises(Refusal, match=r"other/.* needs first/tuned/final/0, which came from published records"):
        look(study_from(compose(["study=chain", other])))
    write(taken, "finished")
    with pytest.raises(Refusal, match=r"starts from chain/first, which came from published records .* no weights"):
        make(study="later")


def test_runs_that_started_from_other_weights_than_the_folders_are_refused(make: Make, tmp_path: Path) -> None:
    carry_out(first := make(), Executor())
    record = first.path(key("middle/tuned/final/1")) / RUN
    told = read_json(record)
    told["identity"]["weights"]["made_by"] = "0" * 64
    write_json(record, told)
    write(first, "finished")
    collect(first.directory, tmp_path / "published" / "chain")
    (tmp_path / "runs").rename(tmp_path / "elsewhere")
    with pytest.raises(Refusal, match=r"last/tuned/final/1: it starts from another middle/tuned/final/1 than"):
        look(study_from(compose(["study=chain", "from=published/chain"])))
