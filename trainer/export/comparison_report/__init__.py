"""The results of a comparison as one file: a stand-alone HTML page, Markdown, or a CSV table."""
