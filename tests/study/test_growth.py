"""Who gets further seeds, what is written down of it, and what a study that was cut off makes of that."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from suite.analysis.comparing.sequential import Looks, looked_at
from suite.analysis.folder.collect import collect
from suite.analysis.folder.reading import read
from suite.core.directories import RunKey
from suite.core.durable import read_json
from suite.core.metrics import by_name
from suite.core.planning import described
from suite.core.questions import Question
from suite.core.refusals import Refusal
from suite.projections.projector import Projector
from suite.study.accounting import SessionClock
from suite.study.coordinator import Coordinator
from suite.study.description import describe
from suite.study.growth import FILE, Growth, lines, take_up, worth_a_seed
from suite.study.ledger import Ledger
from suite.study.limit import Limit
from suite.study.plan import planned
from tests import studies
from tests.projections.kept import Kept
from tests.study.conftest import finish
from tests.study.scripted import Recorded, ScriptedExecutor

MakeLedger = Callable[..., Ledger]
AUTO = ("seeds={most: 5}", "search.space=null")


class Judge:
    """Finds the two candidates open until both have so many seeds."""

    def __init__(self, ledger: Ledger, until: int, chance: float = 0.6) -> None:
        self.ledger, self.until, self.chance, self.looks = ledger, until, chance, 0

    def __call__(self, instance: Path) -> list[Question]:
        self.looks += 1
        have = [sum(key.candidate == name for key in self.ledger.results) for name in ("mlp", "lenet5")]
        seeds, most = min(have), self.ledger.study.most_seeds or 0
        later = dict.fromkeys(range(seeds + 1, most + 1), self.chance)
        return [Question("one is better", "shared", ("mlp", "lenet5"), seeds, seeds < self.until, "as it is", later)]


def grown(book: Ledger, judge: Judge, script: Callable[[str], str] = lambda key: "completed") -> list[str]:
    """Carry out what a ledger lacks; what was said."""
    take_up(book)
    executor, listener, kept = ScriptedExecutor(script), Recorded(), Kept()
    clock = SessionClock(book.directory, book.study.workers)
    growth = Growth(book, judge, lambda: None)
    Coordinator(book, executor, Projector({"kept": lambda: kept}), listener, clock, growth).run()
    return listener.lines


def finals(book: Ledger) -> dict[str, int]:
    return {name: sum(key.candidate == name for key in book.results) for name in book.candidates}


def test_seeds_are_given_until_it_is_decided(ledger: MakeLedger) -> None:
    book = ledger(*AUTO)
    judge = Judge(book, until=4)
    said = grown(book, judge)
    assert finals(book) == {"mlp": 4, "lenet5": 4}
    assert judge.looks == 2
    assert read_json(book.directory / FILE) == {"most": 5, "given": {"shared": {"mlp": 4, "lenet5": 4}}}
    assert "one more seed: mlp/shared/final/3, lenet5/shared/final/3" in said[-2]
    assert said[-1] == "seeds: one is better (shared track): as it is"
    described_keys = described(describe(book, "running"))
    assert described_keys == planned(book.study), "the status and the report count the same runs"
    assert len(described_keys) == 8


def test_no_more_than_the_most(ledger: MakeLedger) -> None:
    book = ledger(*AUTO)
    said = grown(book, Judge(book, until=9))
    assert finals(book) == {"mlp": 5, "lenet5": 5}
    assert said[-1].endswith("no further seed can decide it")


def test_what_is_unlikely_to_be_decided_gets_none(ledger: MakeLedger) -> None:
    book = ledger(*AUTO)
    said = grown(book, Judge(book, until=9, chance=0.04))
    assert finals(book) == {"mlp": 3, "lenet5": 3}
    assert "with a probability of 4%: none is given" in said[-1]


def test_more_seeds_after_three_train_only_what_is_missing(ledger: MakeLedger) -> None:
    first = ledger("seeds=3", "search.space=null")
    for name in ("mlp", "lenet5"):
        for number in range(4 if name == "mlp" else 3):  # a seed that is there already counts
            finish(first, RunKey(name, "shared", "final", number), {})
    book, asked = ledger(*AUTO), list[str]()

    def script(key: str) -> str:
        asked.append(key)
        return "completed"

    grown(book, Judge(book, until=4), script)
    assert asked == ["lenet5/shared/final/3"]


def test_a_study_that_was_cut_off_goes_on_with_what_was_given(ledger: MakeLedger) -> None:
    book = ledger(*AUTO)

    def script(key: str) -> str:
        return "suspended: pulled out" if key == "lenet5/shared/final/3" else "completed"

    with pytest.raises(Exception, match="pulled out"):
        grown(book, Judge(book, until=4), script)
    again = ledger(*AUTO)
    judge = Judge(again, until=4)
    take_up(again)
    assert [str(key) for key in planned(again.study) if key not in again.results] == ["lenet5/shared/final/3"]
    grown(again, judge)
    assert finals(again) == {"mlp": 4, "lenet5": 4}
    assert judge.looks == 1, "it looks again only when what was given has ended"


def test_another_most_is_refused_once_it_was_looked_at(ledger: MakeLedger) -> None:
    grown(book := ledger(*AUTO), Judge(book, until=4))
    with pytest.raises(Refusal, match="was looked at with at most 5 seeds, and now it is 8"):
        take_up(ledger("seeds={most: 8}", "search.space=null"))
    fixed = ledger("seeds=3", "search.space=null")
    take_up(fixed)
    assert len(planned(fixed.study)) == 6, "a fixed number is what it says"


@pytest.mark.parametrize(("limit", "seeds"), [("limit=1h", 4), ("limit=40s", 3)])
def test_a_limit_bounds_what_is_given(ledger: MakeLedger, limit: str, seeds: int) -> None:
    book = ledger(*AUTO, limit)
    for name in ("mlp", "lenet5"):
        for number in range(3):
            finish(book, RunKey(name, "shared", "final", number), {}, device_seconds=30.0)
    said = grown(book, Judge(book, until=4))
    assert finals(book) == {"mlp": seeds, "lenet5": seeds}
    assert (seeds == 4) == ("for want of what the limit leaves" not in said[-1])


def test_what_a_candidate_starts_from_gets_the_seed_too(ledger: MakeLedger) -> None:
    book = ledger(*AUTO, "candidates.mlp.weights=small", "candidates.small={architecture: mlp}")
    take_up(book)
    asked = Question("better", "shared", ("mlp", "lenet5"), 3, True, "", {4: 0.9})
    assert Growth(book, lambda instance: [asked], lambda: None).more(Limit(book), lambda line: None)
    assert book.study.given == {"shared": {"mlp": 4, "lenet5": 4, "small": 4}}


def test_several_workers_get_several_pairs(ledger: MakeLedger) -> None:
    names = ("mlp", "lenet5", "a", "b")
    book = ledger(*AUTO, "workers=3", "candidates.a={architecture: mlp}", "candidates.b={architecture: lenet5}")
    take_up(book)
    for name in names:
        for number in range(3):
            finish(book, RunKey(name, "shared", "final", number), {})

    def judge(instance: Path) -> list[Question]:
        pairs = [("mlp", "lenet5"), ("a", "b"), ("mlp", "a")]
        return [
            Question(str(pair), "shared", pair, 3, True, "", {4: 0.9 - 0.1 * place}) for place, pair in enumerate(pairs)
        ]

    growth = Growth(book, judge, lambda: None)
    assert growth.more(Limit(book), lambda line: None)
    assert book.study.given == {"shared": dict.fromkeys(names, 4)}


@pytest.mark.parametrize(
    ("chances", "order"),
    [
        ([{4: 0.2, 5: 0.6}, {4: 0.5, 5: 0.5}], [1, 0]),  # the one that is likely to be decided sooner
        ([{4: 0.2, 5: 0.3}, {4: 0.2, 5: 0.4}], [1, 0]),  # neither is likely soon: the likelier one
        ([{4: 0.05}, {4: 0.2}, {}], [1]),
    ],
)
def test_what_is_worth_a_seed(chances: list[Mapping[int, float]], order: list[int]) -> None:
    asked = [Question("", "shared", ("a", "b"), 3, True, "", found) for found in chances]
    assert worth_a_seed(asked) == [asked[place] for place in order]
    assert worth_a_seed([Question("", "shared", ("a", "b"), 3, False, "", {4: 0.9})]) == []


def test_the_plan_says_what_may_come_on_top(ledger: MakeLedger) -> None:
    book = ledger(*AUTO, "limit=1h")
    take_up(book)
    (line,) = lines(book)
    assert "at most 4 runs more, " in line
    assert line.endswith("where every candidate took 5, as far as the limit allows")
    assert lines(ledger()) == []
    with pytest.raises(ValueError, match="needs somebody who judges"):
        Growth(book, None, lambda: None)


def open_margin(instance: Path) -> float:
    """How much better lenet5 is than mlp, less so little that three seeds of each just do not decide it: the least
    margin of a claim that is open."""
    with tempfile.TemporaryDirectory() as folder:
        collect(instance, Path(folder))
        records = read(Path(folder))
    metric = by_name(records.task.metrics)["test_accuracy"]
    tables = [scores for name in ("lenet5", "mlp") if (scores := records.scores(name, "shared", metric)) is not None]
    return looked_at(tables, (1, -1), Looks(first=3, most=5), lambda interval: False).low + 1e-6


@pytest.mark.slow
def test_a_real_study_that_is_killed_when_seeds_were_given_goes_on(tmp_path: Path) -> None:
    """A claim that three seeds just leave open gets a fourth; the kill is after the decision, before its runs."""
    claim = "claims: [{text: better, better: lenet5, than: mlp, margin: MARGIN}]\n"
    text = studies.TINY + claim
    workspace = studies.workspace_with_study(tmp_path / "workspace", text.replace("MARGIN", "0"))
    quick = (
        "search.space=null",
        "candidates.mlp.recipe.learning_rate=0.01",
        "axes=[architecture,recipe.learning_rate]",
    )
    assert studies.command(workspace, "seeds=3", *quick).returncode == 0
    margin = open_margin(studies.instance(workspace))
    (workspace / "studies" / "tiny.yaml").write_text(text.replace("MARGIN", f"{margin:.6f}"), encoding="utf-8")
    asked = ("seeds={most: 5}", *quick)
    killed = studies.command(workspace, *asked, SUITE_FAULT="growth.given:1")
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    given = read_json(studies.instance(workspace) / FILE)["given"]["shared"]
    assert given == {"mlp": 4, "lenet5": 4}
    assert len(studies.results(workspace)) == 6, "what was given has not trained yet"
    done = studies.command(workspace, *asked)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 runs to train" in done.stdout
    assert len(studies.results(workspace)) in (8, 10)
    again = studies.command(workspace, *asked)
    assert "0 runs to train" in again.stdout
