"""Learning curves that the suite's own trainer has recorded, and searches that are replayed on them."""
