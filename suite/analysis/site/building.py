"""The pages put together, and written into a folder that is this site's alone."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suite.analysis.pages.report import TEMPLATES, write
from suite.analysis.site import architectures, guide, links, studies
from suite.analysis.site.architectures import Architecture, Layers
from suite.analysis.site.guide import Guide
from suite.analysis.site.studies import COPIED, Study
from suite.core.durable import replacing
from suite.core.refusals import Refusal

MARK = '<meta name="generator" content="keras-comparison-suite">'
"""By which a folder is known as one of these sites, and may be replaced."""

README = "how"
"""The name of the README's page."""


@dataclass(frozen=True)
class Built:
    """What was built. dead: links that lead nowhere, with their pages."""

    studies: int
    architectures: int
    dead: list[str]


def build(published: Path, target: Path, texts: Mapping[str, str], layers: Layers) -> Built:
    """Write the site of all published reports into `target`, which it replaces.

    texts: pages of Markdown by name, the README under `README`; layers: traces of architectures, where there are any.
    Raises Refusal where there is no published report, one was changed or is not rendered, or `target` holds something
    that is no such site.
    """
    require_own(target)
    folders = studies.published(published)
    told = [studies.read(folder) for folder in folders]
    known = architectures.all_of(told, layers)
    guides = {name: guide.read(text, _resolver({study.name for study in told}, texts)) for name, text in texts.items()}
    with replacing(target, sync=False) as partial:
        for folder, study in zip(folders, told, strict=True):
            place = partial / "studies" / study.name
            place.mkdir(parents=True)
            for name in COPIED:
                shutil.copyfile(folder / name, place / name)
        for name, text in _pages(told, known, guides):
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            (partial / name).write_text(text, encoding="utf-8", newline="\n")
    return Built(len(told), len(known), links.dead(target))


def require_own(target: Path) -> None:
    """Raise Refusal where a folder holds anything but a site of this kind."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    index = target / "index.html"
    if not index.is_file() or MARK not in index.read_text(encoding="utf-8", errors="replace"):
        raise Refusal(f"{target} holds something else than such a site, which would be lost: name another folder=DIR")


def _pages(told: list[Study], known: list[Architecture], guides: Mapping[str, Guide]) -> Iterator[tuple[str, str]]:
    """File names and texts of all pages and of what they share."""
    names = {one.name for one in known}
    shared = {"mark": MARK, "guides": guides, "names": names, "command": "python -m suite.models name="}
    own = (TEMPLATES / "site" / "site.css").read_text(encoding="utf-8")
    yield "style.css", (TEMPLATES / "style.css").read_text(encoding="utf-8") + own
    yield "tables.js", (TEMPLATES / "report.js").read_text(encoding="utf-8")
    intro = guides[README].intro if README in guides else ""
    title = guides[README].title if README in guides else "Keras comparison suite"
    values = {**shared, "root": "", "site": title}
    yield "index.html", write("site/index.html.j2", studies=told, intro=intro, count=len(known), **values)
    yield "architectures.html", write("site/architectures.html.j2", architectures=known, **values)
    index = json.dumps(list(index_of(told, known, guides)), ensure_ascii=False).replace("<", "\\u003c")
    yield "search.html", write("site/search.html.j2", index=index, **values)
    for name, page in guides.items():
        yield f"{name}.html", write("site/guide.html.j2", page=page, here=name, **values)
    for one in known:
        text = write("site/architecture.html.j2", one=one, **{**values, "root": "../"})
        yield f"architectures/{one.name}.html", text


def index_of(told: list[Study], known: list[Architecture], guides: Mapping[str, Guide]) -> Iterator[dict[str, Any]]:
    """What the search looks through: title, kind, address and text of each place."""
    for study in told:
        text = " ".join([study.question, study.kicker, *study.answers, *(row.candidate for row in study.rows)])
        yield {"title": study.title, "kind": "study", "url": f"studies/{study.name}/report.html", "text": text}
        for line in study.verdicts:
            text = f"{line.verdict} {line.numbers} ({study.title})"
            yield {"title": line.text, "kind": "claim", "url": f"index.html#study-{study.name}", "text": text}
    for one in known:
        paper = " ".join(text for term, text in one.facts if term in ("Paper", "Where"))
        text = f"{one.family}, {one.year}. {one.innovation}. {paper}"
        yield {"title": one.name, "kind": "architecture", "url": f"architectures/{one.name}.html", "text": text}
    for name, page in guides.items():
        for section in page.sections:
            place = "" if section.level == 1 else f"#{section.anchor}"
            yield {"title": section.title, "kind": "guide", "url": f"{name}.html{place}", "text": section.text}


def _resolver(names: set[str], texts: Collection[str]) -> Callable[[str], str | None]:
    """Where a link of a Markdown page leads on the site; None where it leads to a file that is not on it."""

    def resolve(link: str) -> str | None:
        if re.match(r"https?://|#", link):
            return link
        found = re.fullmatch(r"(?:reports/)?published/([^/]+)/report\.(?:md|html)", link)
        if found:
            return f"studies/{found[1]}/report.html" if found[1] in names else None
        page = re.fullmatch(r"(?:reports/)?(\w+)\.md", link)
        return f"{page[1]}.html" if page and page[1] in texts else None

    return resolve
