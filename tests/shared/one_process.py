"""Quick samples in the process of the test: two others take longer to start than the samples take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from darkpair.workers import worker_pool

__all__ = ["one_process"]


@contextmanager
def one_process() -> Iterator[None]:
    """Scans start no workers meanwhile, whatever number is asked for; what workers give is compared by tests/scan."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("darkpair.scan.points.worker_pool", lambda _: worker_pool(1))
        yield
