"""Transforms (skimage.transform)."""

from opsin import _integral
from opsin._integral import *  # noqa: F403

__all__ = [*_integral.__all__]
