"""Exposure (skimage.exposure)."""

from opsin import _contrast, _exposure_adjust, _histogram
from opsin._contrast import *  # noqa: F403
from opsin._exposure_adjust import *  # noqa: F403
from opsin._histogram import *  # noqa: F403

__all__ = [*_contrast.__all__, *_exposure_adjust.__all__, *_histogram.__all__]
