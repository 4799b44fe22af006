"""Studies: what is planned, searched, run, recorded and survived."""
