"""All global thresholds side by side (skimage.filters)."""

import math

from opsin import _threshold_li, _thresholds

__all__ = ["try_all_threshold"]

_METHODS = {
    "Isodata": _thresholds.threshold_isodata,
    "Li": _threshold_li.threshold_li,
    "Mean": _thresholds.threshold_mean,
    "Minimum": _thresholds.threshold_minimum,
    "Otsu": _thresholds.threshold_otsu,
    "Triangle": _thresholds.threshold_triangle,
    "Yen": _thresholds.threshold_yen,
}


def try_all_threshold(image, figsize=(8, 5), verbose=True):
    """Draw an image, and what is above each of its global thresholds.

    Parameters
    ----------
    image : array, shape (M, N)
        Grey image.
    figsize : tuple of two numbers, optional
        Size of the figure in inches.
    verbose : bool, optional
        Print the name of each threshold function.

    Returns
    -------
    fig : matplotlib.figure.Figure
    ax : numpy.ndarray of matplotlib.axes.Axes
        One for the image, one for each of isodata, Li, mean, minimum, Otsu, triangle and Yen. Where a threshold cannot be
        found, the name of the exception stands in its place.

    Raises
    ------
    ImportError
        If there is no matplotlib.
    """
    from matplotlib import pyplot

    from opsin import asarray

    columns = 2
    rows = math.ceil((len(_METHODS) + 1) / columns)
    fig, ax = pyplot.subplots(rows, columns, figsize=figsize, sharex=True, sharey=True)
    ax = ax.reshape(-1)
    shown = asarray(image, device="cpu").__array__()
    ax[0].imshow(shown, cmap=pyplot.cm.gray)
    ax[0].set_title("Original")
    for axes, (name, function) in zip(ax[1:], _METHODS.items()):
        axes.set_title(name)
        try:
            axes.imshow(shown > float(function(image)), cmap=pyplot.cm.gray)
        except Exception as error:  # noqa: BLE001
            axes.text(0.5, 0.5, type(error).__name__, ha="center", va="center", transform=axes.transAxes)
        if verbose:
            print(f"opsin.filters.{function.__name__}")  # lint-allow: what `verbose` asks for
    for axes in ax:
        axes.axis("off")
    fig.tight_layout()
    return fig, ax
