"""Claims: what a study wants judged, checked against its candidates. Their forms: `suite.core.claims`."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from suite.config.checks import mapping, number, one_of
from suite.core.claims import CHEAPER_IN, FORMS, candidates_of, form_of
from suite.core.evaluation import FIGURE, MCE
from suite.core.refusals import Refusal, unknown

COMMON = ("text", "source", "metric", "margin")
KEYS = (*COMMON, *(key for keys in FORMS.values() for key in keys), "with_less")


def claims_from(
    values: Sequence[Mapping[str, Any]] | None,
    candidates: Collection[str],
    dropped: Collection[str],
    metrics: Sequence[str],
) -> tuple[Mapping[str, Any], ...]:
    """The claims on the candidates that are left; those on a dropped one go, which is said. Raises Refusal.

    `metrics`: what a claim may speak of, which is what the study measures on test images, as they are and corrupted;
    the first is meant where a claim names none.
    """
    if not isinstance(values or [], list | tuple):
        raise Refusal(f"claims: expected a list of claims, not {values!r}")
    claims = [_claim(value, {*candidates, *dropped}, metrics) for value in values or ()]
    for claim in claims:
        gone = [name for name in candidates_of(claim) if name in dropped]
        if gone:
            print(f"note: candidate {gone[0]} is dropped, and with it the claim: {claim['text']}", file=sys.stderr)
    return tuple(claim for claim in claims if not set(candidates_of(claim)) & set(dropped))


def _claim(claim: Mapping[str, Any], candidates: Collection[str], metrics: Sequence[str]) -> Mapping[str, Any]:
    claim = {"source": None, "metric": metrics[0], "margin": 0.0, **mapping("a claim", claim, KEYS)}
    form = form_of(claim)
    if form is None:
        forms = "; ".join(" and ".join(keys) for keys in FORMS.values())
        raise Refusal(f"claim {claim.get('text', '')!r}: it needs the keys of one form: {forms}")
    for key in ("text", *FORMS[form]):
        if key not in claim:
            raise Refusal(f"a claim lacks `{key}`: it needs text, {' and '.join(FORMS[form])}")
    _check_keys(claim, form)
    for name in candidates_of(claim):
        if name not in candidates:
            raise unknown("candidate in a claim", str(name), candidates)
    if str(claim["metric"]).startswith((FIGURE, MCE)) and claim["metric"] not in metrics:
        raise Refusal(
            f"claim {claim['text']!r}: metric={claim['metric']} is not measured here: evaluation.corruptions measures "
            f"{FIGURE}, of each kind that it names too ({FIGURE}_fog), and {MCE} where it names a baseline"
        )
    one_of("metric of a claim", claim["metric"], tuple(metrics))
    claim["margin"] = number("margin of a claim", claim["margin"])
    if form in ("equal", "at_least") and (claim["margin"] < 0 or (form == "equal" and not claim["margin"])):
        raise Refusal(
            f"claim {claim['text']!r}: `{form}` needs a margin {'above' if form == 'equal' else 'of at least'} 0"
        )
    return claim


def _check_keys(claim: Mapping[str, Any], form: str) -> None:
    """Raises Refusal for keys of another form, and for lists that are too short."""
    for key in claim:
        if key not in (*COMMON, *FORMS[form]) and not (key == "with_less" and form == "at_least"):
            raise Refusal(f"claim {claim['text']!r}: `{key}` does not go with `{form}`")
    if "with_less" in claim:
        one_of("with_less of a claim", claim["with_less"], CHEAPER_IN)
    names, wanted = claim[form], LISTS.get(form)
    if wanted and not _is_such_a_list(form, names):
        raise Refusal(f"claim {claim['text']!r}: `{form}` needs a list of {wanted}, not {names!r}")
    if not wanted and not all(isinstance(claim[key], str) for key in FORMS[form]):
        raise Refusal(f"claim {claim['text']!r}: {' and '.join(FORMS[form])} name one candidate each")


LISTS = {
    "equal": "two different candidates",
    "rising": "two or more different candidates",
    "gap_grows": "two or more pairs of different candidates, as in [[a, b], [c, d]]",
}
"""The forms that name their candidates in a list, and what has to be in it."""


def _is_such_a_list(form: str, value: Any) -> bool:
    if not isinstance(value, list | tuple) or (len(value) != 2 if form == "equal" else len(value) < 2):
        return False
    if form == "gap_grows":
        if not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in value):
            return False
        value = [name for pair in value for name in pair]
    return len({str(name) for name in value}) == len(value) and not any(isinstance(name, list) for name in value)
