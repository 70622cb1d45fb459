"""GUIE Atlas: see what an image embedding has learnt. `python app.py --help` shows the options.

The page is drawn in `app/page.py`; what it knows comes from `app/library/library.py`, and that from `trainer/core`.
"""

import sys

from app.library.library import open_library
from app.page import build_page, launch
from app.settings import read_settings

settings = read_settings(sys.argv[1:] if __name__ == "__main__" else [])
library = open_library(settings.gallery, settings.checkpoints)
demo = build_page(library, settings.lang)

if __name__ == "__main__":
    launch(demo, library, settings)
