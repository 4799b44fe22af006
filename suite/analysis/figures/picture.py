"""A drawn figure on its way to a page."""

from __future__ import annotations

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

    @property
    def inline(self) -> str:
        """The figure as an element of a page: in the page's colours, with a title for those who do not see it."""
        body = self.svg[self.svg.index("<svg") :]
        head = re.sub(r' height="[\d.]+pt"', "", body[: body.index(">")])
        head = re.sub(r' width="([\d.]+)pt"', lambda width: f' style="max-width: {1.5 * float(width[1]):.0f}px"', head)
        label = self.title.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
        body = f'{head} role="img" aria-label="{label}"{body[body.index(">") :]}'
        return body.replace(drawing.INK, "currentColor").replace(drawing.PAPER, "none")
