"""What is measured of final runs beside their test: on corrupted copies of its images, after each epoch, or how quickly
their networks answer.

evaluation:
  every_epoch: true                                     to show what choosing the best epoch by test would have given
  latency: true                                         of each candidate, one image at a time and many at once
  corruptions: true                                     all fifteen kinds at all five strengths
  corruptions: [fog, snow]                              these kinds at all strengths
  corruptions: {kinds: [fog], strengths: [1, 3, 5], baseline: resnet20}
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from suite.config.checks import as_list, boolean, mapping, one_of
from suite.core.evaluation import copy_name, metrics
from suite.core.metrics import Metric
from suite.core.refusals import Refusal, unknown
from suite.data.corruptions import STRENGTHS, corruptions, get

KEYS = ("kinds", "strengths", "baseline")
SWITCHES = ("every_epoch", "latency")
SECTION = ("corruptions", *SWITCHES)


@dataclass(frozen=True)
class Evaluation:
    """kinds, strengths: of corruptions, in the paper's order; none where nothing is evaluated. baseline: the candidate
    whose errors the others' are divided by, as the paper divides by AlexNet's; None for no such figure. every_epoch:
    whether the test images are looked at after each epoch, too; nothing chooses by it (`suite.core.by_epoch`). latency:
    whether it is timed how quickly each candidate's network answers (`suite.core.latency`)."""

    kinds: tuple[str, ...] = ()
    strengths: tuple[int, ...] = ()
    baseline: str | None = None
    every_epoch: bool = False
    latency: bool = False

    @property
    def copies(self) -> list[tuple[str, int]]:
        """Every kind at every strength."""
        return [(kind, strength) for kind in self.kinds for strength in self.strengths]

    def tests(self, epochs: int) -> int:
        """How often a final run of so many epochs sees all test images, their corrupted copies included."""
        return 1 + len(self.copies) + (epochs if self.every_epoch else 0)

    @property
    def names(self) -> list[str]:
        """The same, as records name them."""
        return [copy_name(kind, strength, get(kind).version) for kind, strength in self.copies]

    @property
    def metrics(self) -> list[Metric]:
        """What is measured: what a claim may speak of, too."""
        return metrics(self.kinds, self.baseline) if self.kinds else []


def evaluation_from(section: Any, candidates: Collection[str]) -> Evaluation:
    """Raises Refusal for unknown keys, kinds and candidates, and for strengths that there are not."""
    section = mapping("evaluation", section, SECTION)
    every_epoch, latency = (boolean(f"evaluation.{name}", section.get(name, False)) for name in SWITCHES)
    asked = section.get("corruptions", False)
    if asked is None or asked is False:
        return Evaluation(every_epoch=every_epoch, latency=latency)
    said = asked if isinstance(asked, Mapping) else {} if asked is True else {"kinds": asked}
    values = mapping("evaluation.corruptions", said, KEYS)
    kinds = [
        one_of("evaluation.corruptions", kind, tuple(corruptions()))
        for kind in as_list("evaluation.corruptions", values.get("kinds", list(corruptions())))
    ]
    strengths = values.get("strengths", list(STRENGTHS))
    strengths = as_list("evaluation.corruptions.strengths", [strengths] if isinstance(strengths, int) else strengths)
    for strength in strengths:
        if isinstance(strength, bool) or strength not in STRENGTHS:
            raise Refusal(f"evaluation.corruptions.strengths={strength}: expected whole numbers from 1 to 5")
    baseline = values.get("baseline")
    if baseline is not None and baseline not in candidates:
        raise unknown("candidate in evaluation.corruptions.baseline:", str(baseline), candidates)
    return Evaluation(
        tuple(kind for kind in corruptions() if kind in kinds),
        tuple(strength for strength in STRENGTHS if strength in strengths),
        None if baseline is None else str(baseline),
        every_epoch,
        latency,
    )
