"""What `weights` and `teacher` of a candidate name: published weights, or the final runs of a candidate.

    imagenet                        keras.applications' weights, the same as options: {pretrained: imagenet}
    CANDIDATE                       a candidate of the same study
    STUDY/CANDIDATE                 one of an earlier study, its instance with the same budget
    STUDY/INSTANCE/CANDIDATE        one of an earlier study's instance

With `@N` behind it, it is always the final run N. Without, final run k takes the source's final run k, so that the
spread over seeds is that of the whole training, the source's included; search trials take the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from suite.config.checks import NAME, mapping
from suite.config.files import read_yaml, study_files
from suite.core.refusals import NEAREST, Refusal, nearest_first, similar, unknown
from suite.models import PRETRAINED

IMAGENET = "imagenet"


@dataclass(frozen=True)
class Source:
    """A candidate whose final runs others start from. study: None for the same study. instance: None for the one with
    the same budget. number: None for the run of the same number."""

    candidate: str
    study: str | None = None
    instance: str | None = None
    number: int | None = None

    def __str__(self) -> str:
        place = "/".join(part for part in (self.study, self.instance, self.candidate) if part)
        return place if self.number is None else f"{place}@{self.number}"


def source_from(key: str, value: Any) -> Source | None:
    """What a candidate's `weights` or `teacher` names; None for nothing.

    Raises Refusal that shows the ways to say it.
    """
    if value is None:
        return None
    place, at, number = str(value).partition("@")
    names = place.split("/")
    if len(names) > 3 or not all(NAME.fullmatch(name) for name in names) or (at and not number.isdecimal()):
        raise Refusal(
            f"{key}={value}: expected a candidate of this study, STUDY/CANDIDATE or STUDY/INSTANCE/CANDIDATE, each "
            f"with @N for its final run N{', or imagenet' if key.endswith('weights') else ''}"
        )
    study, instance = (names[0] if len(names) > 1 else None), (names[1] if len(names) > 2 else None)
    return Source(names[-1], study, instance, int(number) if at else None)


def started(who: str, architecture: str, options: Mapping[str, Any], weights: Any) -> dict[str, Any]:
    """The options of a candidate with these `weights`: the published ones are an option of their own.

    Raises Refusal where the architecture has none, or where the options already name some.
    """
    from suite import models

    if weights is not None and weights != IMAGENET and options.get(PRETRAINED):
        raise Refusal(
            f"{who} is to start from two places, weights={weights} and options.{PRETRAINED}={options[PRETRAINED]}: "
            "leave out one of them"
        )
    if weights != IMAGENET:
        return dict(options)
    if PRETRAINED not in models.option_names(architecture):
        having = [name for name in models.names() if PRETRAINED in (models.facts(name)["options"] or {})]
        raise Refusal(
            f"{who}: weights=imagenet: {architecture} has no published weights here; those that have: "
            f"{', '.join(having)}"
        )
    return {**options, PRETRAINED: IMAGENET}


def check_within(sources: Mapping[str, Sequence[Source | None]]) -> None:
    """Raises Refusal where a candidate names one that the study has not, itself, or one that waits for it in turn.

    sources: of each candidate what it names.
    """
    own = {name: [s.candidate for s in named if s and s.study is None] for name, named in sources.items()}
    for name, wanted in own.items():
        for other in wanted:
            if other not in own:
                _refuse_a_study(name, other, own)
                valid = [*own, IMAGENET]
                raise unknown(f"candidate that {name} starts or learns from", other, valid)
        _check_way(own, (name,))


def candidates_of(study: str) -> list[str]:
    """The candidates in a study's file; none where there is no such file. Raises Refusal where it cannot be read."""
    files = study_files()
    return [*mapping("candidates", read_yaml(files[study]).get("candidates"))] if study in files else []


def _refuse_a_study(name: str, word: str, own: Mapping[str, Any]) -> None:
    """Raises Refusal where a candidate names a study, or nearly one, and none of its candidates."""
    nearest = next(iter(nearest_first(word, study_files())), "")
    if word != nearest and (not similar(word, nearest) or any(similar(word, other) for other in [*own, IMAGENET])):
        return
    whole = [f"{nearest}/{candidate}" for candidate in candidates_of(nearest)]
    raise Refusal(
        f"candidate {name} starts or learns from {word}, which is no candidate of this study"
        f"{', but a study' if word == nearest else ''}: of study {nearest} it would be {' or '.join(whole[:NEAREST])}"
        f"{f' and {len(whole) - NEAREST} more' if len(whole) > NEAREST else ''}"
    )


def _check_way(own: Mapping[str, Sequence[str]], way: tuple[str, ...]) -> None:
    for other in own[way[-1]]:
        if other in way:
            circle = " -> ".join([*way[way.index(other) :], other])
            raise Refusal(f"candidates start from each other's weights, in a circle: {circle}")
        if other in own:
            _check_way(own, (*way, other))
