"""AugMix: each image is mixed with three versions of itself, each of which went through a chain of operations.

The paper's width 3, depth 1 to 3 and weights (Dirichlet and Beta of 1), nine operations, and its amounts up to the
severity; moved pixels are the mean of four, as in the authors' code. Deviations: a chain's moves are one map that is
followed once, where the code interpolates anew for each, and values are changed as the image lies before it is moved;
angles are not cut to whole degrees; the paper's second part, a loss that holds an image's versions together
(Jensen-Shannon), is no transform and is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from suite.training.augment import PLACES, Transform
from suite.training.recipe.part import Number

WIDTH, DEPTH = 3, 3
NAMES = ("identity", "autocontrast", "equalize", "posterize", "rotate", "solarize", "shear_x", "shear_y",
         "translate_x", "translate_y")  # fmt: skip
"""Without those that the corruptions of ImageNet-C have, which the method is tested on."""

WEIGHTS, DEPTHS, STEPS = WIDTH + 1, WIDTH, 3 * WIDTH * DEPTH


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    from suite.training.pixels import bilinear

    still = replace(batch, rows=None, columns=None, rows_inside=None, columns_inside=None, maps=None, kept=None)
    counts = batch.counts()
    parts = -ops.log(ops.maximum(uniforms[:, :WIDTH], 1e-30))
    weights = parts / ops.sum(parts, axis=1, keepdims=True)
    chains = [_chain(still, counts, uniforms, chain, numbers["augmix"]) for chain in range(WIDTH)]
    found = bilinear.corners(still.versions(ops.stack([chain.table for chain in chains], axis=-1)))
    channels, mixed = batch.images.shape[-1], 0.0
    for number, chain in enumerate(chains):
        seen, inside = bilinear.means(found, chain.maps, number * channels, channels)
        share = weights[:, number, None, None] * ops.cast(inside, "float32")  # black outside, as the authors' code
        mixed = mixed + share[..., None] * seen
    share = uniforms[:, WIDTH, None, None, None]
    return batch.recoloured(lambda images: ops.floor((1.0 - share) * images + share * mixed + 0.5))


def _chain(batch: Any, counts: Any, uniforms: Any, chain: int, severity: Any) -> Any:
    """The images after the operations of one chain."""
    from keras import ops

    from suite.training.batch import whole_below
    from suite.training.pixels import operations

    amounts = operations.Amounts(
        rotate=30.0, shear=0.3, factor=0.0, posterize=(4.0, 0.0), solarize=(256.0, 0.0), share=1 / 3, bits=ops.ceil
    )
    depth = 1 + whole_below(uniforms[:, WEIGHTS + chain], DEPTH)
    for step in range(DEPTH):
        first = WEIGHTS + DEPTHS + 3 * (DEPTH * chain + step)
        which = ops.where(step < depth, 1 + whole_below(uniforms[:, first], len(NAMES) - 1), 0)
        strength = (0.1 + uniforms[:, first + 1] * (severity - 0.1)) / 10.0
        amount = amounts.of(NAMES, which, strength, uniforms[:, first + 2] < 0.5, batch.size)
        batch = operations.with_tables(batch, counts, NAMES, which, amount)
        batch = batch.turned(operations.maps(NAMES, which, amount, batch.size), bilinear=True)
    return batch


PART = Transform(
    "augmix",
    "Mixed with three changed versions of itself",
    numbers=(Number("augmix", 0.0, "switched", "severity, up to 10; the paper's is 3", 0, 10, neutral=0.0),),
    version=2,  # the mean of four pixels
    source="Hendrycks et al., arXiv:1912.02781",
    apply=_apply,
    switch="augmix",
    draws=WEIGHTS + DEPTHS + STEPS,
    order=PLACES + 6,
    boxes=False,
)
