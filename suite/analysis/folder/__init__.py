"""A report's folder: collected from run directories, read back as values; what is known of each candidate and run."""
