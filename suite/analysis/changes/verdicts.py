"""The claims of both, and those whose verdict is another one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from suite.analysis.comparing.claims import Judgement, judgements
from suite.analysis.folder.reading import Records


@dataclass(frozen=True)
class ClaimChange:
    """A claim on one track. before, after: None where it was not made."""

    text: str
    track: str
    before: Judgement | None
    after: Judgement | None

    @property
    def changed(self) -> bool:
        """Whether verdict or test is another; its numbers may be others too where it is not."""
        return self.before is None or self.after is None or _tested(self.before) != _tested(self.after)


def claim_changes(old: Records, new: Records) -> list[ClaimChange]:
    """All claims, in the order of the new report, then those that went. Claims are told apart by their sentences."""
    before, after = _by_text(judgements(old)), _by_text(judgements(new))
    return [ClaimChange(*key[:2], before.get(key), after.get(key)) for key in dict.fromkeys([*after, *before])]


def _by_text(judged: list[Judgement]) -> dict[tuple[str, str, int], Judgement]:
    """By sentence, track, and the how-manieth of this sentence it is."""
    seen: Counter[tuple[str, str]] = Counter()
    found = {}
    for claim in judged:
        place = claim.text, claim.track
        found[(*place, seen[place])] = claim
        seen[place] += 1
    return found


def _tested(claim: Judgement) -> tuple[object, ...]:
    return claim.verdict, claim.form, claim.candidates, claim.metric.name, claim.margin, claim.with_less
