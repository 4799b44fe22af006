"""What a command asks for, composed by Hydra once and frozen into dataclasses: no DictConfig travels further."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from suite import executors, tasks
from suite.config.axes import axes_from
from suite.config.candidate import PRECISIONS, Candidate
from suite.config.candidates import candidates_from
from suite.config.checks import NAME, as_list, boolean, count, mapping, number, one_of, seconds_from
from suite.config.claims import claims_from
from suite.config.evaluation import Evaluation, evaluation_from
from suite.config.search import SEARCH_KEYS, WORKSPACE, checked_search
from suite.config.seeds import seeds_from
from suite.config.stores import stores_from
from suite.config.table import table_from
from suite.config.time_budget import TimeBudget, time_budget
from suite.core.addresses import Stores
from suite.core.arrangement import Arrangement
from suite.core.directories import TRACKS, instance_directory
from suite.core.host import install_command
from suite.core.instances import default_name
from suite.core.metrics import LENT, OWN, of_part
from suite.core.planning import Given
from suite.core.refusals import Refusal
from suite.data.hardships import OFF

BACKENDS = ("tensorflow", "jax", "torch")


@dataclass(frozen=True)
class Search:
    """How often each candidate's values are searched: equally often for all. Where, is each candidate's own."""

    trials: int
    parallel: int = 1
    """Trials of one candidate that may run at the same time; no part of what a run is."""
    length: float = 1.0
    """Of a trial, as a share of a final run's."""
    prior: str | None = None
    """What the second trial of each candidate goes by; None: by nothing."""


@dataclass(frozen=True)
class Study:
    """One study as asked: everything the coordinator, the workers and the report need to know."""

    name: str
    title: str
    question: str
    paper: str | None
    budget: str
    task: str
    dataset: str
    axes: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    search: Search
    seeds: int  # of each candidate; with `most_seeds` the first ones
    study_seed: int
    tracks: tuple[str, ...]
    claims: tuple[Mapping[str, Any], ...]
    intervals: str  # whose seeds' spread they rest on: "lent" by all comparable candidates, or each one's "own"
    table: Arrangement  # of the report: no part of any run
    evaluation: Evaluation  # of final runs, beside the test: no part of any run
    train_on_validation: bool
    stamp: str | None
    limit_seconds: float | None
    time: TimeBudget | None  # None: lengths are as they are given
    instance: str
    backend: str
    precision: str
    workers: int
    executor: str  # where runs are carried out
    ray: executors.RayOptions
    threads: int | None  # of the processor, for each run; None: the cores are shared out
    deterministic: bool | None  # None: on a processor yes, on an accelerator no
    workspace: Path
    data_dir: Path | None
    published: Path | None  # `from`: a report's folder whose finished runs are taken over
    offline: bool
    order: str  # of final runs: "candidates" one after the other, or the "seeds", each of all candidates
    retry: bool  # whether runs that failed train again
    dry_run: str  # "false", "true", "measure" or "power"
    stores: Stores = field(compare=False)  # where the projections go: no part of any run
    command: str = field(default="", compare=False)
    most_seeds: int | None = None  # None: all have the same number of seeds, and that is final
    given: Given = field(default_factory=dict)  # how many final runs `seeds=auto` gave to whom

    @property
    def cache_dir(self) -> Path:
        return self.workspace / "cache"

    @property
    def directory(self) -> Path:
        """Where the instance lies."""
        return instance_directory(self.workspace, self.name, self.instance)


def study_from(cfg: Mapping[str, Any], command: str = "") -> Study:
    """Freeze a composed configuration. Raises Refusal for the first thing that is wrong, with what would be right."""
    workspace = Path(str(cfg["workspace"] or ".")).expanduser().resolve()
    precision = one_of("precision", cfg["precision"], PRECISIONS)
    backend = backend_from(cfg["backend"])
    task = tasks.get(str(cfg["task"]))
    candidates, dropped = candidates_from(cfg)
    for candidate in candidates:
        try:
            candidate.recipe.check_backend(backend)
        except Refusal as refusal:
            raise Refusal(f"candidate {candidate.name}: {refusal}") from None
    searched = any(candidate.search.dimensions for candidate in candidates)
    time = time_budget(cfg, candidates)
    label = time.label if time else None
    instance = cfg["instance"] or default_name(cfg["dataset"], cfg["budget"], backend, precision, label)
    if not NAME.fullmatch(str(instance)):
        raise Refusal(f"instance={instance}: letters, digits and . _ + - only")
    on_validation = boolean("train_on_validation", cfg["train_on_validation"])
    if on_validation:
        _check_validation(candidates)
    names = [candidate.name for candidate in candidates]
    evaluation = evaluation_from(cfg["evaluation"], names)
    tested = [*of_part(task.metrics, "test"), *evaluation.metrics]
    judged = list(dict.fromkeys([*task.judged, *(metric.name for metric in tested)]))
    return Study(
        name=cfg["study"],
        title=str(cfg["title"] or cfg["study"]),
        question=str(cfg["question"] or ""),
        paper=str(cfg["paper"]) if cfg["paper"] else None,
        budget=cfg["budget"],
        task=task.name,
        dataset=cfg["dataset"],
        axes=_axes(cfg["axes"], candidates, time),
        candidates=candidates,
        search=_search(cfg, candidates),
        seeds=seeds_from(cfg["seeds"])[0],
        most_seeds=seeds_from(cfg["seeds"])[1],
        study_seed=count("study_seed", cfg["study_seed"], least=0),
        tracks=_tracks(cfg["tracks"], searched),
        claims=claims_from(cfg["claims"], names, dropped, judged),
        intervals=one_of("intervals", cfg["intervals"], (LENT, OWN)),
        table=table_from(cfg["table"]),
        evaluation=evaluation,
        train_on_validation=on_validation,
        stamp=cfg["stamp"],
        limit_seconds=seconds_from(cfg["limit"]),
        time=time,
        instance=str(instance),
        backend=backend,
        precision=precision,
        workers=count("workers", cfg["workers"]),
        executor=(executor := _executor(cfg["executor"])),
        ray=_ray(mapping("ray", cfg["ray"]), executor),
        threads=None if cfg["threads"] == "auto" else count("threads", cfg["threads"]),
        deterministic=None if cfg["deterministic"] == "auto" else boolean("deterministic", cfg["deterministic"]),
        workspace=workspace,
        data_dir=Path(str(cfg["data_dir"])).expanduser().resolve() if cfg["data_dir"] else None,
        published=Path(str(cfg["from"])).expanduser().resolve() if cfg["from"] else None,
        offline=boolean("offline", cfg["offline"]),
        order=one_of("order", cfg["order"], ("candidates", "seeds")),
        retry=cfg["retry"] is not None and bool(one_of("retry", cfg["retry"], ("failed",))),
        dry_run=one_of("dry_run", str(cfg["dry_run"]).lower(), ("false", "true", "measure", "power")),
        stores=_stores(cfg["storage"], workspace),
        command=command,
    )


def _axes(value: Any, candidates: tuple[Candidate, ...], time: TimeBudget | None) -> tuple[str, ...]:
    """Where a time budget gives equal seconds, how long each trains differs on purpose."""
    axes = axes_from(value, candidates)
    return (*axes, *({"recipe.epochs"} - {*axes})) if time is not None and time.equal == "seconds" else axes


def _check_validation(candidates: Iterable[Candidate]) -> None:
    """Raises Refusal where a candidate wants validation images apart, and final runs would train on them."""
    for candidate in candidates:
        wants = [f"recipe.{part.switch}" for part in candidate.recipe.of("stopping")]
        wants += [f"data.{name}" for name, off in OFF.items() if getattr(candidate.data, name) != off]
        if wants:
            raise Refusal(
                f"candidate {candidate.name}: {wants[0]} does not go with train_on_validation=true, which this budget "
                "or study sets: validation images are to stay apart, and as they are; add train_on_validation=false"
            )


def _stores(value: Any, workspace: Path) -> Stores:
    values = mapping("storage", value, ("mlflow", "optuna"))
    texts = {key: None if text is None else str(text) for key, text in values.items()}
    return stores_from(workspace, texts.get("mlflow"), texts.get("optuna"))


def backend_from(value: Any) -> str:
    """A backend that is installed. Raises Refusal for any other."""
    backend = one_of("backend", value, BACKENDS)
    if find_spec(backend) is None:
        raise Refusal(f"backend={backend} is not installed in this environment: {install_command(backend)}")
    return backend


def _executor(value: Any) -> str:
    executor = one_of("executor", value, executors.NAMES)
    if executor == "ray":
        executors.require_ray()
    return executor


def _ray(section: Mapping[str, Any], executor: str) -> executors.RayOptions:
    """The cluster; Ray deals GPUs out whole, or several runs to one of them."""
    section = mapping("ray", section, ("address", "gpus"))
    gpus = None if section.get("gpus", "auto") == "auto" else number("ray.gpus", section["gpus"])
    if gpus is not None and (gpus < 0 or (gpus > 1 and gpus != int(gpus))):
        raise Refusal(f"ray.gpus={gpus:g}: expected auto, 0, a share below 1 or a whole number")
    address = section.get("address")
    options = executors.RayOptions(str(address) if address else None, gpus)
    if executor == "ray":
        options.refuse_client()
    elif options.address is not None:
        raise Refusal(f"ray.address={options.address} says where executor=ray trains, and this is executor={executor}")
    return options


def _search(cfg: Mapping[str, Any], candidates: Iterable[Candidate]) -> Search:
    """How often is searched, which is never where no candidate has a space; the study's is its candidates' default."""
    value = {
        **checked_search("search", cfg["search"], SEARCH_KEYS),
        **checked_search("search", cfg["typed"]["search"], SEARCH_KEYS),
    }
    trials = count("search.trials", value.get("trials", 0), least=0)
    length = number("search.length", value.get("length", 1.0))
    if not 0 < length <= 1:
        raise Refusal(f"search.length={length:g}: a share of a final run's length, above 0 and up to 1, as in 0.25")
    spaces = [candidate.search for candidate in candidates]
    if length != 1 and (own := next((search for search in spaces if "epochs" in search.dimensions), None)):
        raise Refusal(
            f"search.length={length:g} is a share of a final run's length, which search space {own.space} searches: "
            "take epochs out of the space, or set search.length=1"
        )
    searched = any(search.dimensions for search in spaces)
    prior = value.get("prior")
    if prior is not None:
        one_of("search.prior", prior, (WORKSPACE,))
    parallel = count("search.parallel", value.get("parallel", 1))
    return Search(trials if searched else 0, parallel, length, prior if searched else None)


def _tracks(value: Any, searched: bool) -> tuple[str, ...]:
    """The tracks to run, each once; where nothing is searched there is only the recipe as it stands."""
    tracks = tuple(dict.fromkeys(one_of("tracks", track, TRACKS) for track in as_list("tracks", value)))
    return tracks if searched else ("shared",)
