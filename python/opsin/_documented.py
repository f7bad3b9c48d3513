"""Docstrings with entries and sections that several functions share."""


def documented(section="", **entries):
    """A decorator: lines ``{name}`` of the docstring become the entries of these names, and it goes on with a section."""

    def decorate(function):
        text = function.__doc__
        if text is not None:  # python -OO drops docstrings
            for name, entry in entries.items():
                text = text.replace(f"    {{{name}}}\n", entry)
            function.__doc__ = text + section
        return function

    return decorate
