"""Links that lead nowhere: every href and src of a folder of pages is followed, anchors included."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

FOLLOWED = ("href", "src", "xlink:href", "action")


@dataclass
class Page(HTMLParser):
    """What a page links to, and what may be linked to on it."""

    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in FOLLOWED and value is not None:
                self.links.append(value)
            elif name == "id" and value:
                self.anchors.add(value)


def dead(folder: Path) -> list[str]:
    """`page: link` for each link of a page in a folder that leads to no file of the folder, or to no id of its page."""
    root = folder.resolve()
    pages = {path: _read(path) for path in sorted(root.rglob("*.html"))}
    return [
        f"{path.relative_to(root)}: {link}"
        for path, page in pages.items()
        for link in dict.fromkeys(page.links)
        if not _leads(root, pages, path, link)
    ]


def _read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _leads(root: Path, pages: dict[Path, Page], page: Path, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:  # a page of somebody else
        return True
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_file() or root not in target.parents:
        return False
    return not parts.fragment or (target in pages and unquote(parts.fragment) in pages[target].anchors)
