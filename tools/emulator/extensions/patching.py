"""The two ways in which an extension changes a class of moto."""

import functools


def adds(owner):
    """Adds a method that moto does not have; an error if it has, since the extension is not needed then."""

    def decorate(function):
        if hasattr(owner, function.__name__):
            raise TypeError(f"moto has {owner.__name__}.{function.__name__} itself: remove the extension")
        setattr(owner, function.__name__, function)
        return function

    return decorate


def wraps(owner, name=None):
    """Replaces a method of moto by one that is given the original as its first argument."""

    def decorate(function):
        original = getattr(owner, name or function.__name__)

        @functools.wraps(original)
        def replacement(*arguments, **keywords):
            return function(original, *arguments, **keywords)

        setattr(owner, name or function.__name__, replacement)
        return function

    return decorate
