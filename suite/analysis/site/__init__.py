"""The published reports, the architectures and the README as a folder of static pages that opens without a server."""
