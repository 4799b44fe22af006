"""Architectures: what there is (`names`, `facts`), building them (`build`), and counting what was built (`measure`).

Importing this package does not import Keras; `build` does. One file per family declares its variants in
`ARCHITECTURES`; to add one, write the file and run `python -m suite.models name=NAME measure=true write=true`, which
adds its golden line.
"""

from __future__ import annotations

from .architecture import ArchitectureError, checked
from .complexity import Complexity, measure
from .graph import fingerprint
from .registry import build, estimate_macs, facts, foreign_kinds, names, option_names

__all__ = [
    "ArchitectureError", "Complexity",
    "build", "checked", "estimate_macs", "facts", "fingerprint", "foreign_kinds", "measure", "names", "option_names",
]  # fmt: skip
