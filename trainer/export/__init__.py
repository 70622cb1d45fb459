"""What leaves the project: the deployable embedder, the model card, the report and the Hub."""
