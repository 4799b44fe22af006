"""Learning curves that the suite's own trainer has recorded, and searches that are replayed on them.

What `python -m suite.bench.search` showed (20 repeats; a perceptron with 32 points and LeNet-5 with 24, on digits): at
four trials the pruner alone saves 3% of the epochs, for it waits for three rivals. Trials of half a final run's length,
which budget `laptop` has since, take 49% of an unpruned search's epochs and end 0.28 points above it (standard error
0.12), 3.4 above random search at the same cost (2.4) and 1.4 above one that begins with the recipe (0.2).
"""
