"""What a command asks for, composed by Hydra once and frozen into dataclasses: no DictConfig travels further."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from suite.config.checks import NAME, as_list, boolean, count, mapping, number, one_of, seconds_from
from suite.core.refusals import Refusal, unknown
from suite.data.dataset import DataSpec
from suite.training.recipe import Recipe

BACKENDS = ("tensorflow", "jax", "torch")
PRECISIONS = ("auto", "float32", "mixed_bfloat16")
AXES = ("architecture", "options", "recipe", "data")
METRICS = ("test_accuracy", "test_top5_accuracy", "test_loss", "calibration_error")
CANDIDATE_KEYS = ("architecture", "options", "recipe", "data")


@dataclass(frozen=True)
class Candidate:
    """A row of a comparison: architecture, options, recipe and data."""

    name: str
    architecture: str
    options: Mapping[str, Any]
    recipe: Recipe
    data: DataSpec
    images_seen: int | None  # training length in images; None: the recipe's epochs

    def settled(self, train_examples: int) -> Recipe:
        """The recipe with its epochs, now that the training set's size is known: whole epochs, rounded up."""
        if self.images_seen is None:
            return self.recipe
        per_epoch = max(1, train_examples // self.recipe.batch_size) * self.recipe.batch_size
        return replace(self.recipe, epochs=max(1, math.ceil(self.images_seen / per_epoch)))


@dataclass(frozen=True)
class Search:
    """Which of the recipe's values are searched, and how often; an empty space means that nothing is."""

    space_name: str | None
    space: Mapping[str, Mapping[str, Any]]
    trials: int
    optimizers: tuple[str, ...] = ()  # that the space is meant for


@dataclass(frozen=True)
class Study:
    """One study as asked: everything the coordinator, the workers and the report need to know."""

    name: str
    title: str
    question: str
    paper: str | None
    budget: str
    dataset: str
    axes: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    search: Search
    seeds: int
    study_seed: int
    tracks: tuple[str, ...]
    claims: tuple[Mapping[str, Any], ...]
    train_on_validation: bool
    stamp: str | None
    limit_seconds: float | None
    instance: str
    backend: str
    precision: str
    workers: int
    workspace: Path
    data_dir: Path | None
    offline: bool
    dry_run: str  # "false", "true" or "measure"
    command: str = field(default="", compare=False)

    @property
    def cache_dir(self) -> Path:
        return self.workspace / "cache"


def study_from(cfg: Mapping[str, Any], command: str = "") -> Study:
    """Freeze a composed configuration. Raises Refusal for the first thing that is wrong, with what would be right."""
    workspace = Path(str(cfg["workspace"] or ".")).expanduser().resolve()
    precision = one_of("precision", cfg["precision"], PRECISIONS)
    precision = "float32" if precision == "auto" else precision
    backend = _backend(cfg["backend"])
    search = search_from(cfg["search"])
    candidates = tuple(_candidate(name, value, cfg) for name, value in mapping("candidates", cfg["candidates"]).items())
    if not candidates:
        raise Refusal(f"study {cfg['study']!r} has no candidates: name at least one under `candidates:`")
    for candidate in candidates:
        _check_space(search, candidate)
    instance = cfg["instance"] or f"{cfg['dataset']}-{cfg['budget']}-{backend}-{precision}"
    if not NAME.fullmatch(str(instance)):
        raise Refusal(f"instance={instance}: letters, digits and . _ + - only")
    return Study(
        name=cfg["study"],
        title=str(cfg["title"] or cfg["study"]),
        question=str(cfg["question"] or ""),
        paper=str(cfg["paper"]) if cfg["paper"] else None,
        budget=cfg["budget"],
        dataset=cfg["dataset"],
        axes=tuple(one_of("axes", axis, AXES) for axis in as_list("axes", cfg["axes"])),
        candidates=candidates,
        search=search,
        seeds=count("seeds", cfg["seeds"]),
        study_seed=count("study_seed", cfg["study_seed"], least=0),
        tracks=_tracks(cfg["tracks"], search),
        claims=tuple(_claim(claim, cfg["candidates"]) for claim in cfg["claims"] or ()),
        train_on_validation=boolean("train_on_validation", cfg["train_on_validation"]),
        stamp=cfg["stamp"],
        limit_seconds=seconds_from(cfg["limit"]),
        instance=str(instance),
        backend=backend,
        precision=precision,
        workers=count("workers", cfg["workers"]),
        workspace=workspace,
        data_dir=Path(str(cfg["data_dir"])).expanduser().resolve() if cfg["data_dir"] else None,
        offline=boolean("offline", cfg["offline"]),
        dry_run=one_of("dry_run", str(cfg["dry_run"]).lower(), ("false", "true", "measure")),
        command=command,
    )


def _backend(value: Any) -> str:
    backend = one_of("backend", value, BACKENDS)
    if find_spec(backend) is None:
        raise Refusal(f"backend={backend} is not installed: pip install {backend}")
    return backend


def search_from(value: Mapping[str, Any] | None) -> Search:
    """The search of a study: `{space: NAME, trials: N}`, where NAME is a file of conf/search_space."""
    from suite.config.compose import search_space

    value = mapping("search", value)
    for key in value:
        if key not in ("space", "trials"):
            raise unknown("key of search", key, ("space", "trials"))
    name = value.get("space")
    trials = count("search.trials", value.get("trials", 0), least=0)
    if name is None:
        return Search(None, {}, 0)
    space = search_space(name)
    return Search(name, space, trials, tuple(space.pop("optimizers")))


def _check_space(search: Search, candidate: Candidate) -> None:
    fields = candidate.recipe.as_mapping()
    if search.space and fields["optimizer"] not in search.optimizers:
        raise Refusal(
            f"candidate {candidate.name}: search space {search.space_name} is meant for "
            f"{' and '.join(search.optimizers)}, and its recipe trains with {fields['optimizer']}; "
            f"set search.space={fields['optimizer']}, or null"
        )
    for parameter, dimension in search.space.items():
        if parameter not in fields:
            raise unknown(f"recipe value in search space {search.space_name}:", parameter, fields)
        if dimension.get("log") and fields[parameter] <= 0:
            raise Refusal(
                f"candidate {candidate.name}: search space {search.space_name} is logarithmic in {parameter}, which "
                f"the recipe sets to {fields[parameter]}; set recipe.{parameter} above 0, or search.space=null"
            )


def _tracks(value: Any, search: Search) -> tuple[str, ...]:
    """The tracks to run, each once; where nothing is searched there is only the recipe as it stands."""
    tracks = tuple(dict.fromkeys(one_of("tracks", track, ("shared", "tuned")) for track in as_list("tracks", value)))
    return tracks if search.space else ("shared",)


def _candidate(name: str, value: Mapping[str, Any] | None, cfg: Mapping[str, Any]) -> Candidate:
    value = mapping(f"candidate {name}", value)
    if not NAME.fullmatch(str(name)):
        raise Refusal(f"candidate {name!r}: a name has letters, digits and . _ + - only, for it is also a folder")
    for key in value:
        if key not in CANDIDATE_KEYS:
            raise unknown(f"key of candidate {name}", key, CANDIDATE_KEYS)
    architecture, options = str(value.get("architecture", name)), mapping(f"options of {name}", value.get("options"))
    _check_architecture(f"candidate {name}", architecture, options)
    data = _data({**mapping("data", cfg["data"]), **mapping(f"data of {name}", value.get("data"))}, cfg["dataset"])
    recipe = _recipe(name, cfg["recipe"], value.get("recipe"))
    images_seen = None if cfg["images_seen"] is None else count("images_seen", cfg["images_seen"])
    if isinstance(value.get("recipe"), Mapping) and "epochs" in value["recipe"]:
        images_seen = None  # a candidate's own length outranks the budget's, as recipe.epochs does for all
    return Candidate(str(name), architecture, options, recipe, data, images_seen)


def _check_architecture(who: str, architecture: str, options: Mapping[str, Any]) -> None:
    from suite import models

    try:
        kinds, any_other = models.facts(architecture)["options"], False
        if kinds is None and options:
            kinds, any_other = models.foreign_kinds(architecture)
        models.checked(architecture, kinds or {}, options, any_other)
    except models.ArchitectureError as error:
        raise Refusal(f"{who}: {error}") from None


def _recipe(candidate: str, base: Mapping[str, Any], changes: Any) -> Recipe:
    """The study's recipe, with a candidate's changes: another's name, or values (with `base: NAME`)."""
    from suite.config.compose import recipe_values

    if isinstance(changes, str):
        return Recipe.from_mapping({**recipe_values(changes), "name": changes})
    changes = mapping(f"recipe of candidate {candidate}", changes)
    name = changes.pop("base", None)
    values = {**recipe_values(name), "name": name} if name else dict(base)
    try:
        return Recipe.from_mapping({**values, **changes})
    except Refusal as refusal:
        raise Refusal(f"candidate {candidate}: {refusal}") from None


def _data(values: Mapping[str, Any], dataset: str) -> DataSpec:
    from suite.data import dataset_names

    if dataset not in dataset_names():
        raise unknown("dataset", str(dataset), dataset_names())
    valid = [name for name in DataSpec.__dataclass_fields__ if name != "name"]
    for key in values:
        if key not in valid:
            raise unknown("key of data", key, valid)
    if dataset == "folder" and not values.get("path"):
        raise Refusal("dataset=folder needs data.path=DIR: a folder with one folder of pictures for each class")
    for key in ("train_examples", "validation_examples", "test_examples"):
        if values.get(key) is not None:
            count(f"data.{key}", values[key])
    if dataset == "folder":
        values = {**values, "path": str(Path(str(values["path"])).expanduser().resolve())}
    return DataSpec(name=dataset, **values)


def _claim(claim: Mapping[str, Any], candidates: Mapping[str, Any]) -> Mapping[str, Any]:
    claim = {"source": None, "metric": "test_accuracy", "margin": 0.0, **mapping("a claim", claim)}
    for key in claim:
        if key not in ("text", "source", "better", "than", "metric", "margin"):
            raise unknown("key of a claim", key, ("text", "source", "better", "than", "metric", "margin"))
    for key in ("text", "better", "than"):
        if key not in claim:
            raise Refusal(f"a claim lacks `{key}`: it needs text, better and than")
    for key in ("better", "than"):
        if claim[key] not in candidates:
            raise unknown("candidate in a claim", str(claim[key]), candidates)
    one_of("metric of a claim", claim["metric"], METRICS)
    return {**claim, "margin": number("margin of a claim", claim["margin"])}
