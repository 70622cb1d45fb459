"""What a run writes: its folder, the epochs that it saves, and the model card."""
