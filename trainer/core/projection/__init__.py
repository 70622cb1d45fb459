"""Projections of embeddings to two or three dimensions: UMAP, t-SNE, PCA."""
