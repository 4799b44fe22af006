"""The comparison table: one data frame of numbers, and how people read it in each notation."""
