"""Functions that scikit-image has deprecated, with its words: filters of warnings look for them."""

import functools
import warnings


def deprecated(since, until, hint):
    """A decorator: the function warns its caller with a FutureWarning."""

    def decorate(function):
        message = (
            f"`{function.__name__}` is deprecated since version {since} and will be removed in version {until}. {hint}"
        )

        @functools.wraps(function)
        def warning(*args, **kwargs):
            warnings.warn(message, category=FutureWarning, stacklevel=2)
            return function(*args, **kwargs)

        return warning

    return decorate
