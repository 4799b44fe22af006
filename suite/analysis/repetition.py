"""Whether a row that was trained again came out as its report lets one expect, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from suite import tasks
from suite.analysis.units import percent
from suite.core.metrics import Metric, by_name
from suite.core.outcomes import Outcome
from suite.core.result import Result
from suite.records.embedded import Embedded, Row, Run

ROUNDING = 1e-9
"""By which a value on an end of the interval may miss it."""


@dataclass(frozen=True)
class Verdict:
    """holds: whether nothing speaks against the report."""

    holds: bool
    lines: list[str]


def judged(page: Embedded, row: Row, result: Result, weights: Mapping[str, str] | None = None) -> Verdict:
    """Judge a row's new run. `weights`: the SHA-256 of what it started and learned from, by what for.

    A run with a recorded seed has to be equal in every figure where everything that decides bits is equal; any other
    has to lie in the interval for one more seed. Where nothing is known of the seeds' spread, nothing is held against
    it, which is said.
    """
    if result.outcome is not Outcome.COMPLETED:
        why = f": {result.reason}" if result.reason else ""
        which = f"The run of {result.candidate}, which it needs," if result.candidate != row.candidate else "The run"
        return Verdict(False, [f"{which} did not complete ({result.outcome}{why}); those of the report did."])
    metric = by_name(tasks.get(page.task).metrics)[page.metric]
    value = result.metrics[page.metric]
    assert value is not None, "a completed final run was tested"
    runs = [page.runs[key] for key in row.runs]
    known = ", ".join(f"{_shown(metric, run.figures[page.metric])} with seed {run.seed}" for run in runs)
    name = _called(metric)
    lines = [f"recorded: {name} {known}", f"new:      {name} {_shown(metric, value)} with seed {result.seed}"]
    same = next((run for run in runs if run.seed == result.seed), None)
    if same is not None:
        unequal = differing(same, result)
        if not unequal:
            text = f"Equal bit for bit: all {len(same.figures)} figures of the recorded run, to the last digit."
            return Verdict(True, [*lines, text])
        reasons = other_circumstances(same, result, weights or {})
        first = f"{unequal[0]} was {same.figures[unequal[0]]!r} and is {result.metrics.get(unequal[0])!r}"
        if not reasons:
            return Verdict(False, [*lines, f"Not equal, though device, threads, versions and code are: {first}."])
        lines.append(f"Not equal to the last digit ({first}), which need not be, for another is {', '.join(reasons)}.")
    return _within(row, metric, value, lines)


def _within(row: Row, metric: Metric, value: float, lines: list[str]) -> Verdict:
    expected = row.expected
    if expected is None:
        text = "Nothing is known of how far seeds of this row spread, so that there is no interval to hold it against."
        return Verdict(True, [*lines, text])
    inside = expected.low - ROUNDING <= value <= expected.high + ROUNDING
    ends = sorted([_number(metric, expected.low), _number(metric, expected.high)])
    whose = "this row's seeds and of comparable rows'" if expected.lent else "this row's seeds"
    share = f"{100 * expected.level:.0f} of 100 further seeds"
    text = (
        f"The new value {'lies' if inside else 'does NOT lie'} within {_written(metric, ends[0])} to "
        f"{_written(metric, ends[1])}, where {share} fall by the spread of {whose}."
    )
    chance = "" if inside else " One in twenty lies outside by chance: another seed=N tells more."
    return Verdict(inside, [*lines, text + chance])


def differing(recorded: Run, result: Result) -> list[str]:
    """The figures that are not equal to the last digit."""
    return [name for name, value in recorded.figures.items() if result.metrics.get(name) != value]


def other_circumstances(recorded: Run, result: Result, weights: Mapping[str, str]) -> list[str]:
    """What is not as it was of all that decides bits: device, threads, versions, code, determinism, weights."""
    found = []
    for name in ("device", "threads"):
        before, now = getattr(recorded, name), getattr(result, name)
        if before != now:
            found.append(f"the {name} ({before}, now {now})" if name == "device" else f"the number of threads "
                         f"({before}, now {now})")  # fmt: skip
    other = [
        f"{name} {recorded.versions.get(name, 'none')}, now {result.versions.get(name, 'none')}"
        for name in sorted({*recorded.versions, *result.versions})
        if recorded.versions.get(name) != result.versions.get(name)
    ]
    found += [f"the version ({'; '.join(other)})"] if other else []
    if recorded.commit != result.commit:
        found.append(f"the commit ({_short(recorded.commit)}, now {_short(result.commit)})")
    if not (recorded.deterministic and result.deterministic):
        found.append("each run on this device without deterministic=true")
    for name, sha256 in weights.items():
        if sha256 != (recorded.identity or {}).get(name, {}).get("sha256"):
            found.append(f"the {name} file that it took")
    return found


def _short(commit: str | None) -> str:
    return commit[:12] + ("+changes" if commit.endswith("+changes") else "") if commit else "unknown"


def _called(metric: Metric) -> str:
    return "test error" if _as_error(metric) else metric.heading.lower()


def _as_error(metric: Metric) -> bool:
    """Whether a table shows the metric as what is missing to all."""
    return metric.unit == "fraction" and metric.better == "higher"


def _number(metric: Metric, value: float) -> float:
    return 1 - value if _as_error(metric) else value


def _written(metric: Metric, number: float) -> str:
    return f"{percent(number)}%" if metric.in_percent else f"{number:.4g}"


def _shown(metric: Metric, value: float) -> str:
    return _written(metric, _number(metric, value))
