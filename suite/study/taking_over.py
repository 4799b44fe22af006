"""Going on from published records: finished runs of a report's folder that the instance lacks become its own.

A run's directory appears whole or not at all, so that a kill in between costs nothing: the same command takes the rest.
Sessions are taken once, whole lines at a time. What stands in the workspace already is never touched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from suite.core import directories, faults
from suite.core.by_epoch import write_tested
from suite.core.directories import RunKey
from suite.core.durable import plain, replacing, write_json, write_text
from suite.core.evaluation import write_evaluation
from suite.core.identity import digest
from suite.core.latency import write_latency
from suite.core.published import PUBLISHED
from suite.core.refusals import Refusal, first_line
from suite.core.result import Result, read_result, write_result
from suite.records.older import beside, rebuilt, refuse_what_cannot_be_known
from suite.study import plan
from suite.study.ledger import Ledger
from suite.study.limit import LIMIT
from suite.study.published import AGAIN, Published, read
from suite.study.sources import VERBS, Taken
from suite.training.spec import changes


def take_over(ledger: Ledger, folder: Path, write: bool) -> str:
    """Take over what the instance lacks of a report's folder, and tell the ledger; returns a sentence on what that is.

    `write`: else nothing is written, and the ledger alone knows of it. The caller holds the workspace's lock. Raises
    Refusal where the folder does not hold, or where a run is determined by something else than this study asks, before
    anything is written.
    """
    published = read(folder, ledger.study)
    lacking = [key for key in sorted(published.results) if _is_lacking(ledger, key, published.records)]
    identities = {key: _identity(ledger, published, key) for key in lacking}
    lacking = [key for key in lacking if not _never_started(ledger, key, identities[key])]
    for key in lacking:
        _refuse_another(ledger, published, key, identities[key])
    weights = _weights(published)
    for key in lacking:
        taken = Taken(identities[key], _marker(ledger, published, key, weights))
        if write:
            _leave(ledger, published, key, taken)
            faults.reach("published.taken")
        written = read_result(ledger.path(key)) if write else None  # with the figures of its evaluation
        ledger.adopt(key, taken, plan.seed_of(key), written or _with_latency(published, key))
    if write:
        _take_sessions(ledger.directory, published)
        _take_limit(ledger.directory, published)
    return _sentence(published, lacking, write)


def _with_latency(published: Published, key: RunKey) -> Result:
    """A run's result with what was timed of its network, as its directory would give it."""
    result, timed = published.results[key], published.latencies.get(str(key))
    return replace(result, metrics={**result.metrics, **timed["figures"]}) if timed else result


def _is_lacking(ledger: Ledger, key: RunKey, records: str) -> bool:
    """Whether a run is of a candidate and track that are asked for, and neither there, begun, nor set aside since."""
    if key.candidate not in ledger.candidates or key.track not in ledger.study.tracks or ledger.has_trained(key):
        return False
    aside = ledger.path(key).parent.glob(f"superseded-{key.number}-*/{PUBLISHED}")
    return not any(json.loads(path.read_text(encoding="utf-8"))["records"] == records for path in aside)


def _identity(ledger: Ledger, published: Published, key: RunKey) -> dict[str, Any]:
    """What determined a run, as its folder says or as it can be put together."""
    run = published.results[key]
    try:
        if published.identities is not None:
            return dict(published.identities[str(key)])
        refuse_what_cannot_be_known(published.results.values(), AGAIN)
        return rebuilt(published.study, key, run, ledger.identity(key, run.parameters))
    except (LookupError, TypeError, ValueError) as error:
        raise Refusal(
            f"from={published.folder} does not tell what determined {key}: {first_line(error)}; {AGAIN}"
        ) from error


def _never_started(ledger: Ledger, key: RunKey, identity: Mapping[str, Any]) -> bool:
    """Whether a run only says that the run that it needed had failed."""
    return bool(ledger.candidates[key.candidate].sources.keys() - identity.keys())


def _refuse_another(ledger: Ledger, published: Published, key: RunKey, identity: Mapping[str, Any]) -> None:
    """Raise Refusal, with the difference, where a run is not the one that the study asks for."""
    run = published.results[key]
    changed = [*ledger.changed(key, identity, run, taken=True), *_other_sources(ledger, published, key, identity)]
    if published.identities is None:
        dataset, on_validation = ledger.dataset(key.candidate), bool(identity["train_on_validation"])
        now = {
            "study_seed": ledger.study.study_seed,
            "train_examples": plan.train_examples(dataset, on_validation),
        }
        changed += changes(beside(published.study, run, now), now)
    if changed:
        more = f" (and {len(changed) - 3} more)" if len(changed) > 3 else ""
        raise Refusal(
            f"from={published.folder} has runs of another configuration: {key}: {'; '.join(changed[:3])}{more}. Runs "
            "of different settings are never mixed: ask for what was published, or leave out from="
        )


def _other_sources(ledger: Ledger, published: Published, key: RunKey, identity: Mapping[str, Any]) -> Iterator[str]:
    """What a run of the folder started or learned from, where that is none that the study means, or none of the
    folder's own."""
    for name, own in ledger.sources.own(key).items():
        meant, found = f"{ledger.study.name}/{ledger.study.instance}/{own}", identity[name]
        source = (published.identities or {}).get(str(own))
        if found["run"] != meant:
            yield f"{name}.run: {found['run']} became {meant}"
        elif source is None or digest(source) != found["made_by"]:
            yield f"it {VERBS[name]} another {own} than the folder's"


def _weights(published: Published) -> dict[str, str]:
    """The SHA-256 of the weights of those runs, by name, that others of the folder started or learned from."""
    found = [identity[name] for identity in (published.identities or {}).values() for name in VERBS if name in identity]
    return {source["run"]: source["sha256"] for source in found}


def _marker(ledger: Ledger, published: Published, key: RunKey, weights: Mapping[str, str]) -> dict[str, Any]:
    sha256 = weights.get(f"{ledger.study.name}/{ledger.study.instance}/{key}")
    dataset = ledger.dataset(key.candidate)
    seen = {"input_shape": list(dataset.input_shape), "num_classes": dataset.num_classes}
    return {
        "folder": published.folder.name,
        "records": published.records,
        **({"weights": {"sha256": sha256, **seen}} if sha256 else {}),
    }


def _leave(ledger: Ledger, published: Published, key: RunKey, taken: Taken) -> None:
    """Make a run's directory, whole or not at all."""
    import numpy as np

    run = published.results[key]
    with replacing(ledger.path(key)) as partial:
        partial.mkdir(parents=True)
        write_json(partial / directories.RUN, {"key": str(key), "seed": plan.seed_of(key), "identity": taken.identity})
        write_json(partial / PUBLISHED, taken.marker)
        if rows := published.history(key, len(ledger.dataset(key.candidate).validation)):
            write_json(partial / directories.HISTORY, rows)
        if arrays := published.predictions(key):
            # numpy's stub takes keywords named like its own parameters for them; arrays are named otherwise.
            np.savez_compressed(partial / directories.PREDICTIONS, **arrays)  # type: ignore[arg-type]
        if tested := published.tested(key):
            write_tested(partial, tested)
        if measured := published.corrupted(key):
            np.savez_compressed(partial / directories.CORRUPTED, **measured[1])  # type: ignore[arg-type]
            write_evaluation(partial, run.ended_at, measured[0])
        if timed := published.latencies.get(str(key)):
            write_latency(partial, run.ended_at, timed["figures"], timed["conditions"])
        write_result(partial, run)


def _take_sessions(directory: Path, published: Published) -> None:
    """Put the folder's sessions among the instance's, by their start: each once, marked as what was spent elsewhere."""
    there = directories.read_sessions(directory)
    known = [_unmarked(session) for session in there]
    new = [
        {**session, directories.TAKEN: published.records}
        for session in map(_unmarked, published.sessions)
        if session not in known
    ]
    if new:
        lines = sorted([*there, *new], key=lambda line: float(line["started_at"]))
        write_text(directory / directories.SESSIONS, "".join(json.dumps(plain(line)) + "\n" for line in lines))


def _unmarked(session: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in session.items() if name != directories.TAKEN}


def _take_limit(directory: Path, published: Published) -> None:
    """Keep what a time limit decided there, for a study that has the same limit here."""
    limit, path = published.study.get("limit"), directory / LIMIT
    if limit and not path.exists():
        write_json(path, {"admitted": published.study["trials_counted"], **limit})


def _sentence(published: Published, lacking: list[RunKey], write: bool) -> str:
    whose = f"{published.folder} (records {published.records[:12]})"
    if not lacking:
        return f"nothing to take over from {whose}: every finished run of it is here, or is not asked for"
    failed = sum(published.results[key].outcome.failed for key in lacking)
    count = f"{len(lacking)} {'run' if len(lacking) == 1 else 'runs'}"
    with_failed = f", {failed} of which failed" if failed else ""
    return f"{count} {'taken' if write else 'to take'} over from {whose}{with_failed}: they hold no weights"
