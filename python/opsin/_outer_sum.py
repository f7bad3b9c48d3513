"""Distances in a grid, as sums along its axes; numpy.ogrid takes longer than a footprint's other steps together."""

import math

import numpy as np


def centred(radius):
    """The numbers from -radius to radius in steps of 1, as numpy.ogrid has them."""
    return np.arange(math.ceil(radius + 1 + radius)) - radius


def outer_sum(line, ndim):
    """An array of `ndim` axes: at each place the sum of the line's values at its coordinates."""
    total = line
    for _ in range(ndim - 1):
        total = np.add.outer(total, line)
    return total
