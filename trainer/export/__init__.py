"""Deployable files, the model card, the report on several recipes, and the Hub."""
