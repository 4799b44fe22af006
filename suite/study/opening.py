"""What a study's candidates need, looked at before anything starts: what is wrong with it is refused here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from suite import tasks
from suite.config.study import Study
from suite.core.directories import RunKey
from suite.core.refusals import Refusal
from suite.data import Dataset, DataSpec, load
from suite.models import Net, PublishedFile, certainly_builds, facts, misfits, published_file, refusals
from suite.study.ledger import Ledger
from suite.study.plan import planned
from suite.training.origin import Origin
from suite.training.preprocessing import recorded_preprocessing


def open_datasets(study: Study) -> dict[str, Dataset]:
    """Candidate name to data set; candidates that ask for the same data share one.

    Raises Refusal where the data cannot be had, or where a candidate's batches do not fit its training set.
    """
    opened: dict[DataSpec, Dataset] = {}
    for candidate in study.candidates:
        if candidate.data not in opened:
            opened[candidate.data] = load(
                candidate.data, data_dir=study.data_dir, cache_dir=study.cache_dir, offline=study.offline
            )
        candidate.check_batches(len(opened[candidate.data].train))
        least = facts(candidate.architecture)["min_size"]
        height, width, _ = opened[candidate.data].input_shape
        candidate.check_pixels((height, width))
        if least is not None and min(height, width) < least:
            raise Refusal(
                f"candidate {candidate.name}: {candidate.architecture} takes images of at least {least}x{least}, "
                f"these have {height}x{width}; set data.image_size={least} or more"
            )
    return {candidate.name: opened[candidate.data] for candidate in study.candidates}


def fetched(ledger: Ledger) -> dict[PublishedFile, list[str]]:
    """The files of published weights that are to be fetched, each with the candidates that start from it.

    Raises Refusal where one is not there and nothing may be fetched. Candidates that have all runs behind them are left
    out.
    """
    wanted: dict[PublishedFile, list[str]] = {}
    left = {key.candidate for key in planned(ledger.study) if key not in ledger.results}
    for candidate in ledger.study.candidates:
        file = published_file(candidate.architecture, candidate.options)
        if file is not None and candidate.name in left and not file.path.is_file():
            wanted.setdefault(file, []).append(candidate.name)
    for file, names in wanted.items() if ledger.study.offline else ():
        raise Refusal(
            f"candidate {names[0]} has weights: imagenet, whose file {file.name} is not in {file.path.parent}, and "
            f"offline=true fetches nothing: put it there (from {file.address}, {file.size}), or leave out offline=true"
        )
    return wanted


def refuse_what_does_not_fit(ledger: Ledger) -> None:
    """Raises Refusal for the first candidate whose network cannot take the weights that it is to start from, or whose
    teacher knows other classes, was trained on images of another size, or cannot see its images.

    Those that have trained already are left out. Seconds pass only where there is one to look at.
    """
    pairs: dict[tuple[str, str], tuple[Net, Net]] = {}
    for candidate in ledger.study.candidates:
        if ledger.fingerprint(candidate.name) is not None:
            continue
        origins = ledger.sources.origins(RunKey(candidate.name, ledger.study.tracks[-1], "final", 0))
        mine = _net(ledger, candidate.name)
        for name, source in candidate.sources.items():
            theirs = _net_of(origins[name]) if name in origins else _net(ledger, source.candidate)
            if name == "teacher":
                _refuse_other_classes(ledger, candidate.name, source.candidate, origins.get(name))
                _refuse_another_size(candidate.name, str(source), theirs[1], mine[1])
                mine = theirs[0], mine[1], *theirs[2:]
            pairs[candidate.name, name] = mine, theirs
    found = misfits(list(pairs.values()), ledger.study.backend) if pairs else []
    for (candidate_name, name), reason in zip(pairs, found, strict=True):
        if reason:
            source = ledger.candidates[candidate_name].sources[name]
            raise Refusal(f"candidate {candidate_name} cannot {CANNOT[name]} {source}: {reason}")


CANNOT = {"weights": "start from", "teacher": "learn from"}


def _refuse_other_classes(ledger: Ledger, candidate: str, teacher: str, origin: Origin | None) -> None:
    """Raises Refusal where a teacher's answers are of other classes; it is of the same study where it is not there."""
    ours = ledger.dataset(candidate).class_names
    if origin is None:
        theirs = ledger.dataset(teacher).class_names
    else:
        theirs = recorded_preprocessing(Path(origin.directory)).class_names
    if tuple(theirs) != tuple(ours):
        raise Refusal(
            f"candidate {candidate} cannot learn from {ledger.candidates[candidate].teacher}: that knows "
            f"{len(theirs)} classes ({', '.join(theirs[:2])}, ...), and here are {len(ours)} ({', '.join(ours[:2])}, "
            "...); a teacher has the same classes"
        )


def _refuse_another_size(candidate: str, teacher: str, seen: Sequence[int], here: Sequence[int]) -> None:
    """Raises Refusal where a teacher would see images of another size than it was trained on: it would answer them,
    but for another scale than it knows."""
    if tuple(seen[:2]) != tuple(here[:2]):
        raise Refusal(
            f"candidate {candidate} cannot learn from {teacher}: that was trained on images of {seen[0]}x{seen[1]}, "
            f"and these have {here[0]}x{here[1]}; a teacher sees the same images, so set data.image_size={seen[0]} or "
            f"take a teacher of {here[0]}x{here[1]}"
        )


def _net_of(origin: Origin) -> Net:
    return origin.architecture, origin.input_shape, origin.num_classes, dict(origin.options)


def _net(ledger: Ledger, candidate: str) -> Net:
    asked, data = ledger.candidates[candidate], ledger.dataset(candidate)
    return asked.architecture, data.input_shape, len(data.class_names), dict(asked.options)


def refuse_what_cannot_be_built(ledger: Ledger) -> None:
    """Try to build the networks whose options may not fit, each once; those that were trained already are left out.

    Raises Refusal for the first that cannot be built. Seconds pass only where there is one to try.
    """
    doubtful: dict[str, Net] = {}
    needs_maps = tasks.get(ledger.study.task).needs_maps
    for candidate in ledger.study.candidates:
        trained = ledger.fingerprint(candidate.name) is not None
        net = _net(ledger, candidate.name)
        square = net[1][0] == net[1][1]
        if trained or (not needs_maps and square and certainly_builds(candidate.architecture, candidate.options)):
            continue
        if net not in doubtful.values():
            doubtful[candidate.name] = net
    found = refusals(list(doubtful.values()), ledger.study.backend, needs_maps) if doubtful else []
    for name, reason in zip(doubtful, found, strict=True):
        if reason:
            raise Refusal(f"candidate {name}: {reason}")
