"""Galleries: reading images and their metadata from folders, tables, data sets and the Hub."""
