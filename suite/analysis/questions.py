"""What a study asks that further seeds may decide, for `seeds=auto`: its claims, or who is first where it has none.

Judged as the report judges them, from the same records. How probable it is that more seeds decide a comparison is its
predictive power (Spiegelhalter, Freedman & Blackburn, Controlled Clinical Trials 7, 1986): with components of variance
as they are known by now, the difference with S seeds is normal about that with s of them, with Var(s) - Var(S).
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from scipy.special import ndtr

from suite.analysis.comparing.claims import Judgement, judgements
from suite.analysis.comparing.sequential import Looks, first_looked_at, looks_of
from suite.analysis.folder.collect import collect
from suite.analysis.folder.reading import Records, read
from suite.analysis.statistics.deciding import Components, components
from suite.analysis.statistics.intervals import Interval, quantile, wilson
from suite.analysis.statistics.verdicts import UNDECIDED
from suite.analysis.table.columns import table
from suite.analysis.table.presentation import advantage
from suite.analysis.units import lead
from suite.core.metrics import by_name
from suite.core.questions import Question


def of_instance(instance: Path) -> list[Question]:
    """The questions of an instance's directory, read without leaving anything there."""
    with tempfile.TemporaryDirectory() as name:
        collect(instance, Path(name))
        return questions(read(Path(name)))


def questions(records: Records) -> list[Question]:
    """Each claim on each track; of a study without claims the first of each track against its nearest open rival.

    Raises ValueError for a study whose number of seeds was fixed.
    """
    looks = looks_of(records.study)
    if looks is None:
        raise ValueError("a study with a fixed number of seeds asks for no more of them")
    if records.study["claims"]:
        return [_of_claim(judged, looks) for judged in judgements(records)]
    return [question for track in records.study["tracks"] for question in _of_first(records, track, looks)]


def _of_claim(judged: Judgement, looks: Looks) -> Question:
    step = judged.weakest
    if step is None or judged.advantage is None:
        return Question(judged.text, judged.track, judged.candidates, 0, True, judged.reason, {})
    is_open = judged.verdict == UNDECIDED
    says = f"{judged.verdict} with {judged.advantage.seeds[0]} seeds each, {advantage(judged)}"
    found = chances(judged.form, judged.advantage, step.components, step.seeds, judged.margin, looks) if is_open else {}
    return Question(judged.text, judged.track, step.sides, step.seeds, is_open, says, found)


def _of_first(records: Records, track: str, looks: Looks) -> Iterator[Question]:
    """Nothing where fewer than two candidates of the track are ranked."""
    rows, metric = table(records), by_name(records.task.metrics)[records.task.judged[0]]
    names = [str(name) for name in rows[(rows.track == track) & rows["rank"].notna()].candidate]
    found = [scores for name in names if (scores := records.scores(name, track, metric)) is not None]
    if len(found) < 2:
        return
    looked = first_looked_at(found, looks)
    places = [place for place, interval in enumerate(looked) if not interval.low > 0]
    place = places[0] if places else 0
    interval, rival = looked[place], found[place + 1]
    text = f"{names[0]} is ahead of {names[place + 1]}"
    ahead = lead(interval.mean, interval.low, interval.high)
    says = f"{'not decided' if places else 'decided'} with {interval.seeds[0]} seeds each, {ahead}"
    seeds = min(len(found[0]), len(rival))
    later = chances("better", interval, components(found[0], rival), seeds, 0.0, looks) if places else {}
    yield Question(text, track, (names[0], names[place + 1]), seeds, bool(places), says, later)


def chances(
    form: str, advantage: Interval, found: Components, seeds: int, margin: float, looks: Looks
) -> Mapping[int, float]:
    """By number of seeds of both, more than `seeds`: how probable it is that they decide a claim of this form.

    Of one comparison; the first of many is asked for more than this reckons with.
    """
    images = advantage.images or 1
    least = found.sides / 2 * wilson(0.0, images)[1] if advantage.images else 0.0
    now, _ = found.variance(seeds, images)
    asked, later = looks.levels(), dict[int, float]()
    for number in range(seeds + 1, looks.most + 1):
        then, degrees = found.variance(number, images)
        half = max(least, quantile(asked[number], min(degrees, found.sides * (number - 1))) * math.sqrt(then))
        later[number] = _decided(form, advantage.mean, math.sqrt(max(now - then, 0.0)), half, margin)
    return later


def _decided(form: str, mean: float, deviation: float, half: float, margin: float) -> float:
    """P(an interval of this half width about a normal mean decides a claim)."""

    def below(value: float) -> float:
        return float(ndtr((value - mean) / deviation)) if deviation > 0 else float(mean < value)

    if form == "equal":
        inside = max(0.0, below(margin - half) - below(half - margin))
        return inside + below(-margin - half) + 1 - below(margin + half)
    threshold = -margin if form == "at_least" else margin
    return below(threshold - half) + 1 - below(threshold + half)
