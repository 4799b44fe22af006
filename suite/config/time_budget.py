"""`time=45m`: how long a study may take in all, and what of it every candidate gets as much of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from suite.config.candidate import Candidate
from suite.config.checks import one_of, seconds_from
from suite.config.layers import length_of
from suite.core.refusals import Refusal

EQUAL = ("images", "seconds")


@dataclass(frozen=True)
class TimeBudget:
    """The time of a whole study, from its start to its report; `equal` images, or seconds on the device, in each final
    run."""

    seconds: float
    equal: str = "images"

    @property
    def text(self) -> str:
        """The time as it is typed: `1h30m`."""
        left, found = self.seconds, ""
        for unit, size in (("h", 3600), ("m", 60)):
            count = int(left // size)
            left -= count * size
            found += f"{count}{unit}" if count else ""
        return found + (f"{left:g}s" if left or not found else "")

    @property
    def label(self) -> str:
        """What it adds to an instance's name."""
        return self.text if self.equal == "images" else f"{self.text}-seconds"


def time_budget(cfg: Mapping[str, Any], candidates: Iterable[Candidate]) -> TimeBudget | None:
    """The time budget of a composed configuration, None where something else sets the lengths.

    The nearest word on a length counts, as for `images_seen` and `recipe.epochs`. Raises Refusal for contradictions.
    """
    word, value = length_of([*cfg["layers"], cfg["typed"]])
    equal = one_of("equal", cfg["equal"], EQUAL)
    if word != "time":
        if equal != "images":
            raise Refusal(f"equal={equal} says how time=45m is divided, and no time= is given, or not the nearest")
        return None
    seconds = seconds_from(value, "time")
    assert seconds is not None, "null is no word on a length"
    if cfg["limit"] is not None:
        raise Refusal(
            f"time={value} chooses lengths that end in time, limit={cfg['limit']} stops a search of given lengths: "
            "give one of them (limit=null takes a study's back)"
        )
    for candidate in candidates:
        if not candidate.timed:
            raise Refusal(
                f"candidate {candidate.name} has its own recipe.epochs={candidate.recipe.epochs:g}, and time={value} "
                "sets every candidate's length: leave one of them out"
            )
        if "epochs" in candidate.search.dimensions:
            raise Refusal(
                f"candidate {candidate.name}: search space {candidate.search.space} searches epochs, which "
                f"time={value} sets: take it out of the space"
            )
    return TimeBudget(seconds, equal)
