"""How a candidate trains, as values: a recipe, and the parts that declare its numbers. Imports no Keras.

The way of a value, from its key in a YAML file to the optimizer:

    suite.config.layers             lays the recipe file, the study, the candidate and the command line over each other
    Recipe.from_mapping             checks each value against the `Number` that declares it
    Recipe.check_pixels             checks lengths in pixels against the images, once they are opened
    suite.training.spec.RunSpec     carries the recipe to the worker; `applied` puts in what the search chose
    Recipe.structure                says which traced graph it needs; `suite.training.tracing` keeps those it has built
    optimization.make_optimizer     builds the part's optimizer for a new graph, structural numbers as constants
    optimization.set_optimizer      assigns the other numbers to its variables at the start of a run
"""

from suite.training.recipe.common import CHOSEN, COMMON, LISTING
from suite.training.recipe.part import Circumstances, Number, Part, parts
from suite.training.recipe.recipe import NotInUse, Recipe, every_name, neutral_values, own_numbers

__all__ = [
    "CHOSEN", "COMMON", "LISTING", "Circumstances", "NotInUse", "Number", "Part", "Recipe", "every_name",
    "neutral_values", "own_numbers", "parts",
]  # fmt: skip
