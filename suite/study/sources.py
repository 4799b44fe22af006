"""Which final runs the runs of a study start from, whether they are there, and what is said where they are not.

A run of the same study that is needed is one of the plan: who needs it waits (`suite.study.order`). One of an earlier
study has to be there, in the same workspace, before anything starts.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from suite.config.files import study_files
from suite.config.sources import Source, candidates_of
from suite.config.study import Study
from suite.core import directories
from suite.core.directories import RunKey
from suite.core.durable import read_json
from suite.core.instances import default_name, instances
from suite.core.outcomes import Outcome
from suite.core.published import marker, no_weights
from suite.core.refusals import Refusal, unknown
from suite.core.result import Result, read_result
from suite.training.origin import Origin

NEVER_STARTED = "never started"
"""How the reason of a run begins whose source has failed."""


class Taken(NamedTuple):
    """A run of published records: what determined it, and its marker (`suite.core.published`)."""

    identity: Mapping[str, Any]
    marker: Mapping[str, Any]


VERBS = {"weights": "starts from", "teacher": "learns from"}


class Sources:
    """The final runs that a study's candidates name.

    `results`: the study's own runs that are over, as they become so; `published`: those that hold no weights.
    """

    def __init__(
        self,
        study: Study,
        directory: Path,
        results: Mapping[RunKey, Result],
        published: Mapping[RunKey, Taken] | None = None,
    ) -> None:
        self._study, self._directory, self._results = study, directory, results
        self._published = {} if published is None else published
        self._candidates = {candidate.name: candidate for candidate in study.candidates}
        self.within = any(source.study is None for c in study.candidates for source in c.sources.values())
        """Whether any run needs another of the same study."""

    def needed(self, key: RunKey) -> list[RunKey]:
        """The runs of the same study that a run needs."""
        return list(self.own(key).values())

    def own(self, key: RunKey) -> dict[str, RunKey]:
        """The same, by what they are needed for."""
        sources = self._candidates[key.candidate].sources
        return {name: self._own(key, source) for name, source in sources.items() if source.study is None}

    def without_weights(self, key: RunKey) -> Refusal | None:
        """Why a run cannot be trained here: another that it needs came from published records."""
        taken = [own for own in self.needed(key) if own in self._published] if self._published else []
        return no_weights(f"{key} needs {taken[0]}, which", self._published[taken[0]].marker) if taken else None

    def origins(self, key: RunKey) -> dict[str, Origin]:
        """What a run starts and learns from, by name; without a run of the same study that is not there yet.

        Raises Refusal where an earlier study's run is not there.
        """
        sources = self._candidates[key.candidate].sources
        found = {name: self._origin(key, source, VERBS[name]) for name, source in sources.items()}
        return {name: origin for name, origin in found.items() if origin is not None}

    def awaited(self, key: RunKey) -> bool:
        """Whether a run of the same study that it needs is not over yet, or has failed."""
        return any(not self._completed(own) for own in self.needed(key))

    def failed(self, key: RunKey) -> str | None:
        """Why a run can never start: which run that it needs has failed, and how."""
        for own in self.needed(key):
            result = self._results.get(own)
            if result is not None and result.outcome.failed:
                why = f": {result.reason}" if result.reason else ""
                return f"{NEVER_STARTED}: {own}, whose weights it needs, has failed ({result.outcome}{why})"
        return None

    def _completed(self, own: RunKey) -> bool:
        return own in self._results and self._results[own].outcome is Outcome.COMPLETED

    def require(self) -> None:
        """Raises Refusal for the first run of an earlier study that is needed and not there, with the command for it;
        and for a run of this study that is needed and not planned."""
        for candidate in self._study.candidates:
            for name, source in candidate.sources.items():
                if source.study is None and candidate.search.dimensions and self._study.limit_seconds is not None:
                    raise Refusal(
                        f"limit does not go with candidate {candidate.name}, whose trials wait for the final runs of "
                        f"{source.candidate}, while under a limit these wait for all trials: train {source.candidate} "
                        "in a study of its own, or leave out the search with "
                        f"candidates.{candidate.name}.search.space=null"
                    )
                if source.study is None and (source.number or 0) >= self._study.seeds:
                    raise Refusal(
                        f"candidate {candidate.name} {VERBS[name]} final run {source.number} of {source.candidate}, "
                        f"and seeds={self._study.seeds} has none of that number: they count from 0"
                    )
                for number in range(self._study.seeds if source.study else 0):
                    key = RunKey(candidate.name, self._study.tracks[-1], "final", number)
                    self._origin(key, source, VERBS[name])

    def _origin(self, key: RunKey, source: Source, verb: str) -> Origin | None:
        if source.study is None:
            own = self._own(key, source)
            if not self._completed(own):
                return None
            if own in self._published:
                whole = f"{self._study.name}/{self._study.instance}/{own}"
                return Origin.recorded(whole, self._directory / own.path, *self._published[own])
            return Origin.of(f"{self._study.name}/{self._study.instance}/{own}", self._directory / own.path)
        instance = self._instance(f"{key.candidate} {verb}", source)
        wanted = _numbered(key, source)
        tracks = [track for track in (key.track, *reversed(directories.TRACKS)) if _weights(instance, source, track)]
        path = instance / RunKey(source.candidate, (tracks or [key.track])[0], "final", wanted).path
        result = read_result(path)
        if (taken := marker(path)) is not None:
            raise no_weights(f"candidate {key.candidate} {verb} {source}, which", taken)
        if result is None or result.outcome is not Outcome.COMPLETED or not (path / directories.WEIGHTS).exists():
            how = f"ended otherwise ({result.outcome})" if result and result.outcome.failed else "is not there"
            raise Refusal(
                f"candidate {key.candidate} {verb} {source}, of which final run {wanted} {how}: train it with "
                f"{self._command(source, instance.name)}{_or_one(source)}"
            )
        return Origin.of(str(path.relative_to(self._study.workspace / "runs")), path)

    def _own(self, key: RunKey, source: Source) -> RunKey:
        return RunKey(source.candidate, key.track, "final", _numbered(key, source))

    def _instance(self, who: str, source: Source) -> Path:
        """The instance that is meant: the one that is named, or the only one of the same budget.

        who: the candidate that needs it, and the verb, for sentences.
        """
        study, workspace = self._study, self._study.workspace
        assert source.study is not None
        found = instances(workspace, source.study)
        if source.instance is not None and source.instance in found:
            chosen = [source.instance]
        elif source.instance is not None and found:
            raise unknown(f"instance of {source.study}, which {who},", source.instance, found)
        else:
            described = {name: _described(workspace, source.study, name) for name in found}
            chosen = [name for name in found if described[name].get("budget") == study.budget]
            for field in ("backend", "precision"):
                alike = [name for name in chosen if described[name].get(field) == getattr(study, field)]
                chosen = alike or chosen
        if not found:
            self._refuse_unknown(who, source)
        if not chosen:
            others = f"; it has run as {', '.join(found)}, which STUDY/INSTANCE/CANDIDATE would name" if found else ""
            raise Refusal(
                f"candidate {who} {source}, and {source.study} has not run in {workspace} with "
                f"budget={study.budget}: train it with {self._command(source)}{others}"
            )
        if len(chosen) > 1:
            raise Refusal(
                f"candidate {who} {source}, and {source.study} has several instances of budget "
                f"{study.budget}: {', '.join(chosen)}; name one, as in {source.study}/{chosen[-1]}/{source.candidate}"
            )
        directory = directories.instance_directory(workspace, source.study, chosen[0])
        known = _described(workspace, source.study, chosen[0]).get("candidates", {})
        if source.candidate not in known:
            raise unknown(f"candidate of {source.study}, which {who},", source.candidate, known)
        return directory

    def _refuse_unknown(self, who: str, source: Source) -> None:
        """Raises Refusal where there is no study of that name to train first, or its file has no such candidate."""
        names = {*study_files(), *(path.name for path in (self._study.workspace / "runs").glob("*/"))}
        if source.study not in names:
            raise unknown(f"study, which {who},", str(source.study), names)
        known = candidates_of(str(source.study))
        if known and source.candidate not in known:
            raise unknown(f"candidate of {source.study}, which {who},", source.candidate, known)

    def _command(self, source: Source, instance: str | None = None) -> str:
        """What trains the source."""
        study = self._study
        words = ["python", "-m", "suite.run", f"study={source.study}", f"budget={study.budget}"]
        described = _described(study.workspace, str(source.study), instance) if instance else {}
        usual = default_name(*(str(described.get(name)) for name in ("dataset", "budget", "backend", "precision")))
        words += [f"instance={instance}"] if instance and instance != usual else []
        if allotment := described.get("allotment"):
            words += [f"time={allotment['seconds']:g}s", f"equal={allotment['equal']}"]
        words += [f"seeds={max(study.seeds, (source.number or 0) + 1)}"]
        words += [f"data_dir={study.data_dir}"] if study.data_dir else []
        words += [f"workspace={study.workspace}"] if study.workspace != Path.cwd() else []
        return shlex.join(words)


def require_earlier(study: Study) -> None:
    """Raises Refusal where a run of an earlier study is needed and not there, before anything of this one is opened."""
    Sources(study, study.directory, {}).require()


def _numbered(key: RunKey, source: Source) -> int:
    """Which final run of its source a run takes."""
    if source.number is not None:
        return source.number
    return key.number if key.phase == "final" else 0


def _or_one(source: Source) -> str:
    return "" if source.number is not None else f", or take the first one for every run with {source}@0"


def _weights(instance: Path, source: Source, track: str) -> bool:
    return any((instance / source.candidate / track / "final").glob(f"*/{directories.WEIGHTS}"))


def _described(workspace: Path, study: str, instance: str) -> dict:
    return dict(read_json(directories.instance_directory(workspace, study, instance) / directories.STUDY))
