"""What is known of architectures without building them: golden counts, published figures, common misquotations."""
