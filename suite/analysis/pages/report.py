"""The pages: what the report says, put together as plain values once, then written as HTML and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import jinja2
import pandas as pd
from markupsafe import Markup

from suite.analysis.comparing.claims import judgements
from suite.analysis.comparing.differences import to_first
from suite.analysis.figures import corruption
from suite.analysis.figures.gallery import pictures
from suite.analysis.figures.picture import Picture
from suite.analysis.folder import clocks, memory
from suite.analysis.folder.costs import by_candidate, costs, wall_seconds
from suite.analysis.folder.reading import Records
from suite.analysis.folder.settings import settings
from suite.analysis.pages import again, citation, deciding, first_screen, method, time_to_accuracy
from suite.analysis.pages.certainty import Certainty, Part, certainty
from suite.analysis.table import headings, literature, presentation
from suite.analysis.table.arranging import arranged, comparison
from suite.analysis.table.columns import further
from suite.analysis.table.footnotes import footnoted
from suite.analysis.table.markup import escape_markdown, html_table, markdown_table
from suite.records.embedded import ZEROS, sealed

TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True)
class Answer:
    """One track of one study: a sentence, what was measured and what is known, how far others are behind the first.

    folds: for each row of the table the id of what it unfolds to. footnotes: what the marks in both tables mean.
    """

    title: str
    sentence: str
    table: pd.DataFrame
    known: pd.DataFrame
    differences: pd.DataFrame
    further: pd.DataFrame
    corrupted: pd.DataFrame
    folds: list[str]
    footnotes: list[str]


@dataclass(frozen=True)
class Page:
    """One study's report as values; frames hold strings. pictures: of all candidates; those of one are in its fold."""

    title: str
    name: str
    kicker: str
    question: str
    paper: str
    banners: list[str]
    answers: list[Answer]
    verdicts: list[first_screen.Line]
    leading: Picture | None
    claims: pd.DataFrame
    certainty: list[Certainty]
    misquoted: pd.DataFrame
    pictures: list[Picture]
    deciding: list[deciding.Section]
    folds: list[first_screen.Fold]
    method: list[tuple[str, str]]
    settings: pd.DataFrame
    cost_sentence: str
    costs: pd.DataFrame
    taken: pd.DataFrame
    soon: list[Part]
    memory: str
    failures: pd.DataFrame
    notes: list[str]
    circumstances: list[tuple[str, str]]
    commands: list[str]
    citation: str

    @property
    def drawn(self) -> list[Picture]:
        """All pictures: of all candidates, of pairs, then of each row."""
        own = (picture for fold in self.folds for picture in fold.pictures)
        return [*self.pictures, *deciding.pictures(self.deciding), *own]


def pages(records: Records, rows: pd.DataFrame) -> dict[str, str]:
    """File name to text: `report.html`, `report.md` and the figures."""
    page = compose(records, rows, pictures(records, rows), certainty(records, rows))
    figures = {f"figures/{picture.name}.svg": picture.svg for picture in page.drawn}
    html = write("report.html.j2", page=page, again=again.embedded(records, rows).text(), unsealed=ZEROS)
    return {"report.html": sealed(html), "report.md": write("report.md.j2", page=page), **figures}


def compose(records: Records, rows: pd.DataFrame, drawn: list[Picture], sure: Sequence[Certainty] = ()) -> Page:
    """All that a study's report says; `rows` is its table, `sure` how sure it is.

    drawn: its figures, without which no images are shown either.
    """
    study, judged, own = records.study, judgements(records), settings(records)
    return Page(
        title=study["title"],
        name=study["study"],
        kicker=first_screen.kicker(study),
        question=study.get("question") or "",
        paper=study.get("paper") or "",
        banners=method.over_the_table(records),
        answers=[answer(records, part) for _, part in rows.groupby("track", sort=False)],
        verdicts=first_screen.verdict_lines(judged, records.meaningless),
        leading=first_screen.leading(drawn),
        claims=presentation.claims(judged),
        certainty=list(sure),
        misquoted=presentation.misquoted(literature.errata(records.facts)),
        pictures=[picture for picture in drawn if not picture.candidate],
        deciding=deciding.sections(records, rows) if drawn else [],
        folds=first_screen.folds(rows, own, drawn),
        method=method.measured(records),
        settings=own,
        cost_sentence=method.cost_sentence(costs(records), wall_seconds(records)),
        costs=presentation.costs(costs(records)),
        taken=presentation.taken(by_candidate(clocks.own(memory.own(records)))),
        soon=time_to_accuracy.parts(records, rows),
        memory=memory.sentence(records),
        failures=method.failures(records),
        notes=[str(note) for note in study["data"].get("notes") or []],
        circumstances=method.circumstances(records),
        commands=[*method.commands(study), *again.command(rows)],
        citation=citation.bibtex(records),
    )


def answer(records: Records, rows: pd.DataFrame) -> Answer:
    """The answer of one track."""
    differences, seen = to_first(records, rows), arranged(rows, records.study)
    shown, notes = footnoted(presentation.present(seen))
    return Answer(
        title=f"{str(rows.track.iloc[0]).capitalize()} track",
        sentence=presentation.headline(rows, differences),
        table=comparison(shown, records.study),
        known=presentation.known(shown),
        differences=presentation.differences(differences),
        further=presentation.further(seen, further(records)),
        corrupted=corruption.by_kind(records, str(rows.track.iloc[0])),
        folds=[first_screen.fold_id(*row) for row in seen[["candidate", "track"]].itertuples(index=False)],
        footnotes=notes,
    )


def write(template: str, **values: object) -> str:
    """A template filled in; what ends in `.html.j2` is escaped as HTML, what ends in `.md.j2` by its `md` filter."""
    as_html = template.endswith(".html.j2")
    text = _environment(as_html).get_template(template).render(**values)
    return text if as_html else re.sub(r"\n{3,}", "\n\n", text)


@cache
def _environment(as_html: bool) -> jinja2.Environment:
    """What templates of a kind are read with; each is compiled once."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=as_html,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    table = partial(html_table if as_html else markdown_table, right=headings.NUMBERS)
    environment.filters["table"] = lambda frame, **how: Markup(table(frame, **how)) if as_html else table(frame)
    environment.filters["md"] = escape_markdown
    environment.filters["measured"] = presentation.measured
    return environment
