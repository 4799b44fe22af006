"""`dry_run=power`: how many seeds, images and hours would decide a difference, from the spread that was seen so far."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from suite.analysis.comparing.spreads import Lending
from suite.analysis.folder.collect import collect
from suite.analysis.folder.reading import Records, read
from suite.analysis.statistics.deciding import POWER, Components, components, images_needed, seeds_needed
from suite.core.metrics import by_name

PINNED = Components(image=0.0284, seed=1.2e-5, rest=0.122)
"""What `seen` gives of reports/published/resnet_vs_vgg: CIFAR-10, three passes, three small networks, three seeds."""

DIFFERENCES = (0.005, 0.01, 0.02)
"""Of accuracy: half a point, one, two."""


def seen(records: Records) -> tuple[Components, int] | None:
    """The components of a typical difference of two of a study's candidates, and how many have two seeds or more.

    The median over neighbours in the study's order, of the metric that rows are ranked by and of the track that has
    the most of them; None where no two candidates have two seeds each on the same images.
    """
    metric, lending = by_name(records.task.metrics)[records.task.judged[0]], Lending(records)
    found = list[Components]()
    for track in records.study["tracks"]:
        tables = [
            (scores, lending.of(name, track, metric))
            for name in records.study["candidates"]
            if (scores := records.scores(name, track, metric)) is not None and len(scores) > 1
        ]
        parts = [
            components(first, second, (lent, other))
            for (first, lent), (second, other) in pairwise(tables)
            if first.shape[1] == second.shape[1]
        ]
        found = max(found, parts, key=len)
    if not found:
        return None
    image, seed, rest = (
        float(np.median([getattr(part, name) for part in found])) for name in ("image", "seed", "rest")
    )
    return Components(image, seed, rest), len(found) + 1


def of_instance(instance: Path) -> tuple[Components, int] | None:
    """`seen` of the records of an instance's directory, read without leaving anything there."""
    with tempfile.TemporaryDirectory() as name:
        collect(instance, Path(name))
        return seen(read(Path(name)))


def lines(
    found: tuple[Components, int] | None,
    images: int,
    seeds: int,
    cost: Callable[[int], str],
    differences: Sequence[float] = DIFFERENCES,
) -> list[str]:
    """What decides each difference, one line each: seeds on `images` test images, or images with `seeds` seeds.

    `found`: what `seen` saw; None where nothing was seen, and `PINNED` stands for it. `cost`: what the study takes with
    so many seeds, as text.
    """
    basis = "by the spread pinned from published studies: this instance has no two candidates of two seeds yet"
    if found:
        basis = f"by the spread of the {found[1]} candidates of this instance that have two seeds or more"
    parts, _ = found or (PINNED, 0)
    deviation = (parts.seed / 2) ** 0.5
    shown = [
        basis,
        f"one seed's accuracy spreads by {100 * deviation:.2f} points; {images:,} test images by "
        f"{100 * (parts.image / images) ** 0.5:.2f} points of a difference",
    ]
    for effect in differences:
        enough, more = seeds_needed(effect, parts, images), images_needed(effect, parts, max(2, seeds))
        by_seeds = f"{enough:,} seeds each ({cost(enough)})" if enough else "no number of seeds on these images"
        by_images = f"{more:,} test images" if more else "no number of test images"
        shown.append(f"{100 * effect:g} points: {by_seeds}; with {max(2, seeds)} seeds, {by_images}")
    return [*shown, f"each so that {100 * POWER:.0f} of 100 such studies decide a planned comparison of two at 95%"]
