"""The golden numbers: one line per architecture, the index of names and what can be said without building anything.

`golden.jsonl` beside this file is written by `python -m suite.models measure=true write=true`, never by hand. A line
holds the facts that the family's file declares, what each option takes, and counts at a few input shapes, the paper's
first: {"name", "module", "family", "year", "depth", "key_innovation", "min_size", "options", "counts": [{"input_shape",
"num_classes", "params", "trainable_params", "macs", "first_macs"}]}. `first_macs` is the part of the layers that read
the image itself. Where the paper's count is not the built one, rounded, `difference` tells who reads the file why (it
is `published.yaml`'s). The smallest of a family also has "images_per_second", its speed in training on 32x32 images on
two cores: what a plan expects of the family where nothing of it was measured yet.
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from suite.models.architecture import small_form

FILE = "golden.jsonl"
SPEED = "images_per_second"
DIFFERENCE = "difference"


@cache
def lines() -> dict[str, dict[str, Any]]:
    """The golden lines by name, in the file's order (that of the lineage)."""
    try:
        text = resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return {line["name"]: line for line in map(json.loads, text.splitlines())}


def counts(name: str, input_shape: tuple[int, int, int], num_classes: int) -> dict[str, Any] | None:
    """The pinned counts of an architecture at exactly this shape and number of classes."""
    for entry in lines()[name]["counts"]:
        if entry["input_shape"] == list(input_shape) and entry["num_classes"] == num_classes:
            return dict(entry)
    return None


def smallest_of_families() -> dict[str, str]:
    """Of each family the name with the fewest multiply-adds on 32x32 images."""
    found: dict[str, str] = {}
    for name in sorted(lines(), key=lambda name: _at_32(name)["macs"]):
        found.setdefault(lines()[name]["family"], name)
    return found


def training_speed(name: str) -> float | None:
    """Multiply-adds of forward passes a second that the family's smallest does in training; None if not pinned."""
    if name not in lines():
        return None
    smallest = smallest_of_families()[lines()[name]["family"]]
    images = lines()[smallest].get(SPEED)
    return None if images is None else float(images * _at_32(smallest)["macs"])


def _at_32(name: str) -> dict[str, Any]:
    """The counts at 32x32, which `measurement.golden_line` demands."""
    return next(entry for entry in lines()[name]["counts"] if entry["input_shape"][0] == 32)


def estimate(name: str, input_shape: tuple[int, int, int], width: float, form: str) -> float:
    """Multiply-adds at another shape and width, from the pinned counts of the same form at the nearest area.

    Layers that read the image grow with its channels and with the width, all others with the square of the width, both
    with the area. Within 3% for maps that halve evenly; up to a quarter off where maps round up (VGG at 28x28), and
    more for attention, which grows faster. Starts from an entry that is not larger: small images have finer patches.
    """
    height, columns, channels = input_shape
    area, small = height * columns, small_form(form, input_shape)

    def distance(entry: dict[str, Any]) -> tuple[bool, bool, float, int]:
        rows, cols, depth = entry["input_shape"]
        return (
            small_form("auto", entry["input_shape"]) != small,
            rows * cols > area,
            abs(math.log(rows * cols / area)),
            abs(depth - channels),
        )

    entry = min(lines()[name]["counts"], key=distance)
    rows, cols, depth = entry["input_shape"]
    first = entry["first_macs"] * width * channels / depth
    return float((first + (entry["macs"] - entry["first_macs"]) * width**2) * area / (rows * cols))


def write(new: dict[str, dict[str, Any]], path: Path | None = None, replace: bool = False) -> Path:
    """Put lines into the file, sorted by year, family and name, and return it; `replace` drops those not in `new`.

    A speed that was pinned stays until another is measured.
    """
    path = path or Path(str(resources.files(__package__).joinpath(FILE)))
    pinned = {name: {SPEED: lines()[name][SPEED]} for name in new if SPEED in lines().get(name, {})}
    new = {name: line | (pinned.get(name, {}) if SPEED not in line else {}) for name, line in new.items()}
    merged = new if replace else lines() | new
    ordered = sorted(merged.values(), key=lambda line: (line["year"] or 0, line["family"], *_natural(line["name"])))
    path.write_text("".join(json.dumps(line) + "\n" for line in ordered), encoding="utf-8")
    lines.cache_clear()
    return path


def _natural(name: str) -> tuple[str, int, str]:
    """vgg11_bn as ("vgg", 11, "_bn"), so that 18 comes before 101."""
    digits = "".join(filter(str.isdigit, name))
    stem, _, rest = name.partition(digits) if digits else (name, "", "")
    return stem, int(digits or 0), rest
