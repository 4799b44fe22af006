"""How a report's tables are arranged: which columns the comparison table has, in which order, and by what its rows
stand; and to which accuracies the time is told.

A study asks for it as `table`. It changes no number, no rank and no run, and so may be changed whenever one likes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from suite.core.refusals import Refusal, nearest_first

COLUMNS = (
    "rank", "candidate", "test_error", "balanced_error", "seeds", "top5_error", "year", "depth", "trainable_params",
    "params_published", "macs", "device_seconds", "tuning_seconds", "latency_seconds", "inference_images_per_second",
    "published_error", "published_top5_error", "key_innovation", "note",
)  # fmt: skip
"""The columns by their names in table.csv, where they have one."""
ALWAYS = ("candidate", "test_error", "balanced_error", "seeds", "note")
"""What no table goes without: whose row it is, its error with interval and n, and what keeps it from being compared."""
RANK, LISTED = "rank", "candidates"
SORTS = (RANK, LISTED, "year", "trainable_params", "macs", "device_seconds", "tuning_seconds", "latency_seconds")
"""By what rows may stand: by rank, as the study lists its candidates, or from the least to the largest of a column."""


@dataclass(frozen=True)
class Arrangement:
    """columns: those beside `ALWAYS`, or with them in their places; None for all that say something. sort: of `SORTS`.
    reach: validation accuracies, fractions, to which the training time is told; none for those that say something.

    Raises Refusal for a name that there is not, with all that there are, for one that stands there twice, and for an
    accuracy that is none.
    """

    columns: tuple[str, ...] | None = None
    sort: str = RANK
    reach: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for name in self.columns or ():
            _known("table.columns", name, COLUMNS)
            if self.columns and self.columns.count(name) > 1:
                raise Refusal(f"table.columns has {name} twice")
        _known("table.sort", self.sort, SORTS)
        for accuracy in self.reach:
            if not 0 < accuracy < 1:
                raise Refusal(f"table.reach: expected accuracies between 0 and 1, such as 0.9, not {accuracy:g}")

    @classmethod
    def described(cls, study: Mapping[str, Any]) -> Arrangement:
        """What a study's description says of its table: the inverse of `as_mapping`."""
        asked = study.get("table") or {}
        columns = tuple(asked["columns"]) if "columns" in asked else None
        return cls(columns, asked.get("sort", RANK), tuple(asked.get("reach") or ()))

    def as_mapping(self) -> dict[str, Any]:
        """What differs from a table that nobody arranged, as study.json has it."""
        columns = {} if self.columns is None else {"columns": list(self.columns)}
        reach = {"reach": list(self.reach)} if self.reach else {}
        return {**columns, **({} if self.sort == RANK else {"sort": self.sort}), **reach}

    @property
    def places(self) -> tuple[str, ...] | None:
        """All columns in their order, with those of `ALWAYS` that were not asked for: the note at the end, the others
        behind whatever of them, or the rank, was asked for first. None for the columns that a table has anyway."""
        if self.columns is None:
            return None
        first = tuple(takewhile((RANK, *ALWAYS[:-1]).__contains__, self.columns))
        missing = tuple(name for name in ALWAYS if name not in self.columns)
        note = missing[-1:] if ALWAYS[-1] in missing else ()
        return (*first, *missing[: len(missing) - len(note)], *self.columns[len(first) :], *note)


def _known(what: str, name: str, names: Sequence[str]) -> None:
    if name not in names:
        raise Refusal(
            f"{what}: there is no {name!r}, but there are, nearest first: {', '.join(nearest_first(name, names))}"
        )
