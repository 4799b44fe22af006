"""A random crop of the padded image: a shift by at most so many pixels each way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import PLACES, Transform
from suite.training.recipe.part import Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    height, width = batch.size
    reflect = numbers["shift_padding"] == "reflect"
    batch = batch.from_rows(*_source(uniforms[:, 0], numbers["shift"], height, reflect))
    return batch.from_columns(*_source(uniforms[:, 1], numbers["shift"], width, reflect))


def _source(uniform: Any, shift: int, size: int, reflect: bool) -> tuple[Any, Any, Any]:
    """For each place along an axis the place it is taken from, whether that lies inside, and whether it is the pixel
    itself and no reflection: all (n, size).

    A reflection has the period 2 (size - 1): a shift beyond the image goes on to and fro, as numpy's padding does.
    """
    from keras import ops

    from suite.training.batch import whole_below

    place = ops.arange(size, dtype="int32")[None, :] + (whole_below(uniform, 2 * shift + 1) - shift)[:, None]
    inside = ops.logical_and(place >= 0, place < size)
    if reflect:
        period = max(2 * (size - 1), 1)
        folded = ops.mod(place, period)
        return ops.minimum(folded, period - folded) if size > 1 else folded * 0, None, inside
    return ops.clip(place, 0, size - 1), inside, inside


PART = Transform(
    "shift",
    "Random crop of the padded image",
    numbers=(
        Number("shift", 0, "structural", "pixels of padding on each side", low=0, neutral=0, pixels=True),
        Number(
            "shift_padding", "zero", "structural", "the training set's mean colour, or the image's reflection",
            neutral="zero", choices=("zero", "reflect"), needs="shift",
        ),
    ),
    version=2,  # a stream of its own
    apply=_apply,
    switch="shift",
    draws=2,
    order=PLACES,
)  # fmt: skip
