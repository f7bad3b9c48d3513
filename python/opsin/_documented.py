"""Docstrings with sections that several functions share."""


def documented(parameters):
    """A decorator: the docstring goes on with a section that several functions share."""

    def decorate(function):
        function.__doc__ += parameters
        return function

    return decorate
