"""A dump's production uncertainty in its limit: both ends beside it, averaged over as one nuisance, or left out.

The nuisance is that of HistFactory's normsys with exponentials (`darkpair.export.workspace` writes it): events N(t) = N (high / N)^t for t > 0, N (low / N)^-t
for t < 0, where t is normal.  It is averaged over as `darkpair.statistics` averages over means, so CLs of s events is
sum over t of P(n or fewer | s(t) + b) / P(n or fewer | b).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.searches.beam_dump import BeamDump

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array, Real
    from darkpair.searches.dump_search import DumpSearch
    from darkpair.searches.search import Search
    from darkpair.statistics import Counting

__all__ = ["PRODUCTION", "WAYS", "AveragedDump", "counting_of", "in_the_way", "limit_factor"]

#: What the name of a beam dump's curve has before an end of its production uncertainty.
PRODUCTION: Final = ", production "

#: "ends": the limit with the central production, and both ends beside it; "nuisance": the limit averaged over production; "none":
#: the central one alone.
WAYS: Final = ("ends", "nuisance", "none")

#: Nodes and weights on either side of the nuisance's middle, up to where a normal law ends for our purpose.
_NODES, _FAR = 96, 8.0

#: Factors of the limit between which it is looked for, and halvings of their logarithm's range.
_LEAST, _MOST, _HALVINGS = 1e-3, 1e6, 60

#: Events over the central ones below which an end counts as none.
_NONE: Final = 1e-12


def counting_of(search: DumpSearch, dump: BeamDump) -> Counting:
    """What a search behind a target counted: its own events, the detector's where its limit is the detector's, none otherwise."""
    from darkpair.statistics import Counting  # (with scipy)

    if search.observed is not None and search.background is not None:
        expected = search.background.measurement("events", "background")
        return Counting(
            observed=int(search.observed.value),
            background=expected.value,
            background_error=expected.error or 0.0,
        )
    run = dump.detector.run if search.signal_limit is None else {}
    if "observed" not in run or "background" not in run:
        return Counting(observed=0)
    error = run["background"].error if run["background"].value > 0.0 else None
    return Counting(
        observed=int(run["observed"].value),
        background=run["background"].value,
        background_error=error or 0.0,
    )


def limit_factor(counting: Counting, low: Real, high: Real) -> Array:
    """Limit at 90 % by CLs with an uncertain production over that without [1], of 1e6 at most.

    Parameters
    ----------
    counting : Counting
        Events seen and expected.
    low, high : float or ndarray
        Events at one standard deviation below and above, over the central ones [1]; arrays broadcast.
    """
    from darkpair.statistics import upper_limit  # (with scipy)

    down, up = np.broadcast_arrays(np.asarray(low, dtype=float), np.asarray(high, dtype=float))
    there = np.isfinite(down) & np.isfinite(up)
    logs = [np.log(np.maximum(np.where(there, end, 1.0), _NONE))[..., None] for end in (down, up)]
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    t = 0.5 * _FAR * (nodes + 1.0)
    density = weights * np.exp(-0.5 * t * t)
    density /= 2.0 * density.sum()
    shares = np.concatenate([np.exp(t * logs[0]), np.exp(t * logs[1])], axis=-1)
    both = np.concatenate([density, density])
    certain = upper_limit(counting, 0.90)
    target = 0.10 * counting.without_signal()
    left = np.full(down.shape, np.log(_LEAST))
    right = np.full(down.shape, np.log(_MOST))
    for _ in range(_HALVINGS):
        middle = 0.5 * (left + right)
        seen = np.sum(both * counting.at_most_of(certain * np.exp(middle)[..., None] * shares), axis=-1)
        left, right = np.where(seen > target, middle, left), np.where(seen > target, right, middle)
    return np.where(there, np.exp(0.5 * (left + right)), np.nan)


@dataclass(frozen=True, kw_only=True)
class AveragedDump(BeamDump):
    """A beam dump whose limit is averaged over its production uncertainty; without a point its value is scaled instead.

    Parameters
    ----------
    low, high : BeamDump
        Ends of the uncertainty.
    counting : Counting
        Events seen and expected.
    factor : float
        Of the limit at the point that it is of.
    """

    low: BeamDump
    high: BeamDump
    counting: Counting
    factor: float = 1.0

    @classmethod
    def of(cls, central: BeamDump, low: BeamDump, high: BeamDump, counting: Counting) -> AveragedDump:
        """Of three searches that differ in nothing but the production."""
        own: dict[str, Any] = {entry.name: getattr(central, entry.name) for entry in fields(central)}
        return cls(**own, low=low, high=high, counting=counting)

    def ends(self, model: Model) -> tuple[Array, Array]:
        """Events at both ends over the central ones [1]; 1 where there are none.

        Parameters
        ----------
        model : Model
            Its points.
        """
        whole = super().value(model)
        made = np.where(whole == 0.0, 1.0, whole)
        low, high = (np.where(whole == 0.0, 1.0, end.value(model) / made) for end in (self.low, self.high))
        return low, high

    def value(self, model: Model) -> Array:
        """Expected events, times the point's factor of the limit over that of the model's [1].

        Where an end of the uncertainty is not known, the sample being small, the central events count if they exclude nothing.
        """
        whole = super().value(model)
        factor = limit_factor(self.counting, *self.ends(model))
        allowed = np.where(whole > super().limit, np.nan, whole)
        return np.asarray(np.where(np.isnan(factor), allowed, whole / factor) * self.factor)

    @property
    def limit(self) -> float:
        """Signal excluded at 90 %, averaged over production at the point [events]."""
        return super().limit * self.factor

    def at_point(self, model: Model) -> Search:
        """The search with the limit of a point; the limit without an uncertainty where nothing is known there."""
        factor = float(limit_factor(self.counting, *self.ends(model)))
        return self if np.isnan(factor) else replace(self, factor=factor)

    def note(self, model: Model) -> str:
        """How uncertain production is at the point."""
        low, high = (float(end) for end in self.ends(model))
        if not np.isfinite(low + high):
            return "an end of the production uncertainty is not known here"
        return f"its limit is averaged over production, {low:.3g} to {high:.3g} times the central one at one sigma"


def in_the_way(
    way: str, searches: Mapping[str, tuple[str, Search]], behind: Mapping[str, DumpSearch]
) -> dict[str, tuple[str, Search]]:
    """Searches by name with what they are, production taken in one of `WAYS`.

    Parameters
    ----------
    way : str
        Of `WAYS`.
    searches : mapping
        With both ends of each search behind a target.
    behind : mapping of str to DumpSearch
        Those behind a target.
    """
    if way == "ends":
        return dict(searches)
    out = {name: entry for name, entry in searches.items() if PRODUCTION not in name}
    if way == "none":
        return out
    for name, (kind, central) in out.items():
        ends = [searches.get(f"{name}{PRODUCTION}{end}", ("", None))[1] for end in ("low", "high")]
        if name in behind and isinstance(central, BeamDump):
            low, high = ends
            assert isinstance(low, BeamDump)
            assert isinstance(high, BeamDump)
            out[name] = kind, AveragedDump.of(central, low, high, counting_of(behind[name], central))
    return out
