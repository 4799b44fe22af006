"""Tiny ImageNet in its publisher's layout: 200 classes of 500 training images of 64x64, or some of them.

Y. Le and X. Yang, Tiny ImageNet Visual Recognition Challenge, 2015. Every image has a box. It is never downloaded: the
publisher offers one archive without a checksum.
"""

from __future__ import annotations

from pathlib import Path

from suite.core.refusals import Refusal
from suite.data.contents import Source
from suite.data.dataset import DataSpec
from suite.data.files.places import not_found, search_places
from suite.data.fit import Fit
from suite.data.layouts import tiny_imagenet
from suite.data.registry import NamedSet
from suite.data.sources.folder import locate
from suite.data.targets import BOX

SIDE = 64
WHOLE = "tiny-imagenet-200"
PARTS = "tiny-imagenet-*"
WHERE = "http://cs231n.stanford.edu/tiny-imagenet-200.zip"


def _find(spec: DataSpec, data_dir: Path | None, offline: bool) -> Source:
    """The whole set, else the one folder that is laid out like it. Raises Refusal where there is none, or several."""
    places = search_places(data_dir)
    for place in places:
        found = [folder for folder in (place, place / WHOLE) if tiny_imagenet.recognised(folder)]
        found = found[:1] or [folder for folder in sorted(place.glob(PARTS)) if tiny_imagenet.recognised(folder)]
        if len(found) > 1:
            names = ", ".join(folder.name for folder in found)
            raise Refusal(f"{place} has several sets laid out as Tiny ImageNet: {names}; name one with data_dir=DIR")
        if found:
            return locate(found[0], SIDE, spec)
    raise not_found(spec.name, f"{WHOLE}/ (unpacked from {WHERE})", places, "it is fetched by hand")


SETS = (NamedSet("tiny_imagenet", _find, Fit("crop", SIDE, SIDE), listed=30, side=SIDE, knows=(BOX,)),)
