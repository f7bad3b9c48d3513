"""Measurements (skimage.measure)."""

from opsin._block_reduce import block_reduce
from opsin._blur_effect import blur_effect
from opsin._colocalization import (
    intersection_coeff,
    manders_coloc_coeff,
    manders_overlap_coeff,
    pearson_corr_coeff,
)
from opsin._entropy import shannon_entropy
from opsin._moments import (
    centroid,
    inertia_tensor,
    inertia_tensor_eigvals,
    moments,
    moments_central,
    moments_coords,
    moments_coords_central,
    moments_hu,
    moments_normalized,
)
from opsin._profile import profile_line

__all__ = [
    "block_reduce",
    "blur_effect",
    "centroid",
    "inertia_tensor",
    "inertia_tensor_eigvals",
    "intersection_coeff",
    "manders_coloc_coeff",
    "manders_overlap_coeff",
    "moments",
    "moments_central",
    "moments_coords",
    "moments_coords_central",
    "moments_hu",
    "moments_normalized",
    "pearson_corr_coeff",
    "profile_line",
    "shannon_entropy",
]
