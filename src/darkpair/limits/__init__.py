"""From couplings to exclusion: samples of each pair of masses, acceptances against c tau, what every search says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darkpair.gen.lazy import lazily

if TYPE_CHECKING:
    from darkpair.limits.ratios import RatioRow, excluded_ratios
    from darkpair.limits.reach import ReachMap, reach_map
    from darkpair.limits.rows import LimitRow, limit_rows, models_of, plain_rows, strongest_row
    from darkpair.limits.samples import Size

__all__ = [
    "LimitRow",
    "RatioRow",
    "ReachMap",
    "Size",
    "excluded_ratios",
    "limit_rows",
    "models_of",
    "plain_rows",
    "reach_map",
    "strongest_row",
]

__getattr__ = lazily(
    __name__,
    {
        "LimitRow": "rows",
        "RatioRow": "ratios",
        "ReachMap": "reach",
        "Size": "samples",
        "excluded_ratios": "ratios",
        "limit_rows": "rows",
        "models_of": "rows",
        "plain_rows": "rows",
        "reach_map": "reach",
        "strongest_row": "rows",
    },
)
