"""Which NumPy reductions run natively on every device."""

import numpy as np

_NAMES = {
    np.sum: "sum",
    np.prod: "prod",
    np.mean: "mean",
    np.var: "var",
    np.std: "std",
    np.min: "min",
    np.amin: "min",
    np.max: "max",
    np.amax: "max",
    np.median: "median",
}


def native_name(func):
    """The name of a reduction that opsin has, or None."""
    try:
        return _NAMES.get(func)
    except TypeError:  # not hashable
        return None
