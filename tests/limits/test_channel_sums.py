"""Channels of a model add up to one job with all of its productions and modes; an event with both X2 inside is one event.

At three points with a thirtieth of the events of ``nox -s channel_sums``, whose figures stand on docs/limits.md.  Bounds are
4.89 standard errors, a failure rate of 1e-6 for each of the five comparisons.
"""

from __future__ import annotations

import pytest

from darkpair.chains.models.channels import visible_modes
from tests.shared.channel_sums import POINTS, Point, kept

SHARE = 1.0 / 30.0
SIGMAS = 4.89


@pytest.mark.parametrize(
    ("point", "channels"), list(zip(POINTS, (7, 2, 5), strict=True)), ids=("near", "ship", "koto")
)
def test_channels_add_up_to_one_job(point: Point, channels: int) -> None:
    sums = kept(point, SHARE)
    assert len(sums.channels) == channels
    assert sums.error < 0.08 * sums.together
    assert abs(sums.added - sums.together) < SIGMAS * sums.error
    if point.experiment == "near":
        model = point.model()
        twice = sums.inside_twice(model, visible_modes(model))
        assert twice - sums.together > SIGMAS * sums.error  # (here it would be seen)
        assert twice - sums.added > SIGMAS * sums.error
