"""Candidates against each other: which may be compared, with which spread, how much they differ, what was claimed."""
