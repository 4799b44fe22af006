"""The search of each candidate's parameters."""
