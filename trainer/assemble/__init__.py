"""Builds a gallery from public data sets."""
