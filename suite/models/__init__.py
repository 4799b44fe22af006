"""Architectures: what there is (`names`, `facts`), building them (`build`), and counting what was built (`measure`).

Importing this package does not import Keras; `build` does. One file per family declares its variants in
`ARCHITECTURES`; to add one, write the file and run `python -m suite.models name=NAME measure=true write=true`, which
adds its golden line, and once more with `speed=true` if it is the smallest of its family.
"""

from __future__ import annotations

from .architecture import ArchitectureError, checked
from .checks import Net, certainly_builds, foreign_kinds, refusals
from .complexity import Complexity, measure
from .golden import training_speed
from .graph import fingerprint
from .registry import build, build_outline, build_untrained, estimate_macs, facts, names, option_names
from .sources import PRETRAINED, pixel_normalization

__all__ = [
    "PRETRAINED", "ArchitectureError", "Complexity", "Net",
    "build", "build_outline", "build_untrained", "certainly_builds", "checked", "estimate_macs", "facts",
    "fingerprint", "foreign_kinds", "measure", "names", "option_names", "pixel_normalization", "refusals",
    "training_speed",
]  # fmt: skip
