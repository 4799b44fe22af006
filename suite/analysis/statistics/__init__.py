"""How sure a comparison is: pure functions on arrays, each with its source. Imports nothing else of the suite."""
