"""Claims: what a study wants judged, checked against its candidates."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from suite.config.checks import mapping, number, one_of
from suite.core.refusals import Refusal, unknown

KEYS = ("text", "source", "better", "than", "metric", "margin")


def claims_from(
    values: Sequence[Mapping[str, Any]] | None,
    candidates: Collection[str],
    dropped: Collection[str],
    metrics: Sequence[str],
) -> tuple[Mapping[str, Any], ...]:
    """The claims on the candidates that are left; those on a dropped one go, which is said. Raises Refusal.

    `metrics`: what a claim may speak of, which is what the study's task measures on test images; the first is meant
    where a claim names none.
    """
    if not isinstance(values or [], list | tuple):
        raise Refusal(f"claims: expected a list of claims, not {values!r}")
    claims = [_claim(value, {*candidates, *dropped}, metrics) for value in values or ()]
    for claim in claims:
        gone = [claim[side] for side in ("better", "than") if claim[side] in dropped]
        if gone:
            print(f"note: candidate {gone[0]} is dropped, and with it the claim: {claim['text']}", file=sys.stderr)
    return tuple(claim for claim in claims if not {claim["better"], claim["than"]} & set(dropped))


def _claim(claim: Mapping[str, Any], candidates: Collection[str], metrics: Sequence[str]) -> Mapping[str, Any]:
    claim = {"source": None, "metric": metrics[0], "margin": 0.0, **mapping("a claim", claim)}
    for key in claim:
        if key not in KEYS:
            raise unknown("key of a claim", key, KEYS)
    for key in ("text", "better", "than"):
        if key not in claim:
            raise Refusal(f"a claim lacks `{key}`: it needs text, better and than")
    for key in ("better", "than"):
        if claim[key] not in candidates:
            raise unknown("candidate in a claim", str(claim[key]), candidates)
    one_of("metric of a claim", claim["metric"], tuple(metrics))
    return {**claim, "margin": number("margin of a claim", claim["margin"])}
