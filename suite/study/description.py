"""study.json: what an instance asks, and how far it is. The report reads nothing else about the study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from suite.config.axes import with_numbers
from suite.config.candidate import STARTS
from suite.config.evaluation import Evaluation
from suite.config.sources import IMAGENET
from suite.config.study import Study
from suite.core import directories
from suite.core.durable import write_json
from suite.core.host import commit, host, versions
from suite.core.planning import AUTO
from suite.data.dataset import AS_EVER, PLACES
from suite.data.hardships import OFF
from suite.study import plan, prior, starts
from suite.study.effects import without_effect
from suite.study.ledger import Ledger
from suite.study.search import pruner


def describe(
    ledger: Ledger,
    state: str,
    reason: str | None = None,
    limit: dict[str, Any] | None = None,
    allotment: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The description of an instance in a state: running, finished, interrupted or stopped."""
    study = ledger.study
    dataset = ledger.datasets[study.candidates[0].name]
    return {
        "study": study.name,
        "instance": study.instance,
        "title": study.title,
        "question": study.question,
        "paper": study.paper,
        "command": study.command,
        "task": study.task,
        "dataset": study.dataset,
        "budget": study.budget,
        "backend": study.backend,
        "precision": study.precision,
        "axes": study.axes,
        **({"axes_numbers": numbers} if (numbers := with_numbers(study.axes)) else {}),
        "tracks": study.tracks,
        "seeds": study.seeds,
        **({AUTO: {"most": study.most_seeds, "given": study.given}} if study.most_seeds else {}),
        "study_seed": study.study_seed,
        "trials": study.search.trials,
        "trials_counted": ledger.counted_trials("tuned", (limit or {}).get("search_stopped_after")),
        "search_space": _common_space(study),
        "trials_run": _trials_run(ledger),
        "search_parallel": study.search.parallel,
        **({"search_length": study.search.length} if study.search.length != 1 else {}),
        **({"search_prior": prior.kept(study)} if study.search.prior else {}),
        "pruning": pruner.DESCRIPTION,
        "train_on_validation": study.train_on_validation,
        "limit": limit,
        **({"allotment": allotment} if allotment else {}),
        "threads": ledger.threads,
        "candidates": {candidate.name: _candidate(ledger, candidate.name) for candidate in study.candidates},
        "claims": study.claims,
        "intervals": study.intervals,
        **({"table": wanted} if (wanted := study.table.as_mapping()) else {}),
        **({"corruptions": _corruptions(study.evaluation)} if study.evaluation.kinds else {}),
        **({"tests_epochs": True} if study.evaluation.every_epoch else {}),
        **({"latency": True} if study.evaluation.latency else {}),
        "data": {
            "name": dataset.name,
            "hash": dataset.hash,
            "notes": dataset.notes,
            "train": len(dataset.train),
            "validation": len(dataset.validation),
            "test": len(dataset.test),
            "class_names": dataset.class_names,
            "input_shape": dataset.input_shape,
        },
        "state": state,
        "reason": reason,
        "stamp": study.stamp,
        **({"taken_over": _taken_over(ledger)} if ledger.published else {}),
        "host": host(),
        "versions": versions(),
        "commit": commit(),
    }


def _corruptions(asked: Evaluation) -> dict[str, Any]:
    """What is evaluated of corrupted copies."""
    return {"kinds": asked.kinds, "strengths": asked.strengths, "baseline": asked.baseline}


def _common_space(study: Study) -> dict[str, Any] | None:
    """The search space that all candidates have; None where they differ, and each has its own below `candidates`."""
    first, *others = (candidate.search for candidate in study.candidates)
    return {"name": first.space, "dimensions": first.dimensions} if all(first == other for other in others) else None


def _candidate(ledger: Ledger, name: str) -> dict[str, Any]:
    candidate = ledger.candidates[name]
    return {
        "architecture": candidate.architecture,
        "options": candidate.options,
        "recipe": candidate.settled(len(ledger.dataset(name).train)).as_mapping(),
        "search": asdict(candidate.search),
        **({"begins": dict(candidate.begins), "begins_as": prior.kind(candidate)} if candidate.begins else {}),
        **({"precision": candidate.precision} if candidate.precision != ledger.study.precision else {}),
        **starts.told(ledger, candidate),
        "data": {
            **{
                key: value
                for key, value in asdict(candidate.data).items()
                if key not in PLACES and {**OFF, **AS_EVER}.get(key) != value
            },
            "images": len(ledger.dataset(name).train),
            "hash": ledger.dataset(name).hash,
            "test_hash": ledger.dataset(name).test_hash,
        },
    }


def _taken_over(ledger: Ledger) -> list[dict[str, Any]]:
    """The published records that runs came from: the folder's name, the records' hash, and how many."""
    counts = Counter((taken.marker["folder"], taken.marker["records"]) for taken in ledger.published.values())
    return [{"folder": folder, "records": records, "runs": n} for (folder, records), n in sorted(counts.items())]


def _trials_run(ledger: Ledger) -> dict[str, int]:
    counts = {candidate.name: 0 for candidate in ledger.study.candidates}
    for key in ledger.results:
        counts[key.candidate] += key.phase == "search"
    return counts


def write(
    ledger: Ledger,
    state: str,
    reason: str | None = None,
    limit: dict[str, Any] | None = None,
    allotment: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write study.json and return it."""
    description = describe(ledger, state, reason, limit, allotment)
    write_json(ledger.directory / directories.STUDY, description)
    return description


def plan_lines(study: Study, ledger: Ledger) -> list[str]:
    """The plan as people read it: what runs for whom, and what has to be known of the data before it does."""
    total = len(plan.planned(study))
    done = sum(key in ledger.results for key in plan.planned(study))
    per = []
    for track in study.tracks:
        trials = plan.trials_of(study, track)
        length = "" if study.search.length == 1 else f" of {study.search.length:.0%} of the length"
        search = f"{_several(trials, 'search trial')}{length} and " if trials else ""
        finals = f"{study.seeds} to {study.most_seeds} final runs" if study.most_seeds else ""
        per.append(f"{track} track: {search}{finals or _several(study.seeds, 'final run')} each")
    data = ledger.datasets[study.candidates[0].name]
    searched = ledger.even_trials("tuned")
    grown = f"{searched} trials of each candidate are done, and all of them count: a search only grows"
    return [
        f"{study.title}",
        f"{study.name} / {study.instance}: {_several(len(study.candidates), 'candidate')}; {'; '.join(per)}; "
        f"{total} runs, {done} done",
        f"{data.name}: {len(data.train)} training, {len(data.validation)} validation, {len(data.test)} test images; "
        f"hash {data.hash[:12]}",
        *(f"note: {note}" for note in dict.fromkeys(note for data in ledger.datasets.values() for note in data.notes)),
        *([grown] if searched > plan.trials_of(study, "tuned") and "tuned" in study.tracks else []),
        *_retried(ledger),
        *_starts(ledger),
        *without_effect(ledger),
    ]


def _retried(ledger: Ledger) -> list[str]:
    """What is done with failed runs, where that was asked for."""
    if not ledger.study.retry:
        return []
    count = len(ledger.retried)
    if not count:
        return ["retry=failed: no run has failed"]
    return [f"retry=failed: {_several(count, 'failed run')} again, {ledger.retried[0]} for one; what they left is kept"]


def _starts(ledger: Ledger) -> Iterator[str]:
    """Who starts and learns from what, whether that may differ, and what was found of the test images there."""
    leakage, named = [], {name: set[str | None]() for name in STARTS}
    for candidate in ledger.study.candidates:
        told = starts.told(ledger, candidate)
        start, teacher = told.get("starts_from"), told.get("learns_from")
        if start:
            yield f"{candidate.name} starts from {_there(start)}: {', '.join(start['says'])}"
        if teacher:
            yield f"{candidate.name} learns from {_there(teacher)}"
        for name, source in zip(STARTS, (start, teacher), strict=True):
            named[name].add(source["source"] if source else None)
        leakage += [source["leakage"] for source in told.values() if "leakage" in source]
    for name, sources in named.items():
        if len(sources) > 1 and name not in ledger.study.axes:
            yield f"note: candidates differ in {name}, and are not ranked together unless `axes` says so by this name"
    yield from dict.fromkeys(leakage)


def _there(told: dict[str, Any]) -> str:
    """A source by its name, with whether it is still to be trained."""
    there = "runs" in told or told["source"] == IMAGENET
    return str(told["source"]) if there else f"{told['source']}, once that is there"


def _several(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
