"""Filters (skimage.filters)."""

from opsin import (
    _edges,
    _gabor,
    _gaussian,
    _median,
    _ridges,
    _sharpen,
    _sparse,
)
from opsin._edges import *  # noqa: F403
from opsin._gabor import *  # noqa: F403
from opsin._gaussian import *  # noqa: F403
from opsin._median import *  # noqa: F403
from opsin._ridges import *  # noqa: F403
from opsin._sharpen import *  # noqa: F403
from opsin._sparse import *  # noqa: F403

__all__ = [
    *_edges.__all__,
    *_gabor.__all__,
    *_gaussian.__all__,
    *_median.__all__,
    *_ridges.__all__,
    *_sharpen.__all__,
    *_sparse.__all__,
]
