"""Values for values, and rows without repetition (skimage.util)."""

from opsin._native import util as _native


def map_array(input_arr, input_vals, output_vals, out=None):
    """Replace the values of an integer array by others.

    Parameters
    ----------
    input_arr : array of int
        Array of any shape.
    input_vals : array, shape (K,)
        The values to replace; of equal ones the last counts. They are cast to the dtype of `input_arr`.
    output_vals : array, shape (K,)
        What each becomes. Further elements have no influence.
    out : array, optional
        Where the result goes; of the shape of `input_arr`, any dtype and any strides. It may overlap the inputs.

    Returns
    -------
    array
        Of the shape of `input_arr` and the dtype of `output_vals` (or `out`); 0 where a value is not in `input_vals`.

    Raises
    ------
    TypeError
        If `input_arr` holds no integers.
    ValueError
        For an `out` of another shape, values that have not one axis, or fewer output than input values.
    """
    return _native.map_array(input_arr, input_vals, output_vals, out)


def unique_rows(ar):
    """The different rows of an array.

    Parameters
    ----------
    ar : array, shape (M, N)
        Array of any dtype.

    Returns
    -------
    array, shape (K, N)
        Each row once, in the order of their bytes in memory. How many there are is known when it returns: it waits for
        a GPU.

    Raises
    ------
    ValueError
        If `ar` has another number of axes, or rows without elements.
    """
    return _native.unique_rows(ar)
