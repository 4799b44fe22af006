"""What each candidate takes for what."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from suite.analysis.figures import drawing
from suite.analysis.figures.drawings import own
from suite.analysis.figures.picture import Picture
from suite.analysis.folder.reading import Records
from suite.tasks import confusion


def pictures(records: Records, rows: pd.DataFrame) -> Iterator[Picture]:
    """The confusion matrix of each candidate's final runs."""
    classes = list(records.study["data"]["class_names"])
    for candidate, track in own(rows)[["candidate", "track"]].itertuples(index=False):
        labels = records.labels(candidate, track)
        if labels is None:
            continue
        runs = [records.arrays[f"{name}/predicted"] for name in records.finals(candidate, track)]
        counts = confusion.count(labels, runs, len(classes))
        yield Picture(
            f"confusion-{candidate}-{track}",
            f"What {candidate} takes for what, {track} track.",
            f"Test images of all final runs together ({len(runs)}); the darker, the larger the share of its row.",
            drawing.draw_confusion(counts, classes),
            str(candidate),
            str(track),
            alt=drawing.most_confused(counts, classes),
        )
