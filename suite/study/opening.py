"""What a study's candidates need, looked at before anything starts: what is wrong with it is refused here."""

from __future__ import annotations

from suite import tasks
from suite.config.study import Study
from suite.core.refusals import Refusal
from suite.data import Dataset, DataSpec, load
from suite.models import Net, certainly_builds, facts, refusals
from suite.study.ledger import Ledger


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


def refuse_what_cannot_be_built(ledger: Ledger) -> None:
    """Try to build the networks whose options may not fit, each once; those that were trained already are left out.

    Raises Refusal for the first that cannot be built. Seconds pass only where there is one to try.
    """
    doubtful: dict[str, Net] = {}
    needs_maps = tasks.get(ledger.study.task).needs_maps
    for candidate in ledger.study.candidates:
        trained = ledger.fingerprint(candidate.name) is not None
        if trained or (not needs_maps and certainly_builds(candidate.architecture, candidate.options)):
            continue
        data = ledger.dataset(candidate.name)
        net = candidate.architecture, data.input_shape, len(data.class_names), dict(candidate.options)
        if net not in doubtful.values():
            doubtful[candidate.name] = net
    found = refusals(list(doubtful.values()), ledger.study.backend, needs_maps) if doubtful else []
    for name, reason in zip(doubtful, found, strict=True):
        if reason:
            raise Refusal(f"candidate {name}: {reason}")
