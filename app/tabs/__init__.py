"""One module per tab: handlers, layout, wiring, in that order."""
