"""The gallery and checkpoints that the page serves, and what is computed from them. Imports nothing else of app/."""
