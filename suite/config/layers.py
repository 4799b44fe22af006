"""A candidate's recipe and length, folded from what each place says of them: the nearest to the command line wins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from suite.config.checks import count, mapping
from suite.config.files import recipe_for, recipe_names, recipe_values
from suite.core.refusals import Refusal
from suite.training.recipe import CHOSEN, NotInUse, Recipe, every_name, parts

DEFAULT_RECIPE = "standard"

Layer = Mapping[str, Any]
"""What one place says: `recipe`, a mapping with the name of its `base` if it names one, `images_seen`, `time`, and
`own`: true where it speaks of one candidate alone."""


def recipe_layer(value: Any) -> dict[str, Any]:
    """What one place says of a recipe: another's name is its `base`. Raises Refusal."""
    layer = {"base": value} if isinstance(value, str) else mapping("recipe", value)
    if layer.get("base") is not None:
        _refuse_a_part(str(layer["base"]))
        recipe_values(layer["base"])
    return layer


def _refuse_a_part(name: str) -> None:
    """Raises Refusal where a recipe is called what is only a part or a value of recipes, with how that is said."""
    if name in recipe_names():
        return
    if name in every_name():
        said = f"{{{name}: ...}}"
    else:
        kinds = [choice for choice, kind in CHOSEN.items() if name in parts(kind)]
        if not kinds:
            return
        said = f"{{{kinds[0]}: {name}}}"
    raise Refusal(
        f"{name} is no recipe, but {'a value' if name in every_name() else 'a part'} of recipes: say {said}; "
        f"python -m suite.recipes name={name} shows what it takes"
    )


def recipe_of(layers: Sequence[Layer], architecture: str = "", family: str = "") -> Recipe:
    """The recipe that layers give, the farthest from the command line first. Raises Refusal.

    architecture, family: whose it is; without them a recipe that names others instead is taken as it stands.

    A layer that names a base starts anew: what was changed of another recipe before it is gone. Only a candidate's own
    values stay where the whole study gets another recipe, for they are what it is compared by. Epochs stay, too: they
    are a length, and another recipe is not another length unless the layer says so.
    """
    base, kept, epochs = DEFAULT_RECIPE, list[tuple[bool, dict[str, Any]]](), None
    for layer in layers:
        own, changes = bool(layer.get("own")), dict(layer.get("recipe") or {})
        named = changes.pop("base", None)
        if named is not None:
            base = recipe_for(named, architecture, family)
            kept = [(of_one, values) for of_one, values in kept if of_one and not own]
        epochs = changes.pop("epochs", epochs)
        kept.append((own, changes))
    values: Mapping[str, Any] = {**recipe_values(base), "name": base}
    for changes in [*(changes for _, changes in kept), {} if epochs is None else {"epochs": epochs}]:
        values = Recipe.changed(values, changes).as_mapping() if changes else values
    return Recipe.from_mapping(values)


def fitted(typed: Layer, fold: Callable[[Layer], Recipe]) -> tuple[Recipe, list[NotInUse]]:
    """The recipe that `fold` makes with what was typed for all, and what had to be left out of that: numbers of parts
    that this recipe does not use, though another candidate's may.

    Raises Refusal for anything else that is wrong.
    """
    left_out: list[NotInUse] = []
    while True:
        gone = [refusal.key for refusal in left_out]
        said = {key: value for key, value in typed["recipe"].items() if key not in gone}
        try:
            return fold({**typed, "recipe": said}), left_out
        except NotInUse as refusal:
            if refusal.key not in said:
                raise
            left_out.append(refusal)


def length_of(layers: Sequence[Layer]) -> tuple[str, Any]:
    """Which word sets the training length, `time`, `images_seen` or `recipe.epochs`, and its value. Raises Refusal.

    The nearest layer that speaks of a length decides. `images_seen=null` leaves it to the recipe's epochs; `time=null`
    only takes back what farther layers say of a time.
    """
    timeless = False
    for layer in reversed(layers):
        said = {
            "time": layer.get("time"),
            "images_seen": layer.get("images_seen"),
            "recipe.epochs": (layer.get("recipe") or {}).get("epochs"),
        }
        given = {name: value for name, value in said.items() if value is not None}
        if len(given) > 1:
            words = [f"{name}={value}" for name, value in given.items()]
            raise Refusal(f"{' and '.join(words)} both set the length: give one of them")
        if "recipe.epochs" in given:
            return "recipe.epochs", given["recipe.epochs"]
        if "images_seen" in layer:
            images = layer["images_seen"]
            return "images_seen", None if images is None else count("images_seen", images)
        if "time" in given and not timeless:
            return "time", given["time"]
        timeless |= "time" in layer
    return "recipe.epochs", None
