"""GUIE Atlas: see what an image embedding has learned. `python app.py --help` lists the options.

`app/page.py` builds the page from what `app/library/library.py` opens; that in turn uses `trainer`.
"""

import sys

from app.startup import start

page = start(sys.argv[1:] if __name__ == "__main__" else [])
demo = page.demo

if __name__ == "__main__":
    page.launch()
