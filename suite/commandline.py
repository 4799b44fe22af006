"""What every entry point shares: `key=value` arguments, refusals, and the exit codes.

Nothing heavy is imported here: `--help` and every refusal must answer in under a second.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from suite.core.home import ensure_home
from suite.core.output import never_fail
from suite.core.refusals import Refusal, nearest_first, os_error_text, unknown

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130


def boolean(text: str) -> bool:
    """`true` or `false`, as a converter for `parse`."""
    if text.lower() not in ("true", "false"):
        raise ValueError("true or false")
    return text.lower() == "true"


def whole_number(text: str, least: int | None = None) -> int:
    """A whole number, as a converter for `parse`; `least` is the smallest that is accepted."""
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text) or (least is not None and int(text) < least):
        raise ValueError("a whole number" if least is None else f"a whole number above {least - 1}")
    return int(text)


def parse(arguments: list[str], keys: Mapping[str, Callable[[str], object]]) -> dict[str, object]:
    """`key=value` arguments as a dictionary.

    `keys` maps each valid key to a converter; a converter raises ValueError with what it would accept.
    Raises Refusal for a misspelt key, a missing `=`, or a value that does not convert.
    """
    values: dict[str, object] = {}
    for argument in arguments:
        key, equals, text = argument.partition("=")
        if not equals:
            raise Refusal(f"{argument!r} is not key=value. Keys: {', '.join(nearest_first(argument, keys))}")
        if key not in keys:
            raise unknown("key", key, keys, "--help")
        try:
            values[key] = keys[key](text)
        except ValueError as error:
            raise Refusal(f"{key}={text}: expected {error}") from None
    return values


def parse_beside_places(
    arguments: list[str], keys: Mapping[str, Callable[[str], object]]
) -> tuple[list[str], dict[str, object]]:
    """The arguments that name a place, such as a report's folder, and the others as `parse` gives them.

    A place may have a `=` in its name. Raises Refusal as `parse` does.
    """
    named = [text for text in arguments if text.partition("=")[0] in keys and "=" in text]
    places = [text for text in arguments if text not in named]
    misspelt = [text for text in places if "=" in text and not Path(text).expanduser().exists()]
    return places, parse([*misspelt, *named], keys)


def name_list(text: str) -> list[str]:
    """`[A,B]` or `A,B` as a list of names, as a converter for `parse`."""
    names = [part.strip() for part in text.strip("[]").split(",") if part.strip()]
    if not names:
        raise ValueError("names, as in [a,b]")
    return names


def number_list(text: str) -> list[float]:
    """`[0.9,0.94]` or `0.9` as a list of numbers, as a converter for `parse`."""
    try:
        return [float(part) for part in name_list(text)]
    except ValueError as error:
        raise ValueError("numbers, as in [0.9,0.94]") from error


def import_keras() -> None:
    """Import Keras with its backend, as it comes; what the backend says on stderr meanwhile goes nowhere.

    TensorFlow greets before any of its settings is read, which does not belong beside a table. Raises Refusal for
    settings of Keras or a backend with which it would break off.
    """
    from suite.models import settings  # late: --help answers without it

    settings.refuse_settings()
    settings.choose_backend()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        import keras  # noqa: F401
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
    settings.as_it_comes()


def enter(main: Callable[[list[str]], int], help_text: str, arguments: list[str] | None = None) -> int:
    """Run an entry point: `--help`, refusals in one sentence on stderr, Ctrl-C as 130."""
    arguments = sys.argv[1:] if arguments is None else arguments
    never_fail()
    ensure_home(Path(next((text[10:] for text in arguments if text.startswith("workspace=")), "") or "."))
    try:
        if any(argument in ("-h", "--help", "help") for argument in arguments):
            print(help_text.strip(), flush=True)
            return DONE
        return main(arguments)
    except Refusal as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader (head, less) went away: nothing is wrong
        sys.stderr.close()
        return DONE
    except OSError as error:
        print(f"stopped: {os_error_text(error)}", file=sys.stderr)
        return FAILED
