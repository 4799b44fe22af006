"""How it was measured, what went wrong, under which circumstances: the sentences of a report, from its records."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Mapping
from typing import Any

import pandas as pd

from suite.analysis.comparing import starts
from suite.analysis.comparing.sequential import looks_of
from suite.analysis.figures import corruption
from suite.analysis.folder import clocks, latencies
from suite.analysis.folder.costs import TRAINING
from suite.analysis.folder.reading import Records
from suite.analysis.folder.seeds import completed_finals
from suite.analysis.folder.settings import pairs, shared, space
from suite.analysis.pages import interval_text, search_prior, time_budget
from suite.analysis.table import headings
from suite.analysis.table.columns import device_kind
from suite.analysis.units import duration, whole
from suite.core.commands import words_for_others
from suite.core.instances import default_name
from suite.core.metrics import by_name
from suite.core.outcomes import Outcome
from suite.core.planning import trials_counted, unsearched

CLOCK = (
    "time of the training steps, augmentation included, summed over the epochs of one final run and averaged over the "
    "seeds. Compilation, evaluation, checkpoints and waiting are not in it; they are in the cost section. Tuning time "
    "is the same clock summed over all search runs of a candidate, pruned and failed ones included."
)

EVERY_EPOCH = (
    " For one table of this report the test images were looked at after each epoch, too; nothing chose by what they "
    "said, and every other figure is that of the last weights."
)


def banners(study: Mapping[str, Any]) -> list[str]:
    """What a reader must know before any number."""
    found = []
    if study.get("stamp"):
        found.append(f"Budget {study['budget']}: {study['stamp']}.")
    state, reason = study["state"], study.get("reason")
    if state == "running":
        found.append("This study is still running: numbers will change, and rows are not complete.")
    elif state != "finished":
        why = f": {reason}" if reason and state != "interrupted" else ""  # the word says it
        found.append(f"This study was {state}{why}. The same command finishes it.")
    stopped = (study.get("limit") or {}).get("search_stopped_after")
    if stopped is not None:
        found.append(
            f"The time limit of {duration(study['limit']['seconds'])} stopped the search after {stopped} "
            f"of {study['trials']} trials, the same for every candidate."
        )
    return found


def over_the_table(records: Records) -> list[str]:
    """The same of records, with what their runs' devices say of their times."""
    return [*banners(records.study), *clocks.banner(records.runs), *_published_times(records)]


def _published_times(records: Records) -> list[str]:
    """A device's name does not tell one machine from another: said where published runs stand beside others."""
    parts = records.study.get("taken_over") or []
    taken, over = sum(part["runs"] for part in parts), int((records.runs.outcome != "").sum())
    if not taken or (len(parts) == 1 and taken >= over):
        return []
    return [
        f"{taken} of {over} runs came from published records: their times may be of another machine, even where the "
        "devices' names agree."
    ]


def measured(records: Records) -> list[tuple[str, str]]:
    """How the numbers came about, as terms and sentences."""
    study, data = records.study, records.study["data"]
    shape = "×".join(str(size) for size in data["input_shape"])
    return [
        (
            "Data",
            f"{data['name']}: {_training_images(study)} training, {data['validation']:,} validation and "
            f"{data['test']:,} test images of {shape}, {len(data['class_names'])} classes; "
            f"content hash {str(data['hash'])[:16]}.",
        ),
        ("Budget", f"{study['budget']}, {study['backend']}, {study['precision']}. {_length(records)}"),
        *time_budget.sentences(records),
        ("Recipe", _recipe(study)),
        *starts.sentences(records),
        *([("Right is", records.task.right)] if records.task.right else []),
        ("What differs on purpose", f"{_axes(study)}. Everything else is equal, or the row is not ranked."),
        ("Search and selection", _selection(records)),
        ("Final runs", _finals(records)),
        ("Intervals", interval_text.intervals([records])),
        *([("Corrupted test images", corruption.sentence(study))] if study.get("corruptions") else []),
        (headings.clock(device_kind(records.runs.device)), f"{_device(records)}: {CLOCK} {_timing(records)}".strip()),
        *([("Latency", timed)] if (timed := latencies.sentence(records)) else []),
    ]


def _axes(study: Mapping[str, Any]) -> str:
    return ", ".join(study["axes"]) + (", with the numbers of its own parts" if study.get("axes_numbers") else "")


def _training_images(study: Mapping[str, Any]) -> str:
    """The candidates' numbers of training images: one, or from the least to the most where data are an axis."""
    described = [candidate.get("data") or {} for candidate in study["candidates"].values()]
    return _span(pd.Series([data.get("images", study["data"]["train"]) for data in described]))


def _length(records: Records) -> str:
    final = completed_finals(records)
    known = final.dropna(subset=["epochs", "train_examples"])
    if known.empty:
        return ""
    epochs, seen = known.epochs, known.epochs * known.train_examples
    return f"Final runs train for {_length_span(epochs)} epochs, about {_span(seen)} images."


def _span(values: pd.Series) -> str:
    low, high = int(values.min()), int(values.max())
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _length_span(epochs: pd.Series) -> str:
    """`3`, `2.41`, `3 to 5`: under a time budget the last epoch may be a part of one."""
    return " to ".join(
        dict.fromkeys(f"{value:,.3g}" if value < 100 else f"{value:,.0f}" for value in (epochs.min(), epochs.max()))
    )


def _recipe(study: Mapping[str, Any]) -> str:
    """The values that all candidates share, as they were used, whatever file they came from."""
    recipes = [candidate.get("recipe") or {} for candidate in study["candidates"].values()]
    common = {name: value for name, value in recipes[0].items() if name in shared(recipes)}
    name = common.pop("name", None)
    text = pairs(common) or "no value is the same for all"
    alike = "" if len(common) == len(recipes[0]) - 1 else " (where all candidates agree)"
    return f"{name or 'Several recipes'}{alike}: {text}. What the search found replaces the values that it searched."


def _selection(records: Records) -> str:
    study = records.study
    trials = trials_counted(study)
    if "tuned" not in study["tracks"] or not trials:
        return "None: every candidate trains with its recipe as it stands."
    search = records.runs[records.runs.phase == "search"]
    completed = set(search[search.outcome == Outcome.COMPLETED].candidate)
    apart = unsearched(study)
    without = [name for name in study["candidates"] if name not in completed and name not in apart]
    kept = f" {', '.join(without)} had no completed trial and keeps the recipe as it stands." if without else ""
    pruning = f" {study['pruning']}" if study.get("pruning") else ""
    nothing = f" Nothing is searched of {', '.join(apart)}: the recipe as it stands." if apart else ""
    spaces = {space(study, candidate) for candidate in study["candidates"].values()} - {""}
    chosen = by_name(records.task.metrics)[records.task.selection].heading.lower()
    within = f" within {spaces.pop()}" if len(spaces) == 1 else ", each within its own space" if spaces else ""
    share = study.get("search_length")
    length = f", each of {share:.0%} of a final run's length" if share else ""
    return (
        f"{trials} trials for each candidate{within}, the first being the recipe as it stands{length}."
        f"{search_prior.sentence(study) if trials > 1 else ''} The trial with "
        f"the highest validation {chosen} at the end of its training gives the parameters; its own score is no result, "
        f"and the test set takes no part.{pruning}{nothing}{kept if study['state'] == 'finished' else ''}"
    )


def _finals(records: Records) -> str:
    study = records.study
    both = study.get("train_on_validation")
    return (
        f"{_number(study)} for each candidate and track, with seeds that the search has not seen, on "
        f"{'training and validation images' if both else 'the training images'}, {_ending(study)}. The "
        f"last weights are tested once, after training.{EVERY_EPOCH if study.get('tests_epochs') else ''}"
    )


def _number(study: Mapping[str, Any]) -> str:
    looks = looks_of(study)
    if looks is None:
        return str(study["seeds"])
    return f"{looks.first}, and up to {looks.most} where they were likely to decide a comparison,"


def _ending(study: Mapping[str, Any]) -> str:
    """How long runs train: by the recipes' patience (`suite.training.stopping`) where one has any."""
    patience = {(candidate.get("recipe") or {}).get("patience", 0) for candidate in study["candidates"].values()}
    if not any(patience):
        return "for a fixed number of epochs"
    if len(patience) > 1:
        return "each until validation has not got better for as many epochs as its recipe's patience (0: to the end)"
    return f"each until validation has not got better for {patience.pop()} epochs, at most the recipe's"


def _device(records: Records) -> str:
    devices = sorted({str(device) for device in records.runs.device if device})
    return ", ".join(devices) or str((records.study.get("host") or {}).get("cpu") or "device not recorded")


def _timing(records: Records) -> str:
    """Whether the times may be compared with each other."""
    workers = clocks.workers(records.sessions)
    text = clocks.sentence(records.runs)
    if clocks.UNKNOWN in clocks.reason(records.runs, workers) and len(clocks.settings(records.runs)) == 1:
        shares = " and ".join(map(str, workers))
        text += f" Sessions had {shares} workers, which share the cores: times that mix them are left out."
    return text


def failures(records: Records) -> pd.DataFrame:
    """Every run that failed, was pruned or is not over, with its reason, as strings."""
    runs = records.runs[records.runs.outcome != Outcome.COMPLETED]
    rows = [
        {
            "Run": f"{run.candidate}/{run.track}/{run.phase}/{run.number:.0f}",
            "Outcome": str(run.outcome or "not finished").replace("_", " "),
            headings.ATTEMPTS: whole(run.attempts),
            "Reason": str(run.reason or ""),
        }
        for run in runs.itertuples()
    ]
    return pd.DataFrame(rows, columns=["Run", "Outcome", headings.ATTEMPTS, "Reason"])


def cost_sentence(frame: pd.DataFrame, wall: float) -> str:
    """The share of the wall time that was training steps."""
    training = float(frame.loc[frame.item == TRAINING, "seconds"].iloc[0])
    if not wall > 0 or not math.isfinite(training):
        return f"{duration(training)} of training steps; the sessions' wall time is not recorded yet."
    return (
        f"{100 * training / wall:.0f}% of {duration(wall)} wall time (times workers) was training steps. "
        "Coordinator and workers count at the same time, so parts may overlap."
    )


def circumstances(records: Records) -> list[tuple[str, str]]:
    """The instance, the machine, the code and the versions."""
    study = records.study
    host, versions = study.get("host") or {}, study.get("versions") or {}
    machine = [str(host[name]) for name in ("cpu", "accelerator") if host.get(name)]
    if host.get("cores"):
        machine.insert(1, f"{host['cores']} cores")
    taken = [
        f"{part['runs']} of {part['folder']} (records {part['records'][:16]})" for part in study.get("taken_over") or []
    ]
    commits = sorted({str(commit) for commit in records.runs.commit if commit})
    return [
        ("Instance", str(study["instance"])),
        ("Machine", ", ".join(machine) or "not recorded"),
        *([("Published runs", f"{', '.join(taken)}; their devices are named with the times")] if taken else []),
        ("Code", ", ".join(commits) or "not recorded"),
        ("Versions", pairs(dict(sorted(versions.items()))) or "not recorded"),
        *_other_versions(records, versions),
    ]


def _other_versions(records: Records, versions: Mapping[str, str]) -> list[tuple[str, str]]:
    """What runs of earlier sessions had instead: a study may outlive an upgrade."""
    texts = sorted({str(text) for text in records.runs.versions if text})
    others = [{name: v for name, v in json.loads(text).items() if versions.get(name) != v} for text in texts]
    return [("Some runs had", pairs(other)) for other in others if other]


def commands(study: Mapping[str, Any]) -> list[str]:
    """What to type to train this instance again, as it was typed, and to render this report again."""
    named = {name: study[name] for name in ("dataset", "budget", "backend", "precision")}
    values = " ".join(f"{name}={value}" for name, value in named.items())
    allotment = study.get("allotment")
    if study["instance"] != default_name(**named) or allotment:
        values += f" instance={study['instance']}"
    limit = f" limit={study['limit']['seconds']:g}s" if study.get("limit") else ""
    limit += f" time={allotment['seconds']:g}s equal={allotment['equal']}" if allotment else ""
    words = words_for_others(study.get("command") or "")
    counted = study.get("trials_counted") or 0
    if words and counted > (study.get("trials") or 0):  # an earlier command asked for more trials, and all count
        words = [*(word for word in words if not word.startswith("search.trials=")), f"search.trials={counted}"]
    typed = shlex.join(words)
    return [
        typed or f"python -m suite.run study={study['study']} {values} seeds={_typed_seeds(study)}{limit}",
        f"python -m suite.report study={study['study']} {values}",
    ]


def _typed_seeds(study: Mapping[str, Any]) -> str:
    looks = looks_of(study)
    return f"'{{most: {looks.most}}}'" if looks else str(study["seeds"])
