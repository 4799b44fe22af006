"""How sure a study's results are: what stands behind its first tables, in tables of its own, each with a note."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from suite.analysis.comparing import answers, ordering
from suite.analysis.comparing import flattery as flatteries
from suite.analysis.comparing import tuning as tunings
from suite.analysis.folder.reading import Records
from suite.analysis.table import certainty as tables

ORDER = (
    "Rank (95%): with the candidates that are decided better, and without those that are decided worse, where each "
    "pair is held against the range of all (Tukey; Al Mohamad, Goeman and van Zwet 2022): all ranks of the table hold "
    "together in 95% of such tables, so that they ask for more than the lead of the first alone. Best: the probability "
    "that the candidate's true accuracy is the highest, by the same model of seeds and images, were nothing known of "
    "the candidates before; no test, and not corrected for anything."
)
ORDER_ALONE = " One seed, or seeds that agree on every image: both measure the choice of test images alone."
TUNING = (
    "On the validation images. The best trial was chosen for its score, which therefore flatters: fresh seeds with the "
    "same parameters show by how much (means and intervals over the seeds alone). Best of n: what the best of n trials "
    "could be expected to have, were trials drawn independently from those that were seen, with repetition, which lies "
    "on the careful side (Dodge et al. 2019); a pruned trial counts as it stood, a failed one as the worst."
)
SHORTER = " Trials were shorter than final runs here, so that the two scores are not compared."
CHEATED = (
    "No result: the test images were looked at after each epoch to show what the best epoch by test would have given, "
    "the mean over the seeds of each run's best. Nothing chose by it. Intervals over the seeds alone."
)
CALIBRATION = (
    "Expected calibration error (Guo et al. 2017, 15 bins), the mean over the seeds, with its interval over seeds and "
    "test images; the lower end allows for noise, which alone makes the error larger. The figure shows the bins."
)
BY_CLASS = "Errors on the test images of each class, with intervals over seeds and images."
WORST = " The {shown} of {all} classes on which the candidates err most."
ALIKE = (
    "The share of test images to which two networks give the same class, the mean over pairs of runs; on the diagonal "
    "two seeds of one candidate. In brackets how far their errors fall on the same images beyond chance (Cohen's "
    "kappa: error consistency of Geirhos et al. 2020): 0 not at all, 1 on all."
)


@dataclass(frozen=True)
class Part:
    """A table with its title, and what a reader must know of it."""

    title: str
    table: pd.DataFrame
    note: str


@dataclass(frozen=True)
class Certainty:
    """Of one track."""

    title: str
    parts: list[Part]


def certainty(records: Records, rows: pd.DataFrame) -> list[Certainty]:
    """Of each track that has something to say; `rows` is the study's table."""
    found = [
        Certainty(f"How sure, {track} track", [part for part in _parts(records, own) if not part.table.empty])
        for track, own in rows.groupby("track", sort=False)
    ]
    return [one for one in found if one.parts]


def _parts(records: Records, rows: pd.DataFrame) -> Iterator[Part]:
    track, known = str(rows.track.iloc[0]), answers.answers(records, rows)
    ordered = ordering.order(records, rows)
    alone = ORDER_ALONE if ordered.images_only.any() else ""
    yield Part("The order", tables.order(ordered), ORDER + alone)
    found = tunings.optimism(records, track)
    shorter = SHORTER if (records.study.get("search_length") or 1) != 1 else ""
    if not found.empty:
        yield Part("What tuning found", tables.tuning(found, tunings.courses(records, track)), TUNING + shorter)
    cheated = flatteries.flattery(records, rows)
    if not cheated.empty:
        yield Part("What choosing by test would have given", tables.flattery(cheated), CHEATED)
    yield Part("Confidence", tables.calibration(answers.calibration(records, track, known)), CALIBRATION)
    names, classes = list(records.study["data"]["class_names"]), answers.by_class(records, known)
    worst = WORST.format(shown=tables.CLASSES, all=len(classes)) if len(classes) > tables.CLASSES else ""
    yield Part("By class", tables.by_class(classes, names), BY_CLASS + worst)
    yield Part("Agreement", tables.alike(answers.alike(known)), ALIKE)
