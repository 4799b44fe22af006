"""A Keras experiment comparison suite: fair studies of image classifiers, and reports that regenerate."""

import sys

from suite.core.shadows import hiding

if (_hidden := hiding()) is not None:
    if sys.argv[0] != "-m":
        raise ImportError(_hidden)
    sys.stderr.write(f"refused: {_hidden}\n")  # a command, which has not begun
    raise SystemExit(2)
