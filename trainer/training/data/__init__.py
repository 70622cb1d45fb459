"""Training data: which images train, which measure the loss, which classes are held out, and the order of batches."""
