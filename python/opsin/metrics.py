"""How much two images differ (skimage.metrics)."""

from opsin import _image_metrics
from opsin._image_metrics import *  # noqa: F403

__all__ = [*_image_metrics.__all__]
