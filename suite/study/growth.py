"""`seeds=auto`: after the first seeds of every candidate, further ones where they decide something.

When all that is planned has ended, the study's open comparisons are looked at (by whoever judges the report, with
levels that hold however often one looks: `suite.analysis.statistics.looks`). A pair whose comparison is open gets one
more seed of each side, of the same number, if it is likely enough that this or a later seed, as far as the most seeds
and the time allow, decides it; the pair that is likely to be decided soonest comes first. With several workers as many
pairs get one as keep them busy. It ends when nothing is open that can still be decided. To give up a comparison makes
no false decision, so that its rule needs no correction.

What was given is `seeds.json` in the instance's folder, written before any of it trains: a study that is cut off goes
on with these runs, and looks again when they have ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from suite.core import faults
from suite.core.directories import RunKey
from suite.core.durable import read_json, write_json
from suite.core.questions import Question
from suite.core.refusals import Refusal
from suite.study.allotment import CLOSING_SECONDS
from suite.study.estimate import clock, estimate
from suite.study.ledger import Ledger
from suite.study.limit import MARGIN, Limit
from suite.study.plan import finals_of
from suite.study.threads import NEW_INSTANCE

FILE = "seeds.json"
LEAST_CHANCE = 0.1
"""A comparison that the seeds left decide with less than this probability is given up."""
LIKELY = 0.5

Judge = Callable[[Path], Sequence[Question]]
"""What a study asks of its candidates, by what is in its instance's directory."""


def take_up(ledger: Ledger) -> None:
    """Plan the seeds that were given before, and of trained ones as many as `seeds=auto` may give.

    Raises Refusal where the looks were planned for another number of seeds.
    """
    study = ledger.study
    if study.most_seeds is None:
        return
    path = ledger.directory / FILE
    kept: dict[str, Any] = read_json(path) if path.exists() else {"most": study.most_seeds, "given": {}}
    if kept["most"] != study.most_seeds:
        raise Refusal(
            f"instance {study.instance} of {study.name} was looked at with at most {kept['most']} seeds, and now it is "
            f"{study.most_seeds}: how sure each look has to be follows from that number, and cannot be changed "
            f"afterwards. Leave it, or give a fixed number of seeds. {NEW_INSTANCE}"
        )
    given = {}
    for track in study.tracks:
        before = kept["given"].get(track, {})
        given[track] = {
            name: min(study.most_seeds, max(study.seeds, before.get(name, 0), _trained(ledger, name, track)))
            for name in ledger.candidates
        }
    ledger.study = replace(study, given=given)


def _trained(ledger: Ledger, candidate: str, track: str) -> int:
    """How many final runs are over, counted from the first without a gap."""
    return next(number for number in count() if RunKey(candidate, track, "final", number) not in ledger.results)


def lines(ledger: Ledger) -> list[str]:
    """What may come on top of the plan, as people read it."""
    study = ledger.study
    if study.most_seeds is None:
        return []
    further = [
        RunKey(name, track, "final", number)
        for track in study.tracks
        for name in ledger.candidates
        for number in range(finals_of(study, name, track), study.most_seeds)
    ]
    if not further:
        return []
    takes = clock(estimate(ledger, further).seconds)
    ends = f", as far as {_bound(ledger)} allows" if _bound(ledger) else ""
    return [
        f"seeds=auto: then further seeds, one at a time, to pairs that are open and can still be decided: at most "
        f"{len(further)} runs more, {takes}, where every candidate took {study.most_seeds}{ends}"
    ]


def _bound(ledger: Ledger) -> str:
    return "the limit" if ledger.study.limit_seconds is not None else "the time" if ledger.study.time else ""


class Growth:
    """Gives further seeds while a study is carried out."""

    def __init__(self, ledger: Ledger, judge: Judge | None, describe: Callable[[], object]) -> None:
        """`describe` writes study.json, by which the records are read. Raises ValueError without a judge."""
        if judge is None:
            raise ValueError("seeds=auto needs somebody who judges the candidates")
        self._ledger, self._judge, self._describe = ledger, judge, describe
        self._told = set[tuple[str, str]]()

    def more(self, limit: Limit, say: Callable[[str], None]) -> bool:
        """When all that is planned has ended: whether further seeds are given. They are written down first."""
        self._describe()
        questions = list(self._judge(self._ledger.directory))
        new = list(self._next(questions, limit))
        self._tell(questions, new, say)
        if not new:
            return False
        study = self._ledger.study
        given = {track: dict(numbers) for track, numbers in study.given.items()}
        for _, keys in new:
            for key in keys:
                given[key.track][key.candidate] = max(given[key.track][key.candidate], key.number + 1)
        write_json(self._ledger.directory / FILE, {"most": study.most_seeds, "given": given})
        faults.reach("growth.given")
        self._ledger.study = replace(study, given=given)
        self._describe()
        return True

    def _next(self, questions: Sequence[Question], limit: Limit) -> Iterator[tuple[Question, list[RunKey]]]:
        """The pairs that get a seed now, and the runs that this takes."""
        left, taken = self._seconds_left(limit), set[RunKey]()
        for question in worth_a_seed(questions):
            if len(taken) >= self._ledger.study.workers:
                return
            keys = self._runs(question, question.seeds)
            if keys is None or not set(keys) - taken:
                continue
            takes = MARGIN * limit.expected(keys)
            reached = [chance for seeds, chance in question.chances.items() if _fits(seeds, question, takes, left)]
            if max(reached, default=0.0) >= LEAST_CHANCE:
                taken |= set(keys)
                left = None if left is None else left - takes
                yield question, keys

    def _runs(self, question: Question, number: int) -> list[RunKey] | None:
        """The final runs of this number that both sides, and what they start from, lack; None where one has none to
        start from."""
        wanted = [RunKey(name, question.track, "final", number) for name in question.sides]
        for key in wanted:
            wanted += [other for other in self._ledger.sources.needed(key) if other not in wanted]
        try:
            for key in wanted:
                self._ledger.sources.origins(key)
        except Refusal:
            return None
        return [key for key in wanted if key.number >= finals_of(self._ledger.study, key.candidate, key.track)]

    def _seconds_left(self, limit: Limit) -> float | None:
        """What the limit or the time leaves, times the workers; None without either."""
        study = self._ledger.study
        if study.limit_seconds is not None:
            return limit.seconds_left()
        return limit.seconds_of(study.time.seconds - CLOSING_SECONDS) if study.time else None

    def _tell(
        self, questions: Sequence[Question], new: Sequence[tuple[Question, list[RunKey]]], say: Callable[[str], None]
    ) -> None:
        """What is decided or given up, each once; and what further seeds are for."""
        for question in questions:
            if any(question is other for other, _ in new):
                continue
            ends = question.says if not question.open else f"{question.says}; {self._why_not(question)}"
            if (question.track, question.text) not in self._told:
                self._told.add((question.track, question.text))
                say(f"seeds: {question.text} ({question.track} track): {ends}")
        for question, keys in new:
            self._told.discard((question.track, question.text))
            say(
                f"seeds: {question.text} ({question.track} track): {question.says}; one more seed: "
                f"{', '.join(map(str, keys))}"
            )

    def _why_not(self, question: Question) -> str:
        if not question.chances:
            return "no further seed can decide it"
        if not _promising(question):
            chance = 100 * max(question.chances.values())
            return f"the seeds left would decide it with a probability of {chance:.0f}%: none is given"
        bound = _bound(self._ledger)
        return f"no seed is given now{f', for want of what {bound} leaves' if bound else ''}"


def worth_a_seed(questions: Sequence[Question]) -> list[Question]:
    """The comparisons that more seeds are likely enough to decide; first what they are likely to decide soonest."""
    return sorted(filter(_promising, questions), key=_soonest)


def _promising(question: Question) -> bool:
    return question.open and max(question.chances.values(), default=0.0) >= LEAST_CHANCE


def _soonest(question: Question) -> tuple[float, float]:
    """What is likely to be decided with the fewest further seeds comes first; then what is likelier in the end."""
    likely = (seeds - question.seeds for seeds, chance in sorted(question.chances.items()) if chance >= LIKELY)
    return next(likely, float("inf")), -max(question.chances.values())


def _fits(seeds: int, question: Question, takes: float, left: float | None) -> bool:
    """Whether so many seeds of both, of which each further one takes so long, end in the time left."""
    return left is None or (seeds - question.seeds) * takes <= left
