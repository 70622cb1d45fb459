"""The page: one module for each tab over one library of images and checkpoints. Begin at `page.py`."""
