"""`search.prior=workspace`: a search begins where earlier studies of the workspace ended theirs.

The second trial of each candidate, after the recipe as it stands, has the values that earlier searches have selected
for networks of its kind: their mean, of logarithms where the range is logarithmic, and of choices the most frequent. A
kind is what `recipe: fast` tells apart (networks with normalization, without, transformers), with the optimizer and the
size of the batches; all candidates of a kind get the same. What was found is `prior.json` in the instance's folder,
written before anything trains and never changed: a study that goes on asks for the same points, whatever the workspace
has learnt since.

To begin at what was good elsewhere is a warm start (Feurer, Springenberg & Hutter, AAAI 2015). It is no part of a
comparison of tuning itself, and so it is off by default and said in the report.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

from suite import models
from suite.config.candidate import Candidate
from suite.config.files import recipe_for
from suite.config.study import Study
from suite.core import directories
from suite.core.directories import RunKey
from suite.core.durable import read_json, write_json
from suite.core.outcomes import Outcome
from suite.core.refusals import Refusal
from suite.core.result import Result, read_result
from suite.study.published import description
from suite.study.threads import NEW_INSTANCE

FILE = "prior.json"
KINDS = "fast"
"""The recipe whose word on who takes another `instead` says which networks are of a kind."""

Prior = Mapping[str, Any]
"""By kind: `values`, of each parameter those that were selected, and `of`, whose they were, alike in order."""


def kept(study: Study) -> Prior | None:
    """What an instance began with, or the published runs that it takes over; None where its search began without.

    Raises Refusal where the study asks for the other by now.
    """
    path, published = study.directory / FILE, description(study)
    found: Prior | None = read_json(path) if path.exists() else published.get("search_prior")
    begun = found is not None or any(key.phase == "search" for key, _ in directories.run_directories(study.directory))
    if (begun or published.get("trials_counted")) and (found is None) != (study.search.prior is None):
        before = "not set" if found is None else "workspace"
        whose = f"instance {study.instance} of {study.name}" if begun else f"from={study.published}"
        raise Refusal(
            f"{whose} has searches that began otherwise: search.prior: {before} became "
            f"{study.search.prior or 'not set'}. {NEW_INSTANCE}"
        )
    return found


def keep(study: Study, prior: Prior) -> None:
    """Write down what was found, where that does not stand there yet."""
    if not (study.directory / FILE).exists():
        write_json(study.directory / FILE, prior)


def find(study: Study) -> Prior:
    """What the workspace's other instances have selected. Those whose numbers mean nothing are left out."""
    found: dict[str, dict[str, Any]] = {}
    for name, run in _selections(study):
        mine = found.setdefault(_kind(run.architecture, {**run.recipe, **run.parameters}), {"of": [], "values": {}})
        mine["of"].append(name)
        for parameter, value in run.parameters.items():
            mine["values"].setdefault(parameter, []).append(value)
    return found


def _selections(study: Study) -> Iterator[tuple[str, Result]]:
    """Of each candidate that was tuned, one final run with what its search selected, and `study/instance/candidate`."""
    for path in sorted((study.workspace / "runs").glob(f"*/*/{directories.STUDY}")):
        described = read_json(path)
        if path.parent == study.directory or described.get("stamp"):
            continue
        for candidate in described["candidates"]:
            run = read_result(path.parent / RunKey(candidate, "tuned", "final", 0).path)
            if run is not None and run.outcome is Outcome.COMPLETED and run.parameters:
                yield f"{path.parent.parent.name}/{path.parent.name}/{candidate}", run


def _kind(architecture: str, recipe: Mapping[str, Any]) -> str:
    try:
        family = str(models.facts(architecture)["family"])
    except models.ArchitectureError:  # of a package that is not here any more
        family = ""
    instead = recipe_for(KINDS, architecture, family)
    return f"{instead}, {recipe['optimizer']}, batches of {recipe['batch_size']}"


def applied(study: Study, prior: Prior) -> Study:
    """The study whose candidates know where their second trial lies."""
    return replace(study, candidates=tuple(replace(one, begins=point(one, prior)) for one in study.candidates))


def point(candidate: Candidate, prior: Prior) -> dict[str, Any]:
    """Where a candidate's second trial lies, within its search space; empty where nothing is known of its kind.

    What is searched and was not in earlier studies is as the recipe has it.
    """
    recipe, known = candidate.recipe.as_mapping(), prior.get(kind(candidate), {}).get("values", {})
    if not known.keys() & candidate.search.dimensions.keys():
        return {}
    found = {}
    for name, dimension in candidate.search.dimensions.items():
        found[name] = _middle(known[name], dimension, recipe[name]) if name in known else recipe[name]
    return found


def kind(candidate: Candidate) -> str:
    """Which kind a candidate is of."""
    return _kind(candidate.architecture, candidate.recipe.as_mapping())


def _middle(values: Sequence[Any], dimension: Mapping[str, Any], start: Any) -> Any:
    """The mean of those values that are numbers, within a dimension; of choices the most frequent that may be chosen;
    where there is none, the recipe's."""
    if "choices" in dimension:
        counts = Counter(value for value in values if value in dimension["choices"])
        return counts.most_common(1)[0][0] if counts else start
    values = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if not values:  # there they were choices
        return start
    low, high = min(dimension["low"], start), max(dimension["high"], start)
    logarithmic = dimension.get("log") and min(values) > 0
    middle = math.exp(fmean(map(math.log, values))) if logarithmic else fmean(values)
    middle = min(max(middle, low), high)
    return round(middle) if all(isinstance(value, int) for value in (low, high, start)) else middle


def lines(study: Study, prior: Prior) -> list[str]:
    """What each kind begins with, as people read it."""
    kinds: dict[str, list[Candidate]] = {}
    for candidate in study.candidates if study.search.trials > 1 else ():
        if candidate.search.dimensions:
            kinds.setdefault(kind(candidate), []).append(candidate)
    said = []
    for name, candidates in kinds.items():
        values = ", ".join(f"{parameter} {_short(value)}" for parameter, value in candidates[0].begins.items())
        whose = ", ".join(candidate.name for candidate in candidates)
        of = prior.get(name, {}).get("of", [])
        where = (
            f"{values}, by {len(of)} earlier searches ({of[-1]} for one)" if values else "nothing is known of its kind"
        )
        said.append(f"search.prior: second trial of {whose} ({name}): {where}")
    return said


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
