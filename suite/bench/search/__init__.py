"""How well the search works, by replayed learning curves."""
