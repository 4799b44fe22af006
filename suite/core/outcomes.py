"""How a run ends: whether that is a failure, whether it is tried again, and what Optuna and MLflow call it.

A run that was killed or preempted, or whose disk was full, has no outcome: it has not ended, and goes on from its
checkpoint.
"""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What result.json says of a run that is over. No run that is over is tried again."""

    COMPLETED = "completed"
    PRUNED = "pruned"
    """Stopped by the search, being behind the other trials."""
    DIVERGED = "diverged"
    """A loss or a weight was not finite."""
    OUT_OF_MEMORY = "out_of_memory"
    ERROR = "error"

    @property
    def failed(self) -> bool:
        """Whether the run gave no network that could be judged."""
        return self not in (Outcome.COMPLETED, Outcome.PRUNED)

    @property
    def optuna(self) -> str:
        """The name of Optuna's state."""
        return {Outcome.COMPLETED: "COMPLETE", Outcome.PRUNED: "PRUNED"}.get(self, "FAIL")

    @property
    def mlflow(self) -> str:
        """The name of MLflow's status."""
        return "FAILED" if self.failed else "FINISHED"

    def fails_study(self, phase: str) -> bool:
        """Whether the study has failed with this run. That a search tried values which diverge is an answer."""
        return self.failed and not (phase == "search" and self is Outcome.DIVERGED)


FAILED = tuple(outcome for outcome in Outcome if outcome.failed)
