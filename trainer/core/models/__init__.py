"""Backbones, heads, embedders and the checkpoints that store them."""
