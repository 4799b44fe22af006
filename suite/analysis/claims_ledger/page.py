"""The ledger of claims with its verdicts: each computed, from records or from the test that is named, none typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import pandas as pd

from suite.analysis.claims_ledger import quotations
from suite.analysis.claims_ledger.demonstrations import refutations
from suite.analysis.claims_ledger.quotations import MISQUOTED, PROVEN, REFUTED
from suite.analysis.claims_ledger.sentences import ClaimsLedger, Entry
from suite.analysis.comparing.claims import Judgement, judgements
from suite.analysis.folder import reading
from suite.analysis.pages.report import write
from suite.analysis.statistics import verdicts
from suite.analysis.table import presentation
from suite.analysis.table.headings import ADVANTAGE, DECIDING
from suite.analysis.units import MISSING
from suite.core.refusals import Refusal, unknown
from suite.models import names
from suite.models.facts.errata import errata

UNMEASURED, UNDECIDABLE = "not measured yet", "not decidable here"
VERDICTS = {
    PROVEN: "holds by construction, or is the published figure; the test or the record is named",
    REFUTED: "does not hold by construction, or is not what its paper says",
    MISQUOTED: "a published figure, but of several networks together where the article gives it to one",
    verdicts.SUPPORTED: "decided so by a published study, within its budget",
    verdicts.CONTRADICTED: "decided against by a published study, within its budget",
    verdicts.UNDECIDED: "a published study leaves it open",
    UNMEASURED: "the study that would decide it has no published records yet",
    UNDECIDABLE: "nothing that this suite could run decides it",
}
"""Every verdict, and what it says."""

WRONG = (REFUTED, MISQUOTED, verdicts.CONTRADICTED)


@dataclass(frozen=True)
class Decision:
    """A sentence of the ledger, what is said of it, and what that rests on."""

    entry: Entry
    verdict: str
    evidence: str


@dataclass(frozen=True)
class Judged:
    """A published study: what it is, and the verdicts on its claims."""

    title: str
    judgements: list[Judgement]


OfStudy = Callable[[str], Judged | None]


def decide(ledger: ClaimsLedger, root: Path) -> list[Decision]:
    """Every sentence decided; `root` is the checkout, with its tests and its published reports.

    Raises Refusal where the ledger names a test, a claim of a study, an architecture or an erratum that there is not.
    """
    refuted = refutations(root, ledger.tests)
    of_study = cache(partial(_judged, root / "reports" / "published"))
    return [
        _by_tests(entry, refuted) if entry.way == "tests" else _decided(entry, ledger, of_study)
        for entry in ledger.entries
    ]


def _by_tests(entry: Entry, refuted: Mapping[str, frozenset[str]]) -> Decision:
    """Refuted by the tests that say so; proven by all of them where none does."""
    against = [test for test in entry.tests if entry.id in refuted[test]]
    return Decision(entry, REFUTED if against else PROVEN, ", ".join(against or entry.tests))


def _judged(published: Path, name: str) -> Judged | None:
    """A study's claims from its published records; None without such, and where their numbers mean nothing (smoke)."""
    folder = published / name
    if not folder.is_dir():
        return None
    records = reading.read(folder)
    study = records.study
    if records.meaningless:
        return None
    stamp = f"; {study['stamp']}" if study.get("stamp") else ""
    return Judged(f"{name} ({study['dataset']}, budget {study['budget']}{stamp})", judgements(records))


def _decided(entry: Entry, ledger: ClaimsLedger, of_study: OfStudy) -> Decision:
    if entry.way == "quotes":
        found = quotations.compare(entry.means)
        return Decision(entry, found.verdict, found.said)
    if entry.way == "erratum":
        known = {str(erratum["quoted"]): erratum for erratum in errata(names())}
        if entry.means not in known:
            raise unknown(f"erratum of the claim {entry.id}", entry.means, known)
        erratum = known[entry.means]
        return Decision(entry, REFUTED, f"{erratum['really']} ({erratum['source']})")
    if entry.way == "study":
        return _by_study(entry, ledger, of_study)
    return Decision(entry, UNDECIDABLE, str(entry.means))


def _by_study(entry: Entry, ledger: ClaimsLedger, of_study: OfStudy) -> Decision:
    name, text = str(entry.means["name"]), str(entry.means["claim"])
    judged = of_study(name)
    if judged is None:
        planned = f" ({ledger.planned[name]})" if name in ledger.planned else ""
        return Decision(entry, UNMEASURED, f"study {name}{planned}: {text}")
    found = [judgement for judgement in judged.judgements if judgement.text == text]
    if not found:
        raise Refusal(f"the claim {entry.id}: the published records of {name} have no claim {text!r}")
    said = [_measured(judgement) for judgement in found]
    agreed = {judgement.verdict for judgement in found}
    verdict = agreed.pop() if len(agreed) == 1 else verdicts.UNDECIDED
    return Decision(entry, verdict, f"study {judged.title}: {'; '.join(said)}")


def _measured(judgement: Judgement) -> str:
    """`tuned track, resnet20 better than plain20 in test_accuracy, +5.19 points (...), 9 seeds each would decide`."""
    (shown,) = presentation.claims([judgement]).to_dict("records")
    parts = [f"{judgement.track} track", shown["Tested as"], shown[ADVANTAGE], judgement.reason]
    parts += [f"{shown[DECIDING]} would decide"] if shown[DECIDING] != MISSING else []
    return ", ".join(str(part) for part in parts if part not in ("", MISSING))


def counts(ledger: ClaimsLedger, decided: list[Decision]) -> pd.DataFrame:
    """How many sentences of each article have which verdict, as strings, with a last row for all."""
    titles = {**ledger.articles, "": "All"}
    rows = []
    for article, title in titles.items():
        found = Counter(one.verdict for one in decided if article in ("", one.entry.article))
        numbers = {name: str(found[name]) for name in VERDICTS}
        rows.append({"Article": title, "Sentences": str(found.total()), **numbers})
    return pd.DataFrame(rows)


def listed(decided: list[Decision]) -> pd.DataFrame:
    """The sentences with verdicts, as a terminal has room for them."""
    return pd.DataFrame([{"Id": one.entry.id, "Verdict": one.verdict, "Sentence": one.entry.claim} for one in decided])


def texts(ledger: ClaimsLedger, decided: list[Decision]) -> dict[str, str]:
    """File name to text: `claims.md` and `claims.html`."""
    wrong = [one for one in decided if one.verdict in WRONG]
    by_article = {key: [_row(one) for one in decided if one.entry.article == key] for key in ledger.articles}
    values = {
        "counts": counts(ledger, decided),
        "verdicts": VERDICTS,
        "wrong": pd.DataFrame([_row(one, ledger.articles[one.entry.article]) for one in wrong]),
        "articles": [(title, pd.DataFrame(by_article[key])) for key, title in ledger.articles.items()],
        "sentences": len(decided),
    }
    return {f"claims.{kind}": write(f"claims.{kind}.j2", **values) for kind in ("md", "html")}


def _row(one: Decision, article: str = "") -> dict[str, str]:
    """A sentence as strings, with its article where the table is of several."""
    entry = one.entry
    source = {"Article": article} if article else {"Section": "; ".join(filter(None, (entry.section, entry.paper)))}
    evidence = one.evidence + (f". {entry.note}" if entry.note else "")
    return {"Sentence": entry.claim, **source, "Verdict": one.verdict, "Rests on": evidence, "Id": entry.id}
