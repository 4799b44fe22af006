"""Early stopping: the training ends once the validation accuracy has not risen for so many epochs.

The last weights are kept, as after any training, not those of the best epoch. An epoch as good as the best is no rise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suite.training.recipe.part import Circumstances, Number
from suite.training.stopping import Stopping


def _stops(seen: Sequence[float], values: Mapping[str, Any]) -> str | None:
    patience = values["patience"]
    best = max(range(len(seen)), key=lambda epoch: (seen[epoch], -epoch))
    if len(seen) - 1 - best < patience:
        return None
    return f"stopped after epoch {len(seen)}: validation was best {len(seen) - 1 - best} epochs before"


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    patience, epochs = values["patience"], values["epochs"]
    return f"recipe.patience={patience} ends no training of {epochs} epochs early" if patience + 1 >= epochs else None


PART = Stopping(
    "early",
    "Ends where validation does not get better",
    numbers=(Number("patience", 0, "traced", "epochs without a rise after which it ends; 0 is off", low=0, neutral=0),),
    source="Prechelt 1998",
    idle=_idle,
    stops=_stops,
    switch="patience",
)
