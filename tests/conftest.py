"""Hypothesis tries the same examples every time: what passes once passes on every machine.

Files that others published and the package does not hold are looked for in DARKPAIR_REFERENCE, or beside the checkout.
"""

import os
from pathlib import Path

from hypothesis import settings

os.environ.setdefault("DARKPAIR_REFERENCE", str(Path(__file__).parents[2] / "shared" / "data"))

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")
