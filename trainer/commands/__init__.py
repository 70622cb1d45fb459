"""One module per verb of `python -m trainer`: add_arguments(parser) and run(options)."""
