"""A report's pages, put together as plain values once, then written as HTML and as Markdown."""
