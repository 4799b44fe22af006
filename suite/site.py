"""`python -m suite.site`: the published reports, the architectures and the README as a site that opens offline."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from suite.commandline import DONE, FAILED, boolean, enter, import_keras, parse

HELP = """
Write a site of static pages: every published study with its verdicts and its report, every architecture with its facts
and its results, how the suite works, and a search. It opens from the disk, without a server or a network.

    python -m suite.site [folder=DIR] [workspace=DIR] [layers=true]

folder=DIR      where to write it (site in the workspace); a folder with anything else in it is refused
workspace=DIR   whose reports/published is shown (the current folder)
layers=true     each architecture's layers too; Keras has to build them all, which takes a minute or several

Exit: 0 done; 1 a link leads nowhere; 2 refused.
"""


def main(arguments: list[str]) -> int:
    keys: dict[str, Callable[[str], object]] = {"folder": str, "workspace": str, "layers": boolean}
    values = parse(arguments, keys)
    workspace = Path(str(values.get("workspace", "."))).expanduser()
    target = Path(str(values["folder"])).expanduser() if "folder" in values else workspace / "site"
    from suite.analysis.site import building, studies

    building.require_own(target)
    studies.published(workspace / "reports" / "published")  # before the minutes that layers take
    layers = dict(traces()) if values.get("layers") else {}
    built = building.build(workspace / "reports" / "published", target, guides(workspace), layers)
    for link in built.dead:
        print(f"leads nowhere: {link}", file=sys.stderr)
    print(f"studies: {built.studies}, architectures: {built.architectures}, in {target / 'index.html'}")
    return FAILED if built.dead else DONE


def guides(workspace: Path) -> dict[str, str]:
    """The pages of Markdown by name: the README, the ledger of claims where there is one, then those that
    `python -m suite help TOPIC` prints."""
    from suite.__main__ import DOCS, topics

    beside = Path(__file__).parent.parent / "README.md"
    if beside.is_file():
        readme = beside.read_text(encoding="utf-8")
    else:  # installed: packages carry their README as their description
        readme = str(metadata.metadata("keras-comparison-suite").json["description"])
    ledger = workspace / "reports" / "claims.md"
    claims = {"claims": ledger.read_text(encoding="utf-8")} if ledger.is_file() else {}
    return {
        "how": readme,
        **claims,
        **{f"how-{topic}": (DOCS / f"{topic}.md").read_text(encoding="utf-8") for topic in topics()},
    }


def traces() -> Iterator[tuple[str, list[list[str]]]]:
    """The layers of every architecture at its paper's sizes, headings first."""
    import_keras()
    from suite.models import registry
    from suite.models.facts import golden
    from suite.models.layer_table import layer_table

    for name in golden.lines():
        known = registry.facts(name)
        model = registry.build_outline(name, tuple(known["input_shape"]), known["num_classes"])
        rows = [
            [
                row.name,
                row.operation,
                "×".join(map(str, row.output_shape)),
                f"{row.params:,}" if row.params else "",
                "" if not row.macs else f"{row.macs:,}",
                "all" if row.view.field is None else str(row.view.field),
            ]
            for row in layer_table(model)
        ]
        yield name, [["Layer", "Operation", "Output", "Parameters", "Multiply-adds", "Sees pixels"], *rows]


if __name__ == "__main__":
    sys.exit(enter(main, HELP))
