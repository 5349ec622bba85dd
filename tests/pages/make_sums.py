"""Sums over the channels of a model beside one job with all of them, for docs/limits.md."""

from __future__ import annotations

import time
from typing import Any

from tests.shared.channel_sums import POINTS, kept

__all__ = ["channel_sums"]


def channel_sums(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows of three points; 2 % are three standard errors of the difference at full size."""
    rows = []
    share = 1.0 / 30.0 if quick else 1.0
    for point in POINTS:
        start = time.process_time()
        sums = kept(point, share)
        rows.append(
            {
                "point": point.what,
                "c tau [mm]": point.ctau,
                "channels": len(sums.channels),
                "largest share": max(value for value, _ in sums.channels.values()) / sums.added,
                "together": sums.together,
                "added": sums.added,
                "difference": sums.added / sums.together - 1.0,
                "error": sums.error / sums.together,
                "CPU [s]": time.process_time() - start,
            }
        )
    return rows, {"share of events": share}
