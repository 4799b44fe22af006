"""What a command asks for, composed by Hydra once and frozen into dataclasses: no DictConfig travels further."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from suite import executors, tasks
from suite.config.axes import axes_from
from suite.config.candidates import Candidate, candidates_from
from suite.config.checks import NAME, as_list, boolean, count, one_of, seconds_from
from suite.config.claims import claims_from
from suite.config.search import checked_search
from suite.core.directories import TRACKS
from suite.core.metrics import of_part
from suite.core.refusals import Refusal
from suite.data.hardships import OFF

BACKENDS = ("tensorflow", "jax", "torch")
PRECISIONS = ("auto", "float32", "mixed_bfloat16", "mixed_float16")


@dataclass(frozen=True)
class Search:
    """How often each candidate's values are searched: equally often for all. Where, is each candidate's own."""

    trials: int


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
    executor: str  # where runs are carried out
    threads: int | None  # of the processor, for each run; None: the cores are shared out
    deterministic: bool | None  # None: on a processor yes, on an accelerator no
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
    precision = resolved_precision(one_of("precision", cfg["precision"], PRECISIONS))
    backend = _backend(cfg["backend"])
    task = tasks.get(str(cfg["task"]))
    candidates, dropped = candidates_from(cfg)
    searched = any(candidate.search.dimensions for candidate in candidates)
    instance = cfg["instance"] or f"{cfg['dataset']}-{cfg['budget']}-{backend}-{precision}"
    if not NAME.fullmatch(str(instance)):
        raise Refusal(f"instance={instance}: letters, digits and . _ + - only")
    on_validation = boolean("train_on_validation", cfg["train_on_validation"])
    if on_validation:
        _check_validation(candidates)
    judged = [metric.name for metric in of_part(task.metrics, "test")]
    return Study(
        name=cfg["study"],
        title=str(cfg["title"] or cfg["study"]),
        question=str(cfg["question"] or ""),
        paper=str(cfg["paper"]) if cfg["paper"] else None,
        budget=cfg["budget"],
        task=task.name,
        dataset=cfg["dataset"],
        axes=axes_from(cfg["axes"], candidates),
        candidates=candidates,
        search=_search(cfg, searched),
        seeds=count("seeds", cfg["seeds"]),
        study_seed=count("study_seed", cfg["study_seed"], least=0),
        tracks=_tracks(cfg["tracks"], searched),
        claims=claims_from(cfg["claims"], [candidate.name for candidate in candidates], dropped, judged),
        train_on_validation=on_validation,
        stamp=cfg["stamp"],
        limit_seconds=seconds_from(cfg["limit"]),
        instance=str(instance),
        backend=backend,
        precision=precision,
        workers=count("workers", cfg["workers"]),
        executor=one_of("executor", cfg["executor"], executors.NAMES),
        threads=None if cfg["threads"] == "auto" else count("threads", cfg["threads"]),
        deterministic=None if cfg["deterministic"] == "auto" else boolean("deterministic", cfg["deterministic"]),
        workspace=workspace,
        data_dir=Path(str(cfg["data_dir"])).expanduser().resolve() if cfg["data_dir"] else None,
        offline=boolean("offline", cfg["offline"]),
        dry_run=one_of("dry_run", str(cfg["dry_run"]).lower(), ("false", "true", "measure")),
        command=command,
    )


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


def resolved_precision(asked: str) -> str:
    """The precision that is trained in. `auto` is float32 on every device, until another is measured to be as good."""
    return "float32" if asked == "auto" else asked


def _backend(value: Any) -> str:
    backend = one_of("backend", value, BACKENDS)
    if find_spec(backend) is None:
        raise Refusal(f"backend={backend} is not installed: pip install {backend}")
    return backend


def _search(cfg: Mapping[str, Any], searched: bool) -> Search:
    """How often is searched, which is never where no candidate has a space; the study's is its candidates' default."""
    keys = ("space", "trials")
    value = {**checked_search("search", cfg["search"], keys), **checked_search("search", cfg["typed"]["search"], keys)}
    trials = count("search.trials", value.get("trials", 0), least=0)
    return Search(trials if searched else 0)


def _tracks(value: Any, searched: bool) -> tuple[str, ...]:
    """The tracks to run, each once; where nothing is searched there is only the recipe as it stands."""
    tracks = tuple(dict.fromkeys(one_of("tracks", track, TRACKS) for track in as_list("tracks", value)))
    return tracks if searched else ("shared",)
