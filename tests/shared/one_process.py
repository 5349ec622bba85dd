"""Quick samples in the process of the test: two others take longer to start than the samples take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from darkpair.scan import points

__all__ = ["one_process"]


@contextmanager
def one_process() -> Iterator[None]:
    """Scans start no workers meanwhile, whatever number is asked for; what workers give is compared by tests/scan."""
    pool = points.worker_pool
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(points, "worker_pool", lambda _: pool(1))
        yield
