"""How a candidate trains, as values: a recipe, and the parts that declare its numbers. Imports no Keras."""

from suite.training.recipe.part import Number, Part, parts
from suite.training.recipe.recipe import Recipe, every_name

__all__ = ["Number", "Part", "Recipe", "every_name", "parts"]
