"""Which test images of a candidate are among the training images of its source, and of all that this came from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from suite.config.candidate import Candidate
from suite.core.directories import RUN, STUDY
from suite.core.durable import read_json, write_json
from suite.core.identity import digest
from suite.core.refusals import Refusal
from suite.data import Dataset, DataSpec, load
from suite.data.dataset import HANDLING, PLACES
from suite.data.leakage import LIMIT, SIDE, Fingerprints, Leak, fingerprints, leaked, within_one_set
from suite.models import PRETRAINED
from suite.study import seen
from suite.study.ledger import Ledger
from suite.training.origin import Origin

UNKNOWN_IMAGENET = "not known whether test images are among ImageNet's training images: these are not at hand"
CAME = {"weights": "from which {} started", "teacher": "which taught {}"}


@dataclass(frozen=True)
class Link:
    """A run whose training images count. whose: `study/candidate`, and what came of it where that is not the candidate
    itself. identity: what determined it; None where it is no longer there."""

    whose: str
    directory: Path
    identity: Mapping[str, Any] | None


def told(ledger: Ledger, candidate: Candidate, origin: Origin) -> dict[str, Any]:
    """`leakage`: a sentence for each set of training images in the chain; `leaked`: how many test images are among any
    of them, where one was looked through."""
    target = ledger.dataset(candidate.name)
    sentences, found = list[str](), list[Leak]()
    chain = list(_chain(ledger.study.workspace / "runs", origin.run, Path(origin.directory)))
    for links in _by_images(chain):
        whose = " and of ".join(link.whose for link in links)
        try:
            leak = _leak(ledger, candidate, target, links[0])
        except Refusal as refusal:
            sentences.append(f"not known whether test images are among the training images of {whose}: {refusal}")
            continue
        sentences.append(leak.sentence(whose))
        found.append(leak)
    if any(link.identity and link.identity["options"].get(PRETRAINED) for link in chain):
        sentences.append(UNKNOWN_IMAGENET)
    count = {"leaked": len(np.unique(np.concatenate([leak.test for leak in found])))} if found else {}
    return {"leakage": "; ".join(sentences), **count}


def _chain(runs: Path, run: str, directory: Path, came: str = "", known: set[str] | None = None) -> Iterator[Link]:
    """A run, and those that it started or learned from, and so on; each once."""
    known = set() if known is None else known
    if run in known:
        return
    known.add(run)
    name = "/".join(run.split("/")[::2][:2])
    try:
        identity = dict(read_json(directory / RUN)["identity"])
    except (OSError, ValueError, LookupError, TypeError):
        identity = None
    yield Link(name + (f", {came}" if came else ""), directory, identity)
    for what, phrase in CAME.items():
        if identity and identity.get(what):
            earlier = str(identity[what]["run"])
            yield from _chain(runs, earlier, runs / earlier, phrase.format(name), known)


def _by_images(chain: list[Link]) -> list[list[Link]]:
    """The links in their order, those together that were trained on the same images."""
    groups: dict[str, list[Link]] = {}
    for link in chain:
        groups.setdefault(seen.key(link.identity) if link.identity else str(link.directory), []).append(link)
    return list(groups.values())


def _leak(ledger: Ledger, candidate: Candidate, target: Dataset, link: Link) -> Leak:
    """Looked for once, and kept beside the decoded images. Raises Refusal where it cannot be known."""
    if link.identity is None:
        raise Refusal(f"{link.directory} is no longer there")
    asked: dict[str, Any] = {"seen": seen.key(link.identity), "test": target.test_hash, "hash": target.hash}
    asked |= {"shape": list(target.input_shape), "side": SIDE, "limit": LIMIT, "looks": not _one_set(link, target)}
    place = ledger.study.cache_dir / f"leakage-{digest(asked)[:20]}.json"
    try:
        kept = read_json(place)
        found = [None if kept[key] is None else np.array(kept[key], np.int64) for key in ("same", "alike")]
        return Leak(int(kept["of"]), *found)
    except (OSError, json.JSONDecodeError, LookupError, TypeError):
        pass
    leak = leaked(target, _fingerprints(ledger, candidate, target, link))
    lists = {key: None if index is None else index.tolist() for key, index in vars(leak).items() if key != "of"}
    write_json(place, {"of": leak.of, **lists})
    return leak


def _one_set(link: Link, target: Dataset) -> bool:
    """Whether a run was trained on the set that is tested on, whose near duplicates every row has."""
    return link.identity is not None and link.identity["data_hash"] == target.hash


def _fingerprints(ledger: Ledger, candidate: Candidate, target: Dataset, link: Link) -> Fingerprints:
    """Of the images that a run was trained on: kept with its instance, or of the images themselves."""
    assert link.identity is not None
    instance = link.directory.parents[3]
    noted = seen.kept(instance, link.identity)
    if noted is not None:
        return within_one_set(noted) if _one_set(link, target) and noted.shape == target.pictures.shape[1:] else noted
    data = _data_of(ledger, candidate, link.identity, instance)
    index = seen.images(data, bool(link.identity.get("train_on_validation")))
    if data.pictures.shape[1:] != target.pictures.shape[1:]:
        return fingerprints(data, index, exact=False)
    return fingerprints(data, index, exact=True if _one_set(link, target) else None)


def _data_of(ledger: Ledger, candidate: Candidate, identity: Mapping[str, Any], instance: Path) -> Dataset:
    """The data that a run was trained on. Raises Refusal where they cannot be had, or are others by now."""
    study, values = ledger.study, dict(identity["data"])
    if values["name"] == seen.FOLDER:  # where it lay is no part of a run's record
        values |= {name: getattr(candidate.data, name) for name in (*PLACES, *HANDLING)}
        values["allow_duplicates"] = True
    try:
        data = load(DataSpec(**values), data_dir=study.data_dir, cache_dir=study.cache_dir, offline=study.offline)
    except Refusal:
        if values["name"] != seen.FOLDER:
            raise
        data = None
    if data is not None and data.hash == identity["data_hash"]:
        return data
    if values["name"] == seen.FOLDER:
        raise Refusal(
            f"it was trained on another folder, or other labels, and {instance.parent.name}/{instance.name} has no "
            f"note of the images{_remedy(instance)}"
        )
    raise Refusal(f"its {values['name']} is not at hand as it was")


def _remedy(instance: Path) -> str:
    try:
        command = str(read_json(instance / STUDY)["command"])
    except (OSError, ValueError, LookupError, TypeError):
        command = ""
    return f"; {command}, typed again, makes one of up to {seen.KEPT:,}" if command else ""
