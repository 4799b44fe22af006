"""How a picture becomes an image of a set: what training images went through, pictures to be classified go through too.

A picture is cut to its central square (or laid whole on a black one, or squashed) and brought to the side that the
set's own pictures have; then the set's step follows (zeros around, or bilinear enlarging); then, where a study asks for
another size, bicubic resizing; last, where images are kept larger than what the network gets, their central part is
brought to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from suite.core.refusals import Refusal

Images = npt.NDArray[np.uint8]
Kind = Literal["crop", "pad", "enlarge"]
Square = Literal["crop", "pad", "squash"]

SQUARES: tuple[str, ...] = get_args(Square)
"""How a picture of another shape becomes an image: its central square (or oblong), all on black, or all squashed."""

Size = int | tuple[int, int]
"""Of images, in pixels: the side of squares, or height and width."""

FULL_BITS = 16


def both_sides(size: Size) -> tuple[int, int]:
    """Height and width."""
    return (size, size) if isinstance(size, int) else size


@dataclass(frozen=True)
class Fit:
    """kind: the step from the publisher's pictures to the set's images: none ("crop"), zeros around, or bilinear.

    source, side: of the publisher's pictures and of the set's images, in pixels; None: what the network takes.
    square: how pictures become square. bits: those in use of pictures whose grey values have 16, all of them as a rule.
    larger: side of the images that are kept for random crops, in pixels; None where there are none. crop_pct: the
    central share of their sides that the network gets.
    """

    kind: Kind = "crop"
    source: int | None = None
    side: int | None = None
    square: Square = "crop"
    bits: int = FULL_BITS
    larger: int | None = None
    crop_pct: float = 1.0

    def as_mapping(self) -> dict[str, Any]:
        """{"fit": "pad", "from": [28, 28], "to": [32, 32]}; without sizes where pictures come to the network's own.

        The others are there where they are not what they were before there was anything to choose.
        """
        sizes = {"from": self.source, "to": self.side}
        more = {"square": self.square} if self.square != "crop" else {}
        return {
            "fit": self.kind,
            **{key: [size, size] for key, size in sizes.items() if size is not None},
            **more,
            **({"bits": self.bits} if self.bits != FULL_BITS else {}),
            **({"larger": [self.larger, self.larger], "crop_pct": self.crop_pct} if self.larger else {}),
        }

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Fit:
        """Raises Refusal for a kind that this version does not know: another fit would predict something else."""
        square = values.get("square", "crop")
        for word, known in ((values["fit"], get_args(Kind)), (square, SQUARES)):
            if word not in known:
                raise Refusal(
                    f"pictures are fitted by {word!r} to this run's network, which this version of the suite does "
                    "not know: use the version that trained it"
                )
        source, side, larger = (values[key][0] if key in values else None for key in ("from", "to", "larger"))
        bits, crop_pct = int(values.get("bits", FULL_BITS)), float(values.get("crop_pct", 1.0))
        return cls(values["fit"], source, side, square, bits, larger, crop_pct)

    def of_larger(self, larger: int, crop_pct: float) -> Fit:
        """The same, and then the central share of images that are kept larger."""
        return replace(self, larger=larger, crop_pct=crop_pct)

    def step(self, images: Images) -> Images:
        """(N, source, source, C) to (N, side, side, C), as the set's own images were made."""
        if self.kind == "pad":
            return pad(images, self.side or images.shape[1])
        if self.kind == "enlarge":
            planes = np.moveaxis(images, -1, 1)  # (N, C, H, W)
            larger = np.floor(bilinear(planes, self.side or images.shape[1]) + 0.5).astype(np.uint8)
            return np.ascontiguousarray(np.moveaxis(larger, 1, -1))
        return images

    def undone(self, fractions: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Places as fractions of the side of the set's images, as such of the publisher's pictures."""
        if self.kind != "pad" or not self.source or not self.side:
            return fractions
        before = (self.side - self.source) // 2
        return (fractions * self.side - before) / self.source


def pad(images: Images, side: int) -> Images:
    """(N, s, s, C) with zeros around, equally (one more at the end of an odd rest), to (N, side, side, C)."""
    before = (side - images.shape[1]) // 2
    around = (before, side - images.shape[1] - before)
    return np.pad(images, ((0, 0), around, around, (0, 0)))


def bilinear(values: npt.NDArray[Any], side: int) -> npt.NDArray[np.float64]:
    """(..., s, s) enlarged to (..., side, side), side a multiple of s: pixel centres aligned, edges repeated.

    With side / s = 4 all weights are multiples of 1/64, so that whole values give sums that are exact on every machine.
    """
    own = values.shape[-1]
    centres = np.clip((np.arange(side) + 0.5) * own / side - 0.5, 0, own - 1)
    weights = np.maximum(0.0, 1.0 - np.abs(centres[:, None] - np.arange(own)[None, :]))  # (side, own)
    enlarged: npt.NDArray[np.float64] = weights @ values.astype(np.float64) @ weights.T
    return enlarged
