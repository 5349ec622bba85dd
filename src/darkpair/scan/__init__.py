"""Scans over model points: results cached by content, in parallel, resumed where a run was stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darkpair.gen.lazy import lazily

if TYPE_CHECKING:
    from darkpair.scan.acceptance import Acceptance
    from darkpair.scan.points import cache_folder, cache_key, grid, scan, together

__all__ = ["Acceptance", "cache_folder", "cache_key", "grid", "scan", "together"]

__getattr__ = lazily(
    __name__,
    {
        "Acceptance": "acceptance",
        "cache_folder": "points",
        "cache_key": "points",
        "grid": "points",
        "scan": "points",
        "together": "points",
    },
)
