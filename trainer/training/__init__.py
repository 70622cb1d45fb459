"""Training: from a recipe and galleries to a checkpoint folder. Begin at `fit.py`."""
