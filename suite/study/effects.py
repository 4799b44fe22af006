"""What of the candidates' recipes changes nothing here, for the plan: a user should know before hours are spent on it.

The parts of a recipe say it themselves (`suite.training.recipe.Part.idle`).
"""

from __future__ import annotations

from collections.abc import Iterator

from suite.config.candidate import Candidate
from suite.study.ledger import Ledger
from suite.training.recipe import Circumstances


def without_effect(ledger: Ledger) -> Iterator[str]:
    """A note for each part that has no effect on a candidate's training, wherever its search may go."""
    for candidate in ledger.study.candidates:
        data = ledger.dataset(candidate.name)
        recipe = candidate.settled(len(data.train))
        circumstances = Circumstances(
            counts=data.train_counts.tolist(),
            channels=data.input_shape[-1],
            steps=max(1, round(recipe.epochs * (len(data.train) // recipe.batch_size))),
            backend=ledger.study.backend,
        )
        for name, phrase in recipe.idle(circumstances).items():
            if _everywhere(candidate, recipe.epochs, circumstances, name):
                yield f"note: candidate {candidate.name}, {name.replace('_', ' ')}: {phrase}"


def _everywhere(candidate: Candidate, epochs: int, circumstances: Circumstances, name: str) -> bool:
    """Whether it has none at the ends of all that is searched, either."""
    recipes = (recipe.with_parameters({"epochs": epochs}) for _, recipe in candidate.ends())
    return all(name in recipe.idle(circumstances) for recipe in recipes)
