"""Which queries a checkpoint gets wrong, and why."""
