"""What the gallery's scripts share: images on the chosen device, and panels of them."""

import importlib
import os

import numpy as np
import skimage.data
from matplotlib import pyplot as plt

# NumPy: the CPU. XP=cupy: a GPU; nothing else in a script changes.
xp = importlib.import_module(os.environ.get("XP", "numpy"))


def load(name, **arguments):
    """An image that scikit-image ships."""
    return xp.asarray(getattr(skimage.data, name)(**arguments))


def host(array):
    """The same as a NumPy array, to be drawn."""
    return array.get() if hasattr(array, "get") else np.asarray(array)


def panels(images, width=10.0, cmap="gray", **imshow):
    """A row of titled images ({title: image}); the axes, for what is drawn over them."""
    arrays = [host(image) for image in images.values()]
    height = width / sum(a.shape[1] / a.shape[0] for a in arrays) + 0.35
    ratios = [a.shape[1] / a.shape[0] for a in arrays]
    figure, axes = plt.subplots(
        1, len(arrays), figsize=(width, height), width_ratios=ratios, layout="constrained", squeeze=False
    )
    for axis, title, array in zip(axes[0], images, arrays):
        # A few bright specks would leave the rest of an image of floats black.
        scale = dict(vmax=np.percentile(array, 99.8)) if array.ndim == 2 and array.dtype.kind == "f" else {}
        axis.imshow(array, cmap=cmap, **(scale | imshow))
        axis.set_title(title, fontsize=9)
        axis.set_axis_off()
    return axes[0]
