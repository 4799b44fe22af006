"""A drawn figure on its way to a page."""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass

from suite.analysis.figures import drawing


@dataclass(frozen=True)
class Picture:
    """A drawn figure, with the words that a page puts beside it."""

    name: str  # of the file, without its ending
    title: str
    caption: str
    svg: str
    candidate: str = ""  # whose it is, where it is of one alone
    track: str = ""
    alt: str = ""  # what is to be seen, in words and numbers
    small: str = ""  # the same drawn for a small screen, where it may stand on the first one

    @property
    def described(self) -> str:
        """The figure for those who do not see it: its title and what it shows, or at least how it is read."""
        return f"{self.title} {self.alt or self.caption}"

    @property
    def inline(self) -> str:
        """The figure as an element of a page: in the page's colours, with words for those who do not see it, and with
        identifiers that no other figure of the page has."""
        return self._element(self.svg, self.name)

    @property
    def inline_small(self) -> str:
        """The same of what is drawn for a small screen."""
        return self._element(self.small, f"{self.name} small")

    def _element(self, svg: str, name: str) -> str:
        body = svg[svg.index("<svg") :]
        body = re.sub(r"\s*<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
        body = re.sub(r'<g id="[^"]*">', "<g>", body)  # names of parts, that nothing refers to
        own = hashlib.sha256(name.encode()).hexdigest()[:6]
        body = re.sub(r'( id="|href="#|url\(#)', rf"\g<1>{own}-", body)
        head = re.sub(r' height="[\d.]+pt"', "", body[: body.index(">")])
        head = re.sub(r' width="([\d.]+)pt"', lambda width: f' style="max-width: {1.5 * float(width[1]):.0f}px"', head)
        body = f'{head} role="img" aria-label="{html.escape(self.described)}"{body[body.index(">") :]}'
        return body.replace(drawing.INK, "currentColor").replace(drawing.PAPER, "none")
