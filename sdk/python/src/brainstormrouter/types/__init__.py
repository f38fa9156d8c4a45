"""The shapes of bodies, answers and events, as `TypedDict`s. They are what the wire has: plain `dict`s at run time."""

from ._generated import *  # noqa: F403
