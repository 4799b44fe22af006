"""A recipe: everything about how a candidate trains, as values that a file names and a search may change.

Imports neither Keras nor numpy: recipes are checked before anything heavy is loaded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from suite.core.identity import in_words, without_neutral
from suite.core.refusals import Refusal, unknown
from suite.training.recipe.common import CHOSEN, COMMON, FIRST, LISTING, NEUTRAL_CHOICES
from suite.training.recipe.part import KINDS, NOTHING, SWITCHED, Circumstances, Number, Part, Switched, parts


class NotInUse(Refusal):
    """A recipe gives a number, `key`, of a part that it does not use."""

    def __init__(self, key: str, value: Any) -> None:
        super().__init__(f"recipe.{key}={in_words(value)} {_why_not(key)}")
        self.key = key


class Recipe:
    """How a candidate trains: the parts in use with all of their numbers, which are attributes too.

    `Recipe(optimizer="adamw", learning_rate=0.001)`: what is not given takes the parts' defaults. Equal by values; the
    name is the file's, and says nothing that the values do not.
    """

    def __init__(self, name: str = "custom", /, **values: Any) -> None:
        """Raises Refusal that names the wrong key or value and what would be right."""
        self.name = name
        self._values = _complete(values)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Recipe:
        """Check and convert plain values, as a file has them. Raises Refusal as the constructor does."""
        values = {str(key): value for key, value in mapping.items()}
        name = values.pop("name", "custom")
        if not isinstance(name, str):
            raise Refusal(f"recipe.name={name!r}: expected a name")
        return cls(name, **values)

    @classmethod
    def from_record(cls, mapping: Mapping[str, Any]) -> Recipe:
        """The recipe of a run's record: earlier versions listed every value there, those of parts not in use, too.

        Such a value stood at a default or at what is neutral. Raises Refusal as the constructor does.
        """
        chosen = {**FIRST, **mapping}
        if not all(_names_part(chosen[choice], kind) for choice, kind in CHOSEN.items()):
            return cls.from_mapping(mapping)  # which says what is wrong
        known, own = every_number(), _numbers(_used(chosen))
        idle = {
            name for name, value in mapping.items() if name in known and name not in own and _idle(known[name], value)
        }
        return cls.from_mapping({name: value for name, value in mapping.items() if name not in idle})

    @classmethod
    def changed(cls, base: Mapping[str, Any], changes: Mapping[str, Any]) -> Recipe:
        """The base's values with changes.

        Where a change names another optimizer, schedule or loss, the numbers that belonged to the replaced one fall to
        the new one's defaults: a rate that suits SGD is no rate for AdamW.
        A number goes with the one that it needs, where that is switched off and no other part in use has it.
        """
        kept = dict(base)
        for choice, kind in CHOSEN.items():
            before = base.get(choice, FIRST[choice])
            if changes.get(choice, before) != before and _names_part(before, kind):
                for number in parts(kind)[before].numbers:
                    kept.pop(number.name, None)
        now = {**kept, **changes}
        for name, owners in every_number().items():
            gone = [_is_off(number.needs, now.get(number.needs)) for number in owners if number.needs]
            if gone and all(gone) and any(number.needs in changes for number in owners):
                kept.pop(name, None)
        return cls.from_mapping({**kept, **changes})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(f"this recipe has no {name}")
        return self._values[name]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipe) and (self.name, self._values) == (other.name, other._values)

    def __hash__(self) -> int:
        return hash((self.name, *sorted(self._values.items())))

    def __repr__(self) -> str:
        return f"Recipe({self.as_mapping()})"

    @property
    def used(self) -> tuple[Part, ...]:
        """The parts in use: optimizer, schedule, loss, and those that are switched on, transforms in their order."""
        return _used(self._values)

    @property
    def transforms(self) -> tuple[Any, ...]:
        """The augmentations in use, in the order in which they are applied."""
        return self.of("augment")

    def of(self, kind: str) -> tuple[Any, ...]:
        """The parts in use of one folder."""
        return tuple(part for part in self.used if part in parts(kind).values())

    @property
    def passes(self) -> int:
        """How often images go through the network for one step of the optimizer."""
        return int(self._values.get("accumulate", 1))

    def steps(self, examples: int) -> int:
        """Steps of the optimizer in a training on so many images, whose last epoch may be a part of one."""
        return max(1, round(examples // self.batch_size * self._values["epochs"]))

    def rounds(self, examples: int) -> int:
        """How many epochs of so many images begin, each with its row of figures.

        Steps are whole: where the last part of an epoch would be less than half a step, there is none.
        """
        return math.ceil(self.steps(examples) / max(1, examples // self.batch_size))

    @property
    def recomputes(self) -> bool:
        """Whether maps are computed again in the backward pass instead of being kept."""
        return bool(self._values.get("gradient_checkpointing", False))

    def check_pixels(self, size: tuple[int, int]) -> None:
        """Raises Refusal for a number in pixels that is too large for images of this height and width."""
        for name, number in self.numbers().items():
            if number.pixels and self._values[name] >= min(size):
                raise Refusal(
                    f"recipe.{name}={self._values[name]}: expected less than {min(size)} pixels, for the images have "
                    f"{size[0]}x{size[1]}, and something must be left of them"
                )

    def check_boxes(self, task: str) -> None:
        """Raises Refusal for a transform that boxes in the images do not follow, which `task` has."""
        for part in self.transforms:
            if not part.boxes:
                raise Refusal(
                    f"recipe.{part.switch}={in_words(self._values[part.switch])} is not for {task}: boxes do not "
                    f"follow {part.name}; leave it out"
                )

    def check_backend(self, backend: str) -> None:
        """Raises Refusal for a transform that does not run on this backend."""
        for part in self.transforms:
            if part.backends and backend not in part.backends:
                raise Refusal(
                    f"recipe.{part.switch}={in_words(self._values[part.switch])} is computed on "
                    f"{' or '.join(part.backends)} alone, not on {backend}: leave it out, or take "
                    f"backend={part.backends[0]}"
                )

    def idle(self, circumstances: Circumstances) -> dict[str, str]:
        """What has no effect under these circumstances: a phrase for each, by the part's name."""
        found = {part.name: part.idle(self._values, circumstances) for part in self.used if part.idle}
        return {name: phrase for name, phrase in found.items() if phrase}

    def numbers(self) -> dict[str, Number]:
        """The numbers of this recipe: what a search over it may try."""
        return _numbers(self.used)

    def as_mapping(self) -> dict[str, Any]:
        """Plain values as JSON and YAML know them; `from_mapping` gives the recipe back."""
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in self._values.items()}
        return {"name": self.name, **plain}

    def with_parameters(self, parameters: Mapping[str, Any]) -> Recipe:
        """The recipe with what a search chose. Raises Refusal as `from_mapping` does."""
        return Recipe.changed(self.as_mapping(), parameters)

    def identity(self) -> dict[str, Any]:
        """The values that determine a training, without those that change nothing, and without the name."""
        values = {name: value for name, value in self.as_mapping().items() if name != "name"}
        return without_neutral(values, neutral_values())

    def versions(self) -> dict[str, int]:
        """The versions of the parts in use that were raised since their first."""
        return {part.name: part.version for part in self.used if part.version != 1}

    def structure(self) -> dict[str, Any]:
        """All that two recipes must share for one traced graph: the parts in use and their structural numbers."""
        chosen = {name: self._values[name] for name in CHOSEN}
        numbers = {name: number.structure(self._values[name]) for name, number in self.numbers().items()}
        parts_in_use = [part.name for part in self.used]
        return {**chosen, "parts": parts_in_use, **{name: v for name, v in numbers.items() if v is not None}}


def every_name() -> list[str]:
    """The name of every value that some recipe can have."""
    return [*CHOSEN, *every_number()]


def own_numbers(name: str) -> list[str]:
    """The other numbers of the parts that a value chooses between or switches on; none of any other value."""
    if name in CHOSEN:
        owners = list(parts(CHOSEN[name]).values())
    else:
        owners = [part for part in _switched() if part.switch == name]
    return [number for part in owners for number in part.defaults() if number != name]


@cache
def neutral_values() -> dict[str, Any]:
    """The value of each choice and number that changes nothing, as far as they have one: identities leave it out."""
    numbers = [number for owners in every_number().values() for number in owners]
    return NEUTRAL_CHOICES | {number.name: number.neutral for number in numbers if number.neutral is not NOTHING}


def _complete(given: Mapping[str, Any]) -> dict[str, Any]:
    """All values of a recipe from those given, checked. Of parts not in use only a switch may be given: it says so."""
    known = every_number()
    for key in given:
        if key not in known and key not in CHOSEN:
            raise unknown("value of the recipe", str(key), every_name(), LISTING)
    values: dict[str, Any] = {}
    for choice, kind in CHOSEN.items():
        values[choice] = given.get(choice, FIRST[choice])
        if not _names_part(values[choice], kind):
            raise unknown(f"recipe.{choice}", str(values[choice]), parts(kind), LISTING)
    converted = {key: known[key][0].converted(value) for key, value in given.items() if key in known}
    used = _used({**values, **converted})
    own = _numbers(used)
    for key, value in converted.items():
        if key not in own and key not in _switches():
            raise NotInUse(key, value)
    values |= {name: converted.get(name, number.default) for name, number in own.items()}
    for part in used:
        part.check(values)
    return values


def _names_part(value: Any, kind: str) -> bool:
    return isinstance(value, str) and value in parts(kind)


def _is_off(name: str, value: Any) -> bool:
    """Whether a number that others need is not given, zero, false, or at what changes nothing."""
    return not value or any(value == number.neutral for number in every_number()[name])


def _idle(owners: tuple[Number, ...], value: Any) -> bool:
    """Whether a record may have this value of a part that is not in use."""
    value = tuple(value) if isinstance(value, list) else value
    return any(value in (number.default, number.neutral) for number in owners)


@cache
def _switches() -> frozenset[str]:
    """The numbers that switch a part on: at their neutral value they say that it is off."""
    return frozenset(part.switch for part in _switched())


def _switched() -> list[Switched]:
    return [part for kind in SWITCHED for part in parts(kind).values()]


def _why_not(key: str) -> str:
    for choice, kind in CHOSEN.items():
        owners = [name for name, part in parts(kind).items() if key in part.defaults()]
        if owners:
            return f"needs recipe.{choice}={' or '.join(owners)}"
    switches = [part.switch for part in _switched() if key in part.defaults()]
    return f"has no effect without recipe.{' or recipe.'.join(switches)}"


def _used(values: Mapping[str, Any]) -> tuple[Part, ...]:
    chosen = [parts(kind)[values[choice]] for choice, kind in CHOSEN.items()]
    switched = [part for part in _switched() if part.active(values)]
    return (*chosen, *sorted(switched, key=lambda part: (getattr(part, "order", -1), part.name)))


def _numbers(used: tuple[Part, ...]) -> dict[str, Number]:
    return {number.name: number for number in (*COMMON, *(number for part in used for number in part.numbers))}


@cache
def every_number() -> dict[str, tuple[Number, ...]]:
    """The numbers of every part there is, by name: several parts may declare one, alike but for its default."""
    found: dict[str, tuple[Number, ...]] = {number.name: (number,) for number in COMMON}
    for kind in KINDS:
        for part in parts(kind).values():
            for number in part.numbers:
                found[number.name] = (*found.get(number.name, ()), number)
    return found
