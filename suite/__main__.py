"""`python -m suite`: the commands that there are, and the pages that come with the package.

Imports nothing heavy.
"""

from __future__ import annotations

import sys
from pathlib import Path

from suite.commandline import DONE, enter
from suite.core.refusals import Refusal, unknown

COMMANDS = {
    "suite.run": "train what is missing of a study, and render its report",
    "suite.report": "render reports again, of one study or of several, and publish them",
    "suite.claims": "what articles claim, each sentence with its verdict from tests, papers and published studies",
    "suite.diff": "what changed between two reports of a study: rows, flipped images, verdicts, conditions",
    "suite.reproduce": "one row of a report again, from what its page has inside it",
    "suite.site": "the published reports, the architectures and the README as a site that opens offline",
    "suite.status": "what runs, what is left, what it takes on disk; rebuild the projections; clean up",
    "suite.predict": "a trained winner on a folder of pictures",
    "suite.models": "the architectures: sizes, costs, and what papers said",
    "suite.recipes": "the recipes, and every part and number that one may name",
    "suite.data": "the data sets: how they are found, and what is in them",
    "suite.bench": "how fast the suite trains, beside other ways to train, and with each augmentation",
    "suite.bench.search": "how well the search finds its best trial, by replayed learning curves",
    "suite.bench.recorded": "records learning curves of small networks for that",
    "suite.bench.scale": "what one coordinator carries, by a simulation",
}
DOCS = Path(__file__).parent / "docs"


def topics() -> list[str]:
    """The names of the pages."""
    return sorted(path.stem for path in DOCS.glob("*.md"))


def page(topic: str) -> str:
    """A page, with the address of the files that it names. Raises Refusal where there is none of that name."""
    if topic not in topics():
        raise unknown("topic", topic, topics())
    return (DOCS / f"{topic}.md").read_text(encoding="utf-8").replace("suite/docs/", f"{DOCS}/")


def overview() -> str:
    lines = [f"  python -m {name:<20} {text}" for name, text in COMMANDS.items()]
    pages = f"Pages: {', '.join(f'python -m suite help {topic}' for topic in topics())}"
    return "\n".join(["Commands; each has a --help:", "", *lines, "", pages])


def main(arguments: list[str]) -> int:
    if not arguments:
        print(overview(), flush=True)
    elif arguments[0] == "topic" and len(arguments) == 2:
        print(page(arguments[1]), end="", flush=True)
    elif f"suite.{arguments[0]}" in COMMANDS:
        raise Refusal(f"{arguments[0]} is a module: python -m suite.{' '.join(arguments)}")
    else:
        raise Refusal(f"{' '.join(arguments)!r}: expected nothing, or help TOPIC with one of: {', '.join(topics())}")
    return DONE


if __name__ == "__main__":
    given = sys.argv[1:]
    if given[:1] == ["help"] and len(given) > 1:  # alone it asks for what --help asks for
        given = ["topic", *given[1:]]
    sys.exit(enter(main, overview(), given))
