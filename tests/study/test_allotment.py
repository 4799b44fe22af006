"""A time divided by costs that are given here, over the embedded digits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from suite.core import directories
from suite.core.directories import RunKey
from suite.core.durable import write_json
from suite.core.refusals import Refusal
from suite.study import allotment
from suite.study.costs import Cost, run_seconds
from suite.study.ledger import Ledger
from suite.study.outlook import divided, look
from tests.study.conftest import Make, finish

Books = Callable[..., Ledger]
COSTS = {
    "mlp": Cost(4000.0, 12_000.0, tracing_seconds=4.0, run_seconds=0.5, epoch_seconds=0.05),
    "lenet5": Cost(1000.0, 3000.0, tracing_seconds=6.0, run_seconds=0.5, epoch_seconds=0.05),
}


def chosen(book: Ledger, spent: float = 30.0) -> allotment.Allotment:
    return allotment.choose(book, COSTS, spent, start=10.0)


@pytest.mark.parametrize("arguments", [["time=10m"], ["time=45m", "workers=2"], ["time=8h", "seeds=5"]])
def test_equal_images_use_up_the_time(ledger: Books, arguments: list[str]) -> None:
    book = ledger(*arguments)
    found = chosen(book)
    assert book.study.time is not None
    seconds = book.study.time.seconds
    assert 0.97 * seconds < found["expected_seconds"] <= seconds
    assert len({one["images_seen"] for one in found["candidates"].values()}) == 1
    assert len({one["epochs"] for one in found["candidates"].values()}) == 1
    assert (found["trials"], found["seeds"]) == (2, book.study.seeds)


def test_equal_seconds_give_the_quick_candidate_more_images(ledger: Books) -> None:
    found = chosen(ledger("time=10m", "equal=seconds"))["candidates"]
    assert found["mlp"]["images_seen"] == pytest.approx(4 * found["lenet5"]["images_seen"], rel=0.001)
    assert found["mlp"]["epochs"] == pytest.approx(4 * found["lenet5"]["epochs"], rel=0.001)


def test_twice_as_quick_a_machine_sees_about_twice_as_many_images(ledger: Books) -> None:
    book, quick = ledger("time=45m"), {}
    for name, cost in COSTS.items():
        quick[name] = replace(
            cost, images_per_second=2 * cost.images_per_second, judged_per_second=2 * cost.judged_per_second,
            epoch_seconds=cost.epoch_seconds / 2,
        )  # fmt: skip
    ratio = allotment.choose(book, quick, 30.0)["images_seen"] / allotment.choose(book, COSTS, 30.0)["images_seen"]
    assert ratio == pytest.approx(2.0, rel=0.02)


def test_a_run_of_a_part_of_an_epoch_still_judges_all_of_validation(ledger: Books) -> None:
    book, key = ledger("time=10m"), RunKey("lenet5", "tuned", "search", 0)
    cost = Cost(1000.0, 64.0, tracing_seconds=0.0, run_seconds=0.5, epoch_seconds=0.25)
    assert run_seconds(book, key, cost, images=128) == pytest.approx(0.128 + 1.0 + 0.5 + 0.25)
    assert run_seconds(book, key, cost, images=256 + 128) == pytest.approx(0.384 + 2 * 1.0 + 0.5 + 2 * 0.25)
    final = run_seconds(book, RunKey("lenet5", "tuned", "final", 0), cost, images=128)
    assert final == pytest.approx(0.128 + 1.0 + 100 / 64 + 0.5 + 0.25)
    looking, last = ledger("time=10m", "evaluation.every_epoch=true"), RunKey("lenet5", "tuned", "final", 0)
    assert run_seconds(looking, last, cost, images=128) == pytest.approx(final + 100 / 64)


SLOW = {name: replace(cost, images_per_second=100.0, judged_per_second=300.0) for name, cost in COSTS.items()}


def few(ledger: Books, time: str) -> tuple[Ledger, allotment.Allotment]:
    """A set of 1,024 images, of which a run has to see 640, with eight trials and three seeds."""
    book = ledger(
        f"time={time}", "search.trials=8", "seeds=3", "data.train_examples=1024", "recipe.batch_size=32",
        f"instance=few-{time}",
    )  # fmt: skip
    return book, allotment.choose(book, SLOW, 30.0)


def test_where_there_is_too_little_time_runs_are_shortened_before_trials_are_given_up(ledger: Books) -> None:
    book, whole = few(ledger, "10m")
    assert whole["trials"] == 8
    assert whole["images_seen"] > 1024
    book, part = few(ledger, "4m20s")
    assert (part["trials"], part["images_seen"] < 1024) == (8, True)
    assert "too short for a pass over the 1,024 training images" in "\n".join(allotment.lines(book.study, part))
    book, two = few(ledger, "3m")
    assert two["trials"] == 2
    assert "too short for 8 search trials: 2 search trials" in "\n".join(allotment.lines(book.study, two))
    book, none = few(ledger, "2m")
    assert none["trials"] == 0
    assert "nothing is searched" in "\n".join(allotment.lines(book.study, none))
    assert min(one["images_seen"] for one in (part, two, none)) >= 640


def test_the_least_time_that_a_refusal_names_is_enough_and_hardly_more(ledger: Books) -> None:
    with pytest.raises(
        Refusal, match=r"time=1m is too short: the least that is possible here is about \d+[sm]"
    ) as said:
        few(ledger, "1m")
    least = re.search(r"about (\d+)s", str(said.value))
    assert least is not None
    assert few(ledger, f"{least[1]}s")[1]["trials"] == 0
    with pytest.raises(Refusal, match="too short"):
        few(ledger, f"{int(least[1]) - 11}s")


def test_what_was_chosen_is_kept_and_makes_the_runs(tiny: Make) -> None:
    study = tiny("time=10m")
    found = chosen(look(study).ledger)
    allotment.keep(study, found)
    again = divided(look(study), pytest.fail)
    assert again.allotment == found
    epochs = {candidate.settled(256).epochs for candidate in again.ledger.study.candidates}
    assert epochs == {one["epochs"] for one in found["candidates"].values()}
    assert again.ledger.spec(RunKey("mlp", "tuned", "search", 0), {}).applied.epochs in epochs


def test_another_time_for_the_same_instance_is_refused_with_the_difference(tiny: Make) -> None:
    study = tiny("time=10m", "instance=mine")
    allotment.keep(study, chosen(look(study).ledger))
    for other, words in (
        (["time=8h"], "time: 10m became 8h"),
        (["time=10m", "equal=seconds"], "time: 10m became 10m-seconds"),
        ([], "time: 10m became not set"),
    ):
        with pytest.raises(Refusal, match=f"{words}.*instance=NAME"):
            look(tiny("instance=mine", *other))


def test_an_instance_whose_lengths_were_given_takes_no_time(tiny: Make, ledger: Books) -> None:
    finish(ledger("instance=mine"), RunKey("mlp", "tuned", "search", 0), {"learning_rate": 0.1, "weight_decay": 0.0005})
    with pytest.raises(Refusal, match="time: not set became 10m"):
        look(tiny("instance=mine", "time=10m"))


def test_runs_that_have_trained_are_the_same_runs_however_it_is_typed_again(tiny: Make) -> None:
    study = tiny("time=10m")
    allotment.keep(study, chosen(look(study).ledger))
    book = look(study).ledger
    finish(book, RunKey("mlp", "tuned", "search", 0), {"learning_rate": 0.1, "weight_decay": 0.0005})
    again = divided(look(tiny("time=600s", "workers=2", f"threads={book.threads}")), pytest.fail)
    assert len(again.missing) == 7


def test_more_seeds_and_trials_come_on_top_and_a_new_candidate_sees_as_many_images(tiny: Make) -> None:
    study = tiny("time=10m")
    found = chosen(look(study).ledger)
    allotment.keep(study, found)
    more = look(tiny("time=10m", "seeds=4", "search.trials=5", "candidates.resnet8.architecture=resnet8"))
    assert (more.ledger.study.search.trials, more.ledger.study.seeds) == (5, 4)
    assert {candidate.images_seen for candidate in more.ledger.study.candidates} == {found["images_seen"]}
    assert "comes on top" in "\n".join(more.lines())


def test_trials_that_were_given_up_stay_so(tiny: Make) -> None:
    study = tiny("time=10m", "search.trials=8")
    allotment.keep(study, {**chosen(look(study).ledger), "trials": 2})
    assert look(study).ledger.study.search.trials == 2
    assert look(tiny("time=10m", "search.trials=9")).ledger.study.search.trials == 9


def test_with_equal_seconds_a_candidate_that_was_not_measured_is_refused(tiny: Make) -> None:
    study = tiny("time=10m", "equal=seconds")
    allotment.keep(study, chosen(look(study).ledger))
    with pytest.raises(Refusal, match=r"candidate resnet8 is new in instance .*instance=NAME"):
        look(tiny("time=10m", "equal=seconds", "candidates.resnet8.architecture=resnet8"))


def test_a_dry_run_divides_by_the_speeds_that_are_known_and_writes_nothing(tiny: Make) -> None:
    study = tiny("time=10m", "dry_run=true")
    outlook = divided(look(study), pytest.fail)
    assert outlook.allotment is not None
    assert "time 10m: " in "\n".join(outlook.lines())
    assert not list(study.workspace.rglob(allotment.FILE))


def test_what_goes_on_from_published_runs_has_their_lengths(tiny: Make, tmp_path: Path) -> None:
    found = dict(chosen(look(tiny("time=10m")).ledger))
    write_json(tmp_path / "published" / directories.STUDY, {"study": "tiny", "allotment": found})
    published = f"from={tmp_path / 'published'}"
    assert allotment.kept(tiny("time=10m", published)) == found
    with pytest.raises(Refusal, match="time: 10m became 8h"):
        allotment.kept(tiny("time=8h", published))
    write_json(tmp_path / "published" / directories.STUDY, {"study": "tiny"})
    with pytest.raises(Refusal, match=r"^from=.* has lengths of another time: time: not set became 10m"):
        allotment.kept(tiny("time=10m", published))
    assert allotment.kept(tiny(published)) is None


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_published_runs_whose_description_is_none_are_refused(tiny: Make, tmp_path: Path, text: str) -> None:
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / directories.STUDY).write_text(text)
    with pytest.raises(Refusal, match=r"from=.*: study\.json cannot be read"):
        allotment.kept(tiny(f"from={tmp_path / 'published'}"))
