"""What every recipe has, whatever parts it uses: the choices, and the numbers that belong to no part."""

from __future__ import annotations

from suite.training.recipe.part import Number

CHOSEN = {"optimizer": "optimizers", "schedule": "schedules", "loss": "losses"}
"""Values that name a part: each recipe has one of each."""

FIRST = {"optimizer": "sgd", "schedule": "constant", "loss": "cross_entropy"}
NEUTRAL_CHOICES = {"loss": "cross_entropy"}  # the loss of every run that was made before there were others

COMMON = (
    Number(
        "epochs",
        10,
        "traced",
        "how often each training image is seen; in 2.5 the third pass ends halfway",
        low=0.001,
        divisible=True,
    ),
    Number("batch_size", 128, "structural", "images of a step", low=1),
    Number("warmup", 0.0, "traced", "fraction of the training over which the rate rises from zero", 0, 1, neutral=0.0),
)
"""Numbers that belong to no part. Lengths within the training are fractions of it, so that a budget may set its own."""


LISTING = "python -m suite.recipes"
"""What lists every part and value."""
