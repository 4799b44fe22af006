"""Each candidate's layers: the shapes that an image takes on its way, and where parameters and multiply-adds are."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis.figures import drawing
from suite.analysis.figures.drawings import own
from suite.analysis.figures.picture import Picture
from suite.analysis.folder.reading import Records
from suite.analysis.units import scaled, whole
from suite.core.directories import TRACE
from suite.models import diagram


def pictures(records: Records, rows: pd.DataFrame) -> Iterator[Picture]:
    """The trace of each candidate, where its first final run kept one; of several tracks, the first shows it."""
    for candidate, track in own(rows)[["candidate", "track"]].itertuples(index=False):
        values = records.arrays.get(f"{candidate}/{track}/final/0/{TRACE}")
        if values is not None and track == records.study["tracks"][0]:
            said = "; ".join(text for _, _, text in diagram.LINES)
            with mpl.rc_context(drawing.STYLE):
                text = drawing.svg(diagram.draw(values))
            yield Picture(
                f"layers-{candidate}-{track}",
                f"The layers of {candidate}.",
                f"Of each layer, from the image to the answer: {said}. The vertical axes are logarithmic.",
                text,
                str(candidate),
                str(track),
                alt=describe(values),
            )


def describe(values: NDArray[np.int64]) -> str:
    """The course of a trace in words."""
    side, channels, params, macs = values
    stages = [place for place in range(len(side)) if place + 1 == len(side) or side[place + 1] != side[place]]
    course = ", ".join(f"{side[place]} with {channels[place]:,} channels" for place in stages[:12])
    more = f", and {len(stages) - 12} more" if len(stages) > 12 else ""
    return (
        f"{len(side):,} layers, {whole(params.sum())} parameters, {scaled(macs.sum())} multiply-adds; sides at the end "
        f"of each stage: {course}{more}."
    )
