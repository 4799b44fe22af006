"""One row of a report again, from what its page has inside it: which runs train, with what, and whether they can.

No study's file is read and nothing is searched: a run's record says what determined it, values that a search found
included. A row that starts or learns from another of the same report has that trained first, with the same seed; one of
an earlier study has to be in the workspace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from suite import models
from suite.config.study import backend_from
from suite.core.directories import WEIGHTS, RunKey
from suite.core.refusals import Refusal
from suite.data import Dataset, load
from suite.data.dataset import PLACES, DataSpec
from suite.models import published_file
from suite.records.embedded import Embedded, Row, Run
from suite.study.asking import fields_of
from suite.study.plan import FINAL_SEEDS, derived_seeds
from suite.study.sources import VERBS
from suite.training.origin import Origin
from suite.training.recipe import Recipe
from suite.training.spec import RunSpec, changes

APART = ("seeds", "search_space", "weights", "teacher")
"""What of an identity is looked at elsewhere, or says nothing of how a run trains."""


@dataclass(frozen=True)
class Places:
    """Where things are on this machine, which determines nothing. workspace: where earlier studies are. home: the
    workspace that is written into. given: `path` and `labels` of the data, as they are typed."""

    workspace: Path
    home: Path
    data_dir: Path | None = None
    given: Mapping[str, str] | None = None
    offline: bool = False


@dataclass(frozen=True)
class Step:
    """A run to train. key: its place, whose number follows from the seed. recorded: the run whose settings it has.

    spec: without what it starts and learns from. needs: steps before it, and origins: runs of earlier studies, by what
    they are needed for.
    """

    key: RunKey
    recorded: Run
    spec: RunSpec
    dataset: Dataset
    needs: Mapping[str, Step]
    origins: Mapping[str, Origin]

    @property
    def seed(self) -> int:
        return FINAL_SEEDS + self.key.number

    def ordered(self) -> Iterator[Step]:
        """This step after all that it needs, each once."""
        seen: dict[RunKey, Step] = {}
        for other in self.needs.values():
            seen |= {step.key: step for step in other.ordered()}
        yield from {**seen, self.key: self}.values()


def number_of(seed: int) -> int:
    """The number of the final run that has a seed. Raises Refusal for a seed that no final run has."""
    if seed < FINAL_SEEDS:
        raise Refusal(
            f"seed={seed}: final runs have the seeds from {FINAL_SEEDS} on; smaller ones are those of the search"
        )
    return seed - FINAL_SEEDS


def fresh_seed(row: Row, runs: Mapping[str, Run]) -> int:
    """The first seed that the row's study has not used: that of the next final run which it would train."""
    return max(FINAL_SEEDS + row.planned, *(runs[key].seed + 1 for key in row.runs))


def step(page: Embedded, row: Row, seed: int, places: Places) -> Step:
    """What trains a row with a seed, with all that is needed before.

    Raises Refusal where it cannot be trained as it was: data that are missing or others, weights that are not there, a
    version of the suite that computes otherwise.
    """
    own = (key for key in row.runs if page.runs[key].seed == seed)
    return _step(page, row, next(own, row.runs[0]), seed, places)


def _step(page: Embedded, row: Row, like: str, seed: int, places: Places) -> Step:
    recorded = page.runs[like]
    if recorded.identity is None:
        raise Refusal(
            f"what determined {like} of {page.study} is not known: {recorded.lacking}; publish the report again from "
            "the workspace where it ran"
        )
    spec = _specification(page, row, recorded, seed, places)
    _refuse_architecture(spec, row)
    dataset = load(spec.data, data_dir=places.data_dir, cache_dir=Path(spec.cache_dir), offline=spec.offline)
    _refuse_otherwise(row, recorded.identity, spec, dataset)
    needs, origins = dict[str, Step](), dict[str, Origin]()
    for name, verb in VERBS.items():
        if name not in recorded.identity:
            continue
        run = str(recorded.identity[name]["run"])
        study, instance, own = run.split("/", 2)
        if (study, instance) != (page.study, page.instance):
            origins[name] = _earlier(f"row {row.candidate} {verb}", run, recorded.identity[name], places)
            continue
        candidate, track, *_ = own.split("/")
        if own not in page.runs:
            raise Refusal(f"row {row.candidate} {verb} {own}, of which the report has no completed run")
        always = "@" in row.sources.get(name, "")  # all its runs have one source, and so has this one
        needs[name] = _step(page, page.row(candidate, track), own, page.runs[own].seed if always else seed, places)
    key = RunKey(row.candidate, row.track, "final", number_of(seed))
    return Step(key, recorded, replace(spec, expected_data_hash=dataset.hash), dataset, needs, origins)


def _specification(page: Embedded, row: Row, recorded: Run, seed: int, places: Places) -> RunSpec:
    identity = dict(recorded.identity or {})
    data = DataSpec.from_mapping({**identity["data"], **row.handling, **_located(row, identity["data"], places)})
    seeds = {**derived_seeds(page.study_seed, seed), "split": data.split_seed}
    if seed == recorded.seed:
        seeds |= identity["seeds"]
    return RunSpec(
        architecture=identity["architecture"],
        options=identity["options"],
        recipe=Recipe.from_record(identity["recipe"]),
        parameters=identity["parameters"],
        data=data,
        seeds=seeds,
        final=True,
        train_on_validation=identity["train_on_validation"],
        task=identity.get("task", page.task),
        backend=backend_from(identity["backend"]),
        precision=identity["precision"],
        threads=identity.get("threads"),
        deterministic=None if identity.get("deterministic", "auto") == "auto" else identity["deterministic"],
        data_dir=str(places.data_dir) if places.data_dir else None,
        cache_dir=str(places.home / "cache"),
        offline=places.offline,
        expected_fingerprint=recorded.fingerprint,
    )


def _located(row: Row, data: Mapping[str, Any], places: Places) -> dict[str, str]:
    """Where the row's own pictures lie. Raises Refusal where that is not said, or is said of a set that has a name."""
    given = {name: text for name, text in (places.given or {}).items() if name in PLACES}
    if data["name"] == "folder" and "path" not in given:
        raise Refusal(
            f"row {row.candidate} was trained on a folder of pictures, and a report does not say where that lies: "
            "data.path=DIR says it (and data.labels=FILE, if there was a list)"
        )
    if data["name"] != "folder" and given:
        raise Refusal(f"data.{next(iter(given))}: row {row.candidate} was trained on {data['name']}; data_dir=DIR is "
                      "where that is looked for")  # fmt: skip
    return given


def _refuse_architecture(spec: RunSpec, row: Row) -> None:
    """Raises Refusal for an architecture that is not here, and for published weights that may not be fetched."""
    try:
        models.facts(spec.architecture)
    except models.ArchitectureError as error:
        raise Refusal(f"row {row.candidate}: {error}") from None
    file = published_file(spec.architecture, spec.options)
    if file is not None and spec.offline and not file.path.is_file():
        raise Refusal(
            f"row {row.candidate} starts from published weights, whose file {file.name} is not in {file.path.parent}, "
            f"and offline=true fetches nothing: put it there (from {file.address}, {file.size})"
        )


def _refuse_otherwise(row: Row, identity: Mapping[str, Any], spec: RunSpec, dataset: Dataset) -> None:
    """Raises Refusal where the row would not be trained as it was."""
    if dataset.hash != identity["data_hash"]:
        raise Refusal(
            f"{dataset.name} in {dataset.location} is not what row {row.candidate} was trained on (content hash "
            f"{dataset.hash[:12]}, recorded {str(identity['data_hash'])[:12]}): name the place of the same images"
        )
    now = spec.identity(dataset.hash)
    before, now = ({name: v for name, v in one.items() if name not in APART} for one in (identity, now))
    if found := changes(before, now):
        raise Refusal(
            f"this version of the suite would train row {row.candidate} otherwise than it was: "
            f"{'; '.join(found[:3])}; take the version of commit or package that the report names"
        )


def _earlier(who: str, run: str, recorded: Mapping[str, Any], places: Places) -> Origin:
    """A final run of an earlier study, in the workspace."""
    study, instance, *_ = run.split("/")
    directory = places.workspace / "runs" / run
    if not (directory / WEIGHTS).exists():
        raise Refusal(
            f"{who} {run}, whose weights are not in {places.workspace / 'runs'}: train that first (python -m suite.run "
            f"study={study}, which makes instance {instance}), or name its workspace with workspace=DIR"
        )
    origin = Origin.of(run, directory)
    if origin.made_by != recorded["made_by"]:
        raise Refusal(f"{who} {run}, and the run of that name in {places.workspace} was trained otherwise than then")
    return origin


def fields(page: Embedded, asked: Step, spec: RunSpec) -> dict[str, Any]:
    """What a run's result holds before the run has started."""
    return fields_of(
        study=page.study, instance=page.instance, key=asked.key, architecture=spec.architecture, seed=asked.seed,
        options=spec.options, recipe=spec.recipe.as_mapping(), parameters=spec.parameters, dataset=page.dataset,
        data_hash=asked.dataset.hash, backend=spec.backend, precision=spec.precision, task=spec.task,
        threads=spec.threads,
    )  # fmt: skip
