"""What is different between two reports of one study: rows, flipped images, conditions, verdicts, records."""
