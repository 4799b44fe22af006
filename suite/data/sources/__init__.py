"""Where images come from, one file for each set or family of sets: each declares its own as `SETS`."""
