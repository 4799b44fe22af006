"""What every part may know and what knows none: refusals, durable files, outcomes, metrics, run directories."""
