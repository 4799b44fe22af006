"""What is said at the end of a session of runs that failed, and of evaluations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from suite.core.directories import RunKey
from suite.core.result import Result
from suite.study.ledger import Ledger
from suite.study.sources import NEVER_STARTED
from suite.study.tolerance import unavailable


def failures_text(ledger: Ledger, failed: list[Result]) -> str:
    """How many runs failed, and how one is trained again: a failure is a result, so that no command repeats it."""
    counts = Counter(f"{result.candidate} ({result.outcome})" for result in failed)
    text = (
        f"{len(failed)} {'run' if len(failed) == 1 else 'runs'} failed: "
        f"{', '.join(name if count == 1 else f'{count} x {name}' for name, count in counts.items())}. "
    )
    lacking = [str(result.reason).partition(": ")[2] for result in failed if unavailable(result)]
    mendable = [r for r in failed if not unavailable(r) and not str(r.reason).startswith(NEVER_STARTED)]
    if lacking and not mendable:  # the same command tries these again
        return f"{text}{lacking[0]}"
    text += "".join(f"{reason}. " for reason in lacking[:1])
    first = (mendable or failed)[0]
    folder = ledger.path(RunKey(first.candidate, first.track, first.phase, first.number))
    return (
        f"{text}A failure is a result; to train it again, mend its cause and type the same command with retry=failed, "
        f"or delete its folder, here {folder}"
    )


def unevaluated_text(reasons: Mapping[RunKey, str], name: tuple[str, str]) -> str:
    """Of how many runs something could not be measured, and why not of the first. name: of one such, and of several."""
    first, count = next(iter(reasons)), len(reasons)
    return (
        f"{count} {name[count > 1]} failed, {first} for one: "
        f"{reasons[first]}. The same command tries {'it' if count == 1 else 'them'} again"
    )
