"""Whether a decay is open."""

from __future__ import annotations

from collections.abc import Sequence

from darkpair.gen.digits import apart
from darkpair.gen.errors import ClosedChannelError

__all__ = ["require_open"]


def require_open(mass: float, masses: Sequence[float], what: str = "decay") -> None:
    """Refuse a decay into more mass than there is.

    Raises
    ------
    ClosedChannelError
        With both masses.
    """
    if not mass > sum(masses):
        weight, parent = apart(sum(masses), mass)
        raise ClosedChannelError(
            f"{what} is closed: the daughters weigh {' + '.join(f'{m:.6g}' for m in masses)} = {weight} GeV, "
            f"the parent {parent} GeV; lower the daughters' masses"
        )
