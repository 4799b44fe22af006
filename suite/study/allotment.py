"""A time budget divided: how long each candidate trains, chosen once by what it costs here, written down, and kept.

What is chosen is `allotment.json` in the instance's folder. It is never changed, so that a study that goes on, be it
on a busier machine, has the same runs. The search has as many trials, and each candidate as many seeds, as the budget
says; the length of a run is what that leaves, which may be a part of one pass over the images. Where it would fall
below FEWEST_STEPS batches or FEWEST_OF_A_CLASS images of each class, search trials are given up, first all but two,
then all; where even that does not do, it is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from suite.config.study import Study
from suite.core import directories
from suite.core.durable import read_json, write_json
from suite.core.refusals import Refusal
from suite.study.costs import Cost, latency_seconds, run_seconds
from suite.study.estimate import START_SECONDS, clock
from suite.study.ledger import Ledger
from suite.study.makespan import makespan
from suite.study.plan import planned
from suite.study.published import description
from suite.study.threads import NEW_INSTANCE

FILE = "allotment.json"
FEWEST_STEPS, FEWEST_OF_A_CLASS = 20, 10
CLOSING_SECONDS = 8.0  # projections and report after the last run, and the start of the command
CLOSING_SECONDS_OF_A_RUN = 0.15
SEARCHES = (2, 0)
"""Numbers of trials that are left where there is no time for those of the budget."""

Allotment = Mapping[str, Any]
"""What was chosen, as plain values."""


def kept(study: Study) -> Allotment | None:
    """What was chosen for an instance, or for the published runs that it takes over; None before.

    Raises Refusal where the study asks for another time by now.
    """
    path = study.directory / FILE
    chosen: Allotment | None = read_json(path) if path.exists() else description(study).get("allotment")
    before = chosen["time"] if chosen else "not set"
    now = study.time.label if study.time else "not set"
    if chosen is None and study.time is None:
        return None
    here = path.exists() or any(directories.run_directories(path.parent))
    if study.published and not here and before != now:
        raise Refusal(
            f"from={study.published} has lengths of another time: time: {before} became {now}. Ask for the same, or "
            "leave out from="
        )
    if here and before != now:
        raise Refusal(
            f"instance {study.instance} of {study.name} has lengths of another time: time: {before} became {now}. "
            f"{NEW_INSTANCE}"
        )
    return chosen


def keep(study: Study, chosen: Allotment) -> None:
    """Write down what was chosen."""
    write_json(study.directory / FILE, chosen)


def applied(study: Study, chosen: Allotment) -> Study:
    """The study with the chosen lengths and number of trials.

    More trials than it was divided among come on top; a candidate that came later sees as many images as the others.
    Raises Refusal for one where seconds are equal, for it was not measured.
    """
    known = chosen["candidates"]
    new = [candidate.name for candidate in study.candidates if candidate.name not in known]
    if new and chosen["images_seen"] is None:
        raise Refusal(
            f"candidate {new[0]} is new in instance {study.instance}, and equal=seconds gave the others what was "
            f"measured of each: start a new instance with instance=NAME"
        )
    lengths = {name: one["images_seen"] for name, one in known.items()} | dict.fromkeys(new, chosen["images_seen"])
    candidates = tuple(replace(candidate, images_seen=lengths[candidate.name]) for candidate in study.candidates)
    asked = study.search.trials
    trials = asked if asked > chosen["trials_asked"] else min(asked, chosen["trials"])
    return replace(study, candidates=candidates, search=replace(study.search, trials=trials))


def choose(ledger: Ledger, costs: Mapping[str, Cost], spent: float, start: float = START_SECONDS) -> Allotment:
    """Divide a study's time. Raises Refusal, with the least time that is possible, where there is too little of it.

    costs: of each candidate. spent: seconds since the study began. start: what a worker takes until it can work.
    """
    study = ledger.study
    assert study.time is not None, "a study without a time has nothing to divide"
    speeds = {name: 1.0 if study.time.equal == "images" else cost.images_per_second for name, cost in costs.items()}
    least = max(_fewest(ledger, name) / speed for name, speed in speeds.items())
    asked = study.search.trials
    needed = math.inf
    for trials in (asked, *(fewer for fewer in SEARCHES if fewer < asked)):

        def total(amount: float, trials: int = trials) -> float:
            images = {name: amount * speed for name, speed in speeds.items()}
            return spent + _seconds(ledger, costs, images, trials, start)

        needed = total(least)
        if needed <= study.time.seconds:
            amount = _largest(total, least, study.time.seconds)
            images = {name: math.floor(amount * speed) for name, speed in speeds.items()}
            return _record(ledger, costs, images, trials, spent, start)
    raise Refusal(
        f"time={study.time.text} is too short: the least that is possible here is about "
        f"{_rounded_up(needed)}, without a search and with {math.ceil(least * max(speeds.values())):,} images in each "
        "run; ask for so much, or for fewer candidates or seeds"
    )


def _seeds(study: Study) -> int:
    """Among how many seeds of each candidate the time is divided: with `seeds=auto` half of the further ones are
    reckoned with, and what is given ends with the time."""
    return study.seeds if study.most_seeds is None else (study.seeds + study.most_seeds) // 2


def _fewest(ledger: Ledger, name: str) -> int:
    """The images below which a run of a candidate says nothing; no more than there are."""
    data, recipe = ledger.dataset(name), ledger.candidates[name].recipe
    return min(len(data.train), max(FEWEST_STEPS * recipe.batch_size, FEWEST_OF_A_CLASS * len(data.class_names)))


def _seconds(
    ledger: Ledger, costs: Mapping[str, Cost], images: Mapping[str, float], trials: int, start: float
) -> float:
    """What the study takes from here on, its report included, if the runs see so many images."""
    study = ledger.study
    keys = planned(replace(study, search=replace(study.search, trials=trials), seeds=_seeds(study)))
    took = {key: run_seconds(ledger, key, costs[key.candidate], images[key.candidate]) for key in keys}
    tracing = {name: cost.tracing_seconds for name, cost in costs.items()}
    runs = makespan(keys, took, tracing, start, study.workers, study.search.parallel)
    after = latency_seconds(study, costs, start) + CLOSING_SECONDS + CLOSING_SECONDS_OF_A_RUN * len(keys)
    return runs + after


def _largest(total: Callable[[float], float], least: float, seconds: float) -> float:
    """The largest amount whose total is within so many seconds, to a thousandth. The total of `least` is."""
    low, high = least, 2 * least
    while total(high) <= seconds:
        low, high = high, 2 * high
    while high - low > low / 1000:
        middle = (low + high) / 2
        low, high = (middle, high) if total(middle) <= seconds else (low, middle)
    return low


def _record(
    ledger: Ledger, costs: Mapping[str, Cost], images: Mapping[str, int], trials: int, spent: float, start: float
) -> Allotment:
    study = ledger.study
    assert study.time is not None
    return {
        "time": study.time.label,
        "seconds": study.time.seconds,
        "equal": study.time.equal,
        "images_seen": max(images.values()) if study.time.equal == "images" else None,
        "trials": trials,
        "trials_asked": study.search.trials,
        "seeds": _seeds(study),
        "workers": study.workers,
        "threads": ledger.threads,
        "spent_seconds": spent,
        "start_seconds": start,
        "expected_seconds": spent + _seconds(ledger, costs, images, trials, start),
        "candidates": {
            name: {
                "images_seen": images[name],
                "epochs": replace(ledger.candidates[name], images_seen=images[name])
                .settled(len(ledger.dataset(name).train))
                .epochs,
                "train_examples": len(ledger.dataset(name).train),
                **asdict(cost),
            }
            for name, cost in costs.items()
        },
    }


def lines(study: Study, chosen: Allotment) -> list[str]:
    """What was chosen, as people read it."""
    said = [f"time {chosen['time']}: {lengths(chosen)}, so that all ends after about {clock(chosen['seconds'])}"]
    short: dict[int, list[str]] = {}
    for name, one in chosen["candidates"].items():
        if one["images_seen"] < one["train_examples"]:
            short.setdefault(one["train_examples"], []).append(name)
    for images, names in short.items():
        whose = "" if len(names) == len(chosen["candidates"]) else f" of {', '.join(names)}"
        said.append(
            f"note: that is too short for a pass over the {images:,} training images{whose}: each run sees a part of "
            "them, drawn anew for each seed"
        )
    if chosen["trials"] < chosen["trials_asked"]:
        left = f"{chosen['trials']} search trials of each candidate" if chosen["trials"] else "nothing is searched"
        said.append(f"note: that is too short for {chosen['trials_asked']} search trials: {left}")
    if study.seeds > chosen["seeds"] or study.search.trials > chosen["trials_asked"]:
        said.append(
            f"note: the time was divided among {chosen['seeds']} seeds and {chosen['trials']} trials; what is asked "
            "for beyond comes on top"
        )
    return said


def lengths(chosen: Allotment) -> str:
    """`60,000 images (3.2 epochs) in each run`, or each candidate's."""
    found = {
        name: f"{one['images_seen']:,} images ({one['epochs']:.3g} epochs)"
        for name, one in chosen["candidates"].items()
    }
    alike = set(found.values())
    each = alike.pop() if len(alike) == 1 else ", ".join(f"{name} {text}" for name, text in found.items())
    return f"{each} in each run"


def _rounded_up(seconds: float) -> str:
    """A time that is long enough, as it is typed."""
    return f"{math.ceil(seconds / 10) * 10}s" if seconds < 120 else f"{math.ceil(seconds / 60)}m"
