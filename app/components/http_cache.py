"""How long a browser may keep a response."""

FOR_A_YEAR = {"Cache-Control": "public, max-age=31536000, immutable"}  # if the URL changes with the content
