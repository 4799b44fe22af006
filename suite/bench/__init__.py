"""What the suite's own choices are measured by."""
