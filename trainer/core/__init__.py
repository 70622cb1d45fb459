"""What trainer and app share: gallery -> features -> embeddings -> neighbours, map and metrics.

Nothing here imports the app or the rest of the trainer.

    from trainer.core.models.checkpoint import open_checkpoint
    from trainer.core.models.embedder import gallery_embeddings
    from trainer.core.data.gallery import open_gallery

    gallery = open_gallery("sample")
    embeddings = gallery_embeddings(gallery, open_checkpoint("arcface-bn-lite2"))  # (N, 64) unit rows
"""
