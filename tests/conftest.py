"""Hypothesis tries the same examples every time: what passes once passes on every machine."""

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")
