"""Architectures: what there is (`names`, `facts`), building them (`build`), and counting what was built (`measure`).

For another task than classification: a net's features (`backbone`, `levels`) and a head of your own on them
(`attached`). Weights from elsewhere come into a net by `load`.

Importing this package does not import Keras; `build` does. One file per family declares its variants in
`ARCHITECTURES`; to add one, write the file and run `python -m suite.models name=NAME measure=true write=true`, which
adds its golden line, and once more with `speed=true` if it is the smallest of its family.
"""

from __future__ import annotations

from suite.models.architecture import ArchitectureError, WeightsMissing, checked
from suite.models.backbone import attached, backbone, levels
from suite.models.building import build
from suite.models.complexity import Complexity, measure
from suite.models.facts.golden import training_speed
from suite.models.graph import fingerprint
from suite.models.probing import Net, certainly_builds, foreign_kinds, misfits, refusals
from suite.models.registry import (
    build_outline,
    build_untrained,
    estimate_macs,
    facts,
    facts_with_options,
    names,
    option_names,
    other_function,
)
from suite.models.weights.files import PublishedFile, published_file, require_published
from suite.models.weights.loading import Loaded, Weights, load
from suite.models.weights.saved import Saved, of_run
from suite.models.weights.sources import PRETRAINED, pixel_normalization

__all__ = [
    "PRETRAINED", "ArchitectureError", "Complexity", "Loaded", "Net", "PublishedFile", "Saved", "Weights",
    "WeightsMissing",
    "attached", "backbone", "build", "build_outline", "build_untrained", "certainly_builds", "checked",
    "estimate_macs", "facts", "facts_with_options", "fingerprint", "foreign_kinds", "levels", "load", "measure",
    "misfits", "names", "of_run", "option_names", "other_function", "pixel_normalization", "published_file", "refusals",
    "require_published",
    "training_speed",
]  # fmt: skip
