"""The ledger of what articles claim: every checkable sentence, where it stands, and what decides it.

A YAML file (`reports/claims.yaml`) with `articles` (key: title), `pinned_by` (a fact's name: the test that holds it),
`planned` (studies that do not exist yet: what they would compare), and `claims`. A claim has an `id`, the sentence in
words of the ledger's own (`claim`), its `article` and `section`, perhaps the `paper` it names and a `note`, and one of

    tests           by pytest's node ids: it holds by construction, or does not where one refutes it (`demonstrations`)
    quotes          {of: ARCHITECTURE, parameters: 60M, ...}: compared with what is recorded (`quotations`)
    erratum         what is commonly misquoted, in the words of the suite's errata
    study           {name, claim}: a study's own claim, judged from its published records
    not_decidable   why not

No verdict stands in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from suite.core.refusals import Refusal, first_line, unknown

WAYS = ("tests", "quotes", "erratum", "study", "not_decidable")
NEEDED, OPTIONAL = ("id", "claim", "article", "section"), ("paper", "note")
PARTS = ("articles", "pinned_by", "planned", "claims")


@dataclass(frozen=True)
class Entry:
    """One sentence, and the one way in which it is decided."""

    id: str
    claim: str
    article: str  # a key of the ledger's articles
    section: str
    way: str
    means: Any  # what stands under the way: tests, a quotation, a study's claim, a reason
    paper: str = ""
    note: str = ""

    @property
    def tests(self) -> tuple[str, ...]:
        """The node ids of the tests that decide it; none where something else does."""
        return tuple(self.means) if self.way == "tests" else ()


@dataclass(frozen=True)
class ClaimsLedger:
    """All sentences, in the file's order."""

    articles: Mapping[str, str]
    pinned_by: Mapping[str, str]
    planned: Mapping[str, str]
    entries: tuple[Entry, ...]

    @property
    def tests(self) -> set[str]:
        """Every test that the ledger rests on."""
        return {*self.pinned_by.values(), *(test for entry in self.entries for test in entry.tests)}


def read(path: Path) -> ClaimsLedger:
    """Read a ledger. Raises Refusal where there is none, and for whatever in it is not as described above."""
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refusal(
            f"there is no ledger of claims {path}; workspace=DIR names the folder that has reports/"
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Refusal(f"{path} is no YAML: {first_line(error)}") from None
    if not isinstance(values, dict) or set(values) != set(PARTS):
        raise Refusal(f"{path} needs {', '.join(PARTS)} and nothing else")
    entries = tuple(_entry(value, values["articles"]) for value in values["claims"])
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise Refusal(f"two claims of the ledger have the id {entry.id}")
        seen.add(entry.id)
    return ClaimsLedger(values["articles"], values["pinned_by"], values["planned"], entries)


def _entry(value: Any, articles: Mapping[str, str]) -> Entry:
    if not isinstance(value, dict) or any(not value.get(key) for key in NEEDED):
        raise Refusal(f"a claim of the ledger needs {', '.join(NEEDED)}: {str(value)[:80]}")
    for key in value:
        if key not in (*NEEDED, *OPTIONAL, *WAYS):
            raise unknown(f"key of the claim {value['id']}", str(key), (*NEEDED, *OPTIONAL, *WAYS))
    ways = [way for way in WAYS if way in value]
    if len(ways) != 1 or not value[ways[0]]:
        raise Refusal(f"the claim {value['id']} needs exactly one of {', '.join(WAYS)}, and what decides it there")
    if value["article"] not in articles:
        raise unknown(f"article of the claim {value['id']}", str(value["article"]), articles)
    way, means = ways[0], value[ways[0]]
    shape = {"tests": list, "quotes": dict, "study": dict}.get(way, str)
    if not isinstance(means, shape) or (way == "study" and set(means) != {"name", "claim"}):
        raise Refusal(f"the claim {value['id']}: {way} is not written as the ledger wants it: {means!r}")
    texts = {key: value.get(key, "") for key in (*NEEDED, *OPTIONAL)}
    for key, text in texts.items():
        if not isinstance(text, str):
            raise Refusal(f"the claim {value['id']}: {key} is no text but {text!r}; put it in quotation marks")
    return Entry(**texts, way=way, means=means)
