"""What the intervals of a report are, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from suite.analysis.comparing.sequential import Looks, looks_of
from suite.analysis.comparing.spreads import lends
from suite.analysis.folder.reading import Records

INTERVALS = (
    "95% intervals of the mean over seeds and test images, as if both were drawn anew: crossed variance components of "
    "final runs and test images, Student's t with Satterthwaite's degrees of freedom. A candidate with one seed has "
    "Wilson's interval, which measures the choice of test images alone. n is seeds × test images. What is known of a "
    "run only as one number has an interval over seeds alone (Student; Welch for differences), and none where all "
    "seeds' values are equal. Only candidates with all planned seeds completed are ranked and judged. The first's lead "
    "over the others is held against the range of as many equal candidates as are still open (Tukey, Games and Howell, "
    "from the clearest lead to the least clear one): at most 5% of tables decide one that is none. A claim was made "
    "before, and is one comparison."
)
LENDING = (
    "Candidates that may be ranked together lend each other their seeds' spread (a moderated variance, Smyth 2004: "
    "pooled where the candidates' spreads differ no more than chance, each its own where they differ a lot); "
    "intervals=own leaves each candidate its own."
)


def intervals(studies: Sequence[Records]) -> str:
    """What the intervals of one study or several are, and whose seeds' spread they rest on."""
    lending, looks = [lends(records) for records in studies], [looks_of(records.study) for records in studies]
    among = "" if all(lending) else "Where a study says nothing else: "
    parts = [INTERVALS, *([f"{among}{LENDING}"] if any(lending) else [])]
    return " ".join([*parts, *(_looks(found) for found in dict.fromkeys(filter(None, looks)))])


def _looks(looks: Looks) -> str:
    asked = looks.levels()
    all_levels = f"{100 * min(asked.values()):.1f} to {100 * max(asked.values()):.1f}%"
    return (
        f"Where seeds=auto gave further seeds, claims and the first's lead are looked at with {looks.first} seeds of "
        f"both, with {looks.first + 1}, and so on up to {looks.most}, each time with the first seeds that both have "
        "and their own spread, and the first look that decides stays. Each look has an interval of its own level, "
        f"{all_levels}, where the tables say 95%: 5% of false decisions are spent over the looks (Lan and DeMets 1983, "
        "by a function like Pocock's), so that these intervals hold together in 95% of studies, however often one "
        "looks (Jennison and Turnbull 1989). The first's lead is held against the range of all ranked candidates at "
        "that level. Intervals of single rows are those of their seeds, as if the number had been fixed."
    )
