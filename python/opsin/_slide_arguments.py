"""Checks of arguments that the slide modules share."""


def pair(value, what):
    try:
        first, second = value
    except (TypeError, ValueError):
        raise TypeError(f"{what} must be a pair of numbers, got {value!r}") from None
    return integer(first, what), integer(second, what)


def integer(value, what):
    """An int, a NumPy integer, or a float without a fraction."""
    number = int(value)
    if number != value:
        raise ValueError(f"{what} must be whole numbers, got {value!r}")
    return number
