"""What training minimises: the loss on the embeddings, with guidance by class names and other terms."""
