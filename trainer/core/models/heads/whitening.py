"""Whitening by the covariance within classes."""

import numpy as np


def whitening(features: np.ndarray, labels: np.ndarray, shrinkage: float) -> tuple[np.ndarray, np.ndarray]:
    """(D, D) symmetric matrix and (D,) mean that make differences within classes equally large in all directions.

    S_w^(-1/2), with S_w the within-class covariance, shrunk by `shrinkage` (0 to 1) toward its mean variance (Ledoit &
    Wolf, 2004); 1 whitens nothing. Directions in which images of one class differ count less (Hariharan, Malik &
    Ramanan, ECCV 2012).
    """
    mean = features.mean(0)
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(labels[order]) > 0])
    sizes = np.diff(np.r_[starts, len(labels)])
    means = np.add.reduceat(features[order], starts) / sizes[:, None]  # (C, D)
    within = features[order] - np.repeat(means, sizes, axis=0)  # (n, D)
    covariance = within.T @ within / max(1, len(labels) - len(sizes))
    covariance = (1 - shrinkage) * covariance + shrinkage * np.eye(len(mean)) * np.trace(covariance) / len(mean)
    values, vectors = np.linalg.eigh(covariance.astype(np.float64))
    matrix = vectors / np.sqrt(values.clip(values.max() * 1e-9)) @ vectors.T
    return (matrix / matrix.diagonal().mean()).astype(np.float32), mean.astype(np.float32)
