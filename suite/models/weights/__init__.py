"""Weights from elsewhere: which there are, and how they come into our networks."""
