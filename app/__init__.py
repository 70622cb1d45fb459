"""The page: one module per tab over one library of pictures and checkpoints. Begin at `layout.py`."""

import os

# Before gradio loads: a page that is opened offline must not wait for somebody else's server.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
