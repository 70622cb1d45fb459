"""Fine-tuning the backbone together with the head."""
