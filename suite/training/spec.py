"""What one run is asked to do: everything the trainer needs, as values that travel to a worker process as JSON.

Imports no Keras: the coordinator makes these. When two runs are the same run is decided here, by `RunSpec.identity` and
`changes`; for tuned runs `suite.study.plan` adds the search space to what is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from suite.core.durable import plain
from suite.core.identity import differences, digest, without_neutral
from suite.core.refusals import Refusal
from suite.data import DataSpec
from suite.data.dataset import HANDLING, PLACES
from suite.training.origin import Origin
from suite.training.recipe import Recipe, neutral_values

NEUTRAL: dict[str, Any] = {
    "data": {item.name: item.default for item in fields(DataSpec) if item.name not in ("name", *PLACES)},
    "task": "classification",
    "train_on_validation": False,
    "deterministic": "auto",
    "recipe_version": 2,  # which records once had, one for all parts: what is every part's first
}
"""What every run had before there was anything else to choose."""

UNKNOWN_ONCE = ("threads",)
"""What earlier runs did not write down: it is compared only where both did."""


@dataclass(frozen=True)
class RunSpec:
    """One training: the recipe as the study asks for it, and `parameters`, what a search chose in its place."""

    architecture: str
    options: Mapping[str, Any]
    recipe: Recipe
    data: DataSpec
    seeds: Mapping[str, int]
    """One non-negative integer each for the split, the initial weights (and dropout), the order, the augmentation."""
    cache_dir: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    final: bool = False
    """Final runs are tested, once, after training; search trials never are."""
    shown: bool = False
    """Whether the report shows of this run what it shows of a candidate's first final run alone: where it looked."""
    train_on_validation: bool = False
    tests_epochs: bool = False
    """Whether a final run is tested after each epoch, too, for the record alone: no part of its identity."""
    task: str = "classification"
    backend: str = "tensorflow"
    precision: str = "float32"
    threads: int | None = None
    """Of the processor, which the worker was started with; None where nobody counts them."""
    deterministic: bool | None = None
    """Whether equal inputs give equal bits; None: on a processor yes, on an accelerator, where it costs speed, no."""
    data_dir: str | None = None
    offline: bool = False
    expected_fingerprint: str | None = None
    """The graph that earlier runs of the candidate were trained with; another one is refused before training."""
    weights: Origin | None = None
    """The final run whose last weights this one starts from; None: from random ones, or those that an option names."""
    teacher: Origin | None = None
    """The final run whose network's answers this one learns from, where its loss does."""
    expected_data_hash: str | None = None
    """The data that the study was opened with; other data, such as a folder with a new picture, is refused."""

    @property
    def applied(self) -> Recipe:
        """The recipe that trains: with the parameters in their places."""
        return self.recipe.with_parameters(self.parameters)

    def as_mapping(self) -> dict[str, Any]:
        """Plain values as JSON knows them; `from_mapping` gives the specification back."""
        return {
            **{name: getattr(self, name) for name in self.__dataclass_fields__},
            "options": dict(self.options),
            "recipe": self.recipe.as_mapping(),
            "data": asdict(self.data),
            "seeds": dict(self.seeds),
            "parameters": dict(self.parameters),
            "weights": asdict(self.weights) if self.weights else None,
            "teacher": asdict(self.teacher) if self.teacher else None,
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> RunSpec:
        """Raises Refusal for a recipe that does not hold, KeyError and TypeError for what is no specification."""
        values = dict(mapping)
        values["recipe"] = Recipe.from_mapping(values["recipe"])
        values["data"] = DataSpec(**values["data"])
        for name in ("weights", "teacher"):
            values[name] = Origin.from_mapping(values[name]) if values.get(name) else None
        return cls(**values)

    def identity(self, data_hash: str) -> dict[str, Any]:
        """What determines the training, as plain values for a record; `canonical` says when two are the same.

        Places (data_dir, cache_dir, a folder's path), the recipe's name, `offline` and what is expected do not count;
        the data's hash does.
        """
        return {
            "architecture": self.architecture,
            "options": dict(self.options),
            "recipe": {name: value for name, value in self.recipe.as_mapping().items() if name != "name"},
            "parameters": dict(self.parameters),
            "versions": self.applied.versions(),
            "seeds": dict(self.seeds),
            "data": {name: value for name, value in asdict(self.data).items() if name not in (*PLACES, *HANDLING)},
            "data_hash": data_hash,
            "train_on_validation": self.train_on_validation,
            "task": self.task,
            "backend": self.backend,
            "precision": self.precision,
            "threads": self.threads,
            "deterministic": "auto" if self.deterministic is None else self.deterministic,
            **({"weights": self.weights.identity()} if self.weights else {}),
            **({"teacher": self.teacher.identity()} if self.teacher else {}),
        }

    def determinants(self, data_hash: str, fingerprint: str) -> dict[str, Any]:
        """The identity with the built graph: a checkpoint serves only a run of the same one."""
        return {**canonical(self.identity(data_hash)), "fingerprint": fingerprint}

    def digest(self, data_hash: str, fingerprint: str) -> str:
        """SHA-256 of the determinants."""
        return digest(self.determinants(data_hash, fingerprint))


def canonical(identity: Mapping[str, Any]) -> dict[str, Any]:
    """An identity without what is neutral, whatever version of the suite wrote it: equal for the same run.

    Records once listed every value of a recipe, in use or not. A recipe that cannot be read any more stays as it is,
    and differs.
    """
    values = dict(identity)
    with suppress(Refusal):
        values["recipe"] = Recipe.from_record(values.get("recipe") or {}).identity()
    return without_neutral(values, NEUTRAL)


def changes(before: Mapping[str, Any], now: Mapping[str, Any], automatic: bool | None = None) -> list[str]:
    """What differs between two recorded identities, one phrase each; none where they are the same run's.

    `automatic`: what `deterministic=auto` comes to for this run, None where nobody knows.
    """
    if plain(before) == plain(now):  # as for nearly every run of thousands: to go through their recipes takes longer
        return []
    old, new = canonical(before), canonical(now)
    for name in UNKNOWN_ONCE:
        if name not in old or name not in new:
            old.pop(name, None)
            new.pop(name, None)
    if old.get("deterministic", automatic) == new.get("deterministic", automatic):
        old.pop("deterministic", None)
        new.pop("deterministic", None)
    started = [_started(name, old.pop(name, None), new.pop(name, None)) for name in ("weights", "teacher")]
    in_both = _parts_in_use(before) & _parts_in_use(now)
    found = differences(old, new, neutral={**NEUTRAL, "recipe": neutral_values()})
    phrases = [*started, *(_phrase(difference, in_both) for difference in found)]
    return [phrase for phrase in phrases if phrase]


def _started(name: str, before: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> str | None:
    """What differs in where two runs started, or whom they learned from; None where nothing does."""
    if before == now:
        return None
    runs = [str(origin["run"]) if origin else "none" for origin in (before, now)]
    if before is None or now is None or runs[0] != runs[1]:
        return f"{name}: {runs[0]} became {runs[1]}"
    hashes = [str(origin["sha256"])[:8] for origin in (before, now)]
    again = f"which was trained again since then and has other weights (SHA-256 {hashes[0]}..., now {hashes[1]}...)"
    if hashes[0] == hashes[1]:
        again = "which was trained again since then, otherwise than before, though to the same weights"
    return f"it {'started from' if name == 'weights' else 'learned from'} {runs[0]}, {again}"


def _parts_in_use(identity: Mapping[str, Any]) -> set[str]:
    """The parts that a run of this identity trains with; none where its recipe cannot be read any more."""
    with suppress(Refusal):
        recipe = Recipe.from_record(identity.get("recipe") or {})
        return {part.name for part in recipe.with_parameters(identity.get("parameters") or {}).used}
    return set()


def made_otherwise(made_with: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What a checkpoint was made with and its run is not trained with now, one phrase each.

    Unlike `changes`: what nobody wrote down then may have been another value, and so differs.
    """
    old, new = canonical(made_with), canonical(now)
    unknown = [
        f"{name}: not recorded then, {new[name]} now" for name in UNKNOWN_ONCE if name in new and name not in old
    ]
    if "fingerprint" not in old:  # a run's own record knows no graph
        new.pop("fingerprint", None)
    return [*unknown, *changes(old, new)]


def _phrase(difference: str, in_both: set[str]) -> str | None:
    """A difference as people are told it; None for the version of a part that only one of the two uses: that is said
    by the recipe's own values."""
    name, _, _ = difference.partition(":")
    if not name.startswith("versions."):
        return difference
    part = name.removeprefix("versions.")
    return f"{part} is computed otherwise than by the version that made these runs" if part in in_both else None
