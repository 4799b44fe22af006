"""How a run ends: whether that is a failure, whether it is tried again, and what Optuna and MLflow call it.

A run that was killed or preempted, or whose disk was full, has no outcome: it has not ended, and goes on from its
checkpoint.
"""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What result.json says of a run that is over. No run that is over is tried again."""

    COMPLETED = "completed"
    """Trained to its end, and tested if it is a final run. Assigned by `training.loop.Loop`."""
    PRUNED = "pruned"
    """Stopped by the search, which expected it to end behind the best trial. Assigned by `training.loop.Loop`."""
    DIVERGED = "diverged"
    """A loss or a weight was not finite (`training.loop.Loop`), or a figure of the test (`training.trainer`)."""
    OUT_OF_MEMORY = "out_of_memory"
    """The device had no memory left (`training.trainer.Trainer.train`), or the system ended the worker for the memory
    that it took (`study.coordinator.Coordinator._exited`)."""
    ERROR = "error"
    """Anything else that broke: an exception (`executors.worker`), or a worker that crashed (`Coordinator._exited`)."""

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
BROKEN = (Outcome.ERROR, Outcome.OUT_OF_MEMORY)
"""Ends of a process rather than of a training: it is not trusted with another run, and what was committed is kept."""
