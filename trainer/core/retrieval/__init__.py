"""Nearest neighbours, and the metrics and statistics of retrieval."""
