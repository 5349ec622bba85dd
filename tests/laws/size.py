"""Whether the laws run at full size: ``nox -s laws``, or DARKPAIR_LAWS=full in the environment."""

from __future__ import annotations

import os

__all__ = ["FULL"]

FULL = os.environ.get("DARKPAIR_LAWS") == "full"
