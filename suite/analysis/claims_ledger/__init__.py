"""What articles claim, sentence by sentence, and what decides each."""
