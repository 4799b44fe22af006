"""What is on disk of one instance, held in memory by the coordinator: which runs are over, and with what parameters.

The directories are the truth; the ledger is read from them at start and follows them from then on.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from suite import tasks
from suite.config.study import Study
from suite.core import attempts, directories
from suite.core.directories import RunKey
from suite.core.durable import plain, read_json, write_json
from suite.core.outcomes import Outcome
from suite.core.published import marker
from suite.core.refusals import Refusal
from suite.core.result import Result, finished, read_result, write_result
from suite.data.dataset import Dataset
from suite.study import asking, attempted, plan, selection
from suite.study.sameness import differs
from suite.study.sources import Sources, Taken
from suite.study.threads import NEW_INSTANCE, settled
from suite.study.tolerance import unavailable
from suite.training.spec import RunSpec


class Ledger:
    """The runs of one instance. `results` has every committed run, by key; `threads` are those of each worker."""

    def __init__(self, study: Study, datasets: Mapping[str, Dataset], alone: bool = True) -> None:
        """`alone`: nobody else is at work here, so that what lost workers left may be settled; else it is only read."""
        self.study, self.datasets = study, datasets
        self.directory = study.directory
        self.candidates = {candidate.name: candidate for candidate in study.candidates}
        self.results: dict[RunKey, Result] = {}
        self.asked: dict[RunKey, dict[str, Any]] = {}
        self._fingerprints: dict[str, str] = {}
        self.published: dict[RunKey, Taken] = {}
        """Those of `results` that were taken over from published records."""
        self.sources = Sources(study, self.directory, self.results, self.published)
        self._hands: dict[RunKey, Path] = {}
        """Where the runs are that train apart."""
        self.threads = study.threads or 0  # settled once it is known what ran before
        self._read(alone)
        self.retried = self._forget_failures() if study.retry else []  # failed runs that are to train again
        self._check()
        self.threads = self._settle_threads()
        for key in self.retried if study.dry_run == "false" else ():
            self._set_aside(key)

    def _read(self, alone: bool) -> None:
        for key, directory in directories.run_directories(self.directory):
            if key.candidate in self.candidates and key.track in self.study.tracks:
                self.asked[key] = read_json(directory / directories.RUN)
                if alone:
                    attempts.settle(directory)
                result = read_result(directory)
                if result is not None:
                    self.results[key] = result
                    if (found := marker(directory)) is not None:
                        self.published[key] = Taken(self.asked[key]["identity"], found)
        while again := [key for key in self.results if self._was_given_up(key) and not self.sources.failed(key)]:
            for key in again:  # its source trains again, and so does it
                del self.asked[key], self.results[key]

    def _forget_failures(self) -> list[RunKey]:
        """Count no more what failed, however it was asked for; a search's diverged trials are answers, and stay."""
        failed = [key for key, result in self.results.items() if result.outcome.fails_study(key.phase)]
        for key in failed:
            del self.asked[key], self.results[key]
        return failed

    def _was_given_up(self, key: RunKey) -> bool:
        """Whether a run has never started, for its source had failed, or published weights could not be had."""
        lacking = self.candidates[key.candidate].sources.keys() - self.asked[key]["identity"].keys()
        return (bool(lacking) and self.results[key].outcome.failed) or unavailable(self.results[key])

    def _check(self) -> None:
        """Refuse to go on with runs that were asked for differently. A final run's parameters may follow the search."""
        for key, asked in list(self.asked.items()):
            changed = self.changed(key, asked["identity"], self.results.get(key), key in self.published)
            if changed and not self.has_trained(key):
                del self.asked[key]  # it was only opened: a wrong value that is corrected at once costs nothing
            elif changed:
                more = f" (and {len(changed) - 3} more)" if len(changed) > 3 else ""
                raise Refusal(
                    f"instance {self.study.instance} of {self.study.name} has runs of another configuration: "
                    f"{key}: {'; '.join(changed[:3])}{more}. {NEW_INSTANCE}"
                )

    def changed(
        self, key: RunKey, identity: Mapping[str, Any], result: Result | None, taken: bool = False
    ) -> list[str]:
        """What the study asks of a run otherwise than its identity says; `taken`: from published records."""
        now = self.identity(key, identity["parameters"])
        if self.sources.awaited(key):  # what it started from then is looked at again when it is there
            now |= {name: identity.get(name) for name in self.candidates[key.candidate].sources}
        return differs(identity, now, result, taken)

    def _settle_threads(self) -> int:
        """Refuses other threads than those of the runs so far; runs that were only opened are opened anew.

        Runs of published records had those of their machine, and say nothing about this one's.
        """
        trained = (key for key in self.asked if key not in self.published and self.has_trained(key))
        known = {key: self._threads_of(key) for key in trained}
        threads = settled(self.study, {str(key): number for key, number in known.items() if number is not None})
        for key in [key for key in self.asked if self._threads_of(key) != threads and not self.has_trained(key)]:
            del self.asked[key]
        return threads

    def _threads_of(self, key: RunKey) -> int | None:
        found = self.asked[key]["identity"].get("threads")
        return found if found is not None or key not in self.results else self.results[key].threads

    def adopt(self, key: RunKey, taken: Taken, seed: int, result: Result) -> None:
        """Count a run of published records among those that are over."""
        self.asked[key] = {"key": str(key), "seed": seed, "identity": dict(taken.identity)}
        self.results[key], self.published[key] = result, taken

    def has_trained(self, key: RunKey) -> bool:
        """Whether something of a run was trained, or it is over."""
        if key in self.results:
            return True
        places = [self.path(key), *self.path(key).glob(f"{directories.ATTEMPT}*")]
        return any(path.is_dir() for place in places for path in place.glob(f"{directories.CHECKPOINTS}/*"))

    def dataset(self, candidate: str) -> Dataset:
        return self.datasets[candidate]

    def path(self, key: RunKey) -> Path:
        return self.directory / key.path

    def spec(self, key: RunKey, parameters: Mapping[str, Any]) -> RunSpec:
        candidate, dataset = self.candidates[key.candidate], self.dataset(key.candidate)
        origins = self.sources.origins(key)
        return plan.spec_for(self.study, candidate, key, parameters, dataset, self.threads, origins)

    def identity(self, key: RunKey, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """What determines a run with these parameters, as the study asks for it now."""
        return plan.identity(self.study, self.spec(key, parameters), key, self.dataset(key.candidate))

    def open(self, key: RunKey, parameters: Mapping[str, Any]) -> None:
        """Write down what determines a run, before anything of it is computed."""
        if key in self.asked and not self._starts_otherwise(key):
            return
        if (self.path(key) / directories.RESULT).exists():  # it only said that its source had failed
            self._set_aside(key)
        asked = {"key": str(key), "seed": plan.seed_of(key), "identity": self.identity(key, parameters)}
        write_json(self.path(key) / directories.RUN, asked)
        self.asked[key] = read_json(self.path(key) / directories.RUN)

    def _starts_otherwise(self, key: RunKey) -> bool:
        """Whether a run was asked for with other weights than its source has left by now."""
        now, asked = self.sources.origins(key), self.asked[key]["identity"]
        names = self.candidates[key.candidate].sources
        return any(asked.get(name) != (now[name].identity() if name in now else None) for name in names)

    def renewed(self, key: RunKey) -> list[RunKey]:
        """Set aside the runs that started from other weights than a final run has now; they are kept, not counted."""
        moved = []
        within = self.sources.within  # most studies have none, and many runs
        for other in [k for k in self.results if within and key in self.sources.needed(k)]:
            if not self.sources.awaited(other) and self._starts_otherwise(other):
                self._set_aside(other)
                moved.append(other)
        return moved

    def _set_aside(self, key: RunKey) -> None:
        """Keep a run's directory under another name, and count it no more."""
        self.path(key).rename(self.path(key).with_name(f"superseded-{key.number}-{time.time_ns()}"))
        for known in (self.asked, self.results, self.published):
            known.pop(key, None)

    def parameters(self, key: RunKey) -> dict[str, Any] | None:
        asked = self.asked.get(key)
        return dict(asked["identity"]["parameters"]) if asked else None

    def epochs(self, key: RunKey, parameters: Mapping[str, Any]) -> int:
        """How many epochs a run begins, with these parameters in the recipe's places."""
        spec = self.spec(key, parameters)
        return spec.applied.rounds(plan.train_examples(self.dataset(key.candidate), spec.train_on_validation))

    def attempt(self, key: RunKey) -> int:
        """Count one more attempt at a run, durably, and return its number (from 1)."""
        return attempted.begin(self.path(key))

    def hand_out(self, key: RunKey, apart: bool) -> tuple[int, Path]:
        """Count one more attempt, and return its number and where it trains: `apart`, or in the run's directory."""
        number = self.attempt(key)
        if not apart:
            return number, self.path(key)
        self._hands[key] = attempts.hand_out(self.path(key), number)
        return number, self._hands[key]

    def commit(self, key: RunKey) -> Result | None:
        """Take note of a run's result, if there is one on disk; its attempt is over in any case."""
        attempts.settle(self.path(key))
        self._hands.pop(key, None)
        result = read_result(self.path(key))
        if result is not None:
            self.results[key] = result
        return result

    def fail(self, key: RunKey, outcome: Outcome, reason: str) -> None:
        """Write the result of a run whose worker could not: it crashed, or the system ran out of memory."""
        history = self.history(key)
        asked = {**self.fields(key), "attempts": len(attempted.starts(self.path(key)))}
        if history:
            write_json(self.path(key) / directories.HISTORY, history)
        measured = {"outcome": outcome, "reason": reason, "epochs": len(history), "deterministic": None}
        write_result(self.path(key), finished(asked, measured, time.time()))
        self.commit(key)

    def trials(self, candidate: str, track: str) -> list[RunKey]:
        """The search runs of a candidate that were ever opened, by number."""
        return sorted(
            key for key in self.asked if (key.candidate, key.track, key.phase) == (candidate, track, "search")
        )

    def history(self, key: RunKey) -> list[dict[str, Any]]:
        """The committed epochs of a run: all of a finished one, those of the newest checkpoint otherwise."""
        path = self.path(key) / directories.HISTORY
        if key in self.results:
            return list(read_json(path)) if path.exists() else []
        from suite.training.checkpoint import committed_rows

        return committed_rows(self._hands.get(key, self.path(key)))

    def step(self, key: RunKey) -> int:
        """The step of a run's newest checkpoint, 0 without one."""
        from suite.training.checkpoint import newest

        return newest(self._hands.get(key, self.path(key)) / directories.CHECKPOINTS)

    def fingerprint(self, candidate: str) -> str | None:
        """The graph that the candidate's runs were trained with, None before the first."""
        if candidate not in self._fingerprints:
            known = (result.fingerprint for key, result in self.results.items() if key.candidate == candidate)
            first = next((fingerprint for fingerprint in known if fingerprint), None)
            if first is None:
                return None
            self._fingerprints[candidate] = first
        return self._fingerprints[candidate]

    def even_trials(self, track: str) -> int:
        """How many trials every candidate has finished, counted from trial 0 without a gap."""
        return selection.even(self.results, self._searched(), track)

    def counted_trials(self, track: str, stopped_after: int | None) -> int:
        """How many trials of each candidate count: those of the plan, or more where every candidate has more."""
        planned = plan.trials_of(self.study, track)
        capped = planned if stopped_after is None else min(planned, stopped_after)
        return selection.counted(self.results, self._searched(), track, capped)

    def _searched(self) -> set[str]:
        return self.candidates.keys() - plan.unsearched(self.study)

    def selected(self, candidate: str, track: str, trials: int) -> dict[str, Any]:
        """The parameters for a candidate's final runs, from its first `trials` trials: the same number for everybody.

        Empty where nothing is searched or no trial completed: the final runs then take the recipe as it stands.
        """
        keys = (RunKey(candidate, track, "search", number) for number in range(trials))
        found = [self.results[key] for key in keys if key in self.results]
        return selection.parameters(found, tasks.get(self.study.task).selection)

    def supersede(self, candidate: str, track: str, trials: int) -> list[RunKey]:
        """Move aside final runs whose parameters the grown search no longer selects; they are kept, not counted."""
        chosen, moved = self.selected(candidate, track, trials), []
        for key in [k for k in self.asked if (k.candidate, k.track, k.phase) == (candidate, track, "final")]:
            if self.asked[key]["identity"]["parameters"] != plain(chosen):
                self._set_aside(key)
                moved.append(key)
        return moved

    def fields(self, key: RunKey) -> dict[str, Any]:
        """What a run's result holds before the run has started: its place, its seed, and what was asked for."""
        asked = self.asked[key]
        identity = asked["identity"]
        started_at = attempted.first_start(self.path(key))
        started = {} if started_at is None else {"started_at": started_at}
        return {**self.asked_of(key, identity["parameters"], identity["recipe"]), "seed": asked["seed"], **started}

    def asked_of(self, key: RunKey, parameters: Mapping[str, Any], recipe: Mapping[str, Any]) -> dict[str, Any]:
        """The same of a run that was not opened yet. `recipe` is as the study asks, without the parameters."""
        candidate, dataset = self.candidates[key.candidate], self.dataset(key.candidate)
        return asking.asked_of(self.study, candidate, key, dataset, self.threads, parameters, recipe)

    def failures(self) -> list[Result]:
        """The planned runs whose failing is a failure of the study."""
        over = [self.results[key] for key in plan.planned(self.study) if key in self.results]
        return [result for result in over if result.outcome.fails_study(result.phase)]
