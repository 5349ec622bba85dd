"""A search between masses at which it has samples: its acceptances interpolated, with the error of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.gen.errors import InputError
from darkpair.scan.acceptance import Acceptance

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array
    from darkpair.searches.search import Search

__all__ = ["Between", "rests_on_samples"]

#: Relative error of an acceptance that one neighbour alone has: a channel that is too rare at the other.
_WHOLE: Final = 1.0

#: What a search holds for the mass of X2, and for what it does not exceed where nothing is known.
_MASS, _MOST = "mass", "most"

#: What a sample of mesons holds at each c tau of its acceptance: the error of the spectrum's tail.
_TAIL: Final = "tail"


class _UnlikeError(InputError):
    """Two searches that differ in more than acceptances."""


@dataclass(frozen=True, kw_only=True)
class _Logs:
    """An interpolated acceptance at each c tau [mm], and the relative error of the interpolation."""

    ctau: Array
    value: Array
    error: Array


@dataclass(frozen=True, kw_only=True)
class Between:
    """A place between two sampled ones.

    The logarithm of an acceptance at a fixed c tau is linear in the place.  Its error there has two parts: those of both samples, added
    as if they went together, because samples share their random numbers; and the second derivative that the next sampled place to
    either side shows, the larger of both, times ``(x - a)(b - x) / 2``.  That is what leaving out one of the samples says, for
    the distance that there is.

    Parameters
    ----------
    places : tuple of (float or None), (4,)
        Sampled places in growing order: two below and two above; the outer ones may lack.
    place : float
        Where.
    mass : float [GeV]
        Mass of X2 there.
    samples : bool
        Whether the error of the samples is in the errors, beside that of the interpolation.
    """

    places: tuple[float | None, float, float, float | None]
    place: float
    mass: float
    samples: bool = True
    _made: dict[tuple[int, ...], tuple[tuple[Any, ...], Acceptance]] = field(default_factory=dict, repr=False)
    _logs: dict[tuple[int, ...], _Logs | None] = field(default_factory=dict, repr=False)

    @property
    def without_samples(self) -> Between:
        """The same with the error of the interpolation alone; what both work out stands once."""
        return replace(self, samples=False, _made={})

    @property
    def weight(self) -> float:
        """Of the sampled place above [1]."""
        _, low, high, _ = self.places
        return (self.place - low) / (high - low)

    def search(self, searches: Sequence[Search | None]) -> Search | None:
        """The search at the place, from those of the four; None where the two beside it are unlike."""
        try:
            made: Search = self._mixed(tuple(searches), "")
        except _UnlikeError:
            return None
        return made

    def _mixed(self, parts: tuple[Any, ...], name: str) -> Any:
        """Something that searches hold, at the place."""
        low, high = parts[1], parts[2]
        if isinstance(low, Acceptance) and isinstance(high, Acceptance):
            return self._acceptance(tuple(p if isinstance(p, Acceptance) else None for p in parts))
        if low is high:
            return low
        if name == _MASS and isinstance(low, float):
            return self.mass
        if name == _MOST and isinstance(low, float):
            return max(low, high)
        if type(low) is not type(high):
            raise _UnlikeError(name)
        if isinstance(low, tuple) and all(hasattr(p, "channel") for p in (*low, *high)):
            return self._channels(parts)
        if isinstance(low, tuple) and len(low) == len(high):
            like = [p if isinstance(p, tuple) and len(p) == len(low) else (None,) * len(low) for p in parts]
            return tuple(self._mixed(each, name) for each in zip(*like, strict=True))
        if is_dataclass(low) and not isinstance(low, type):
            own = {
                entry.name: self._mixed(tuple(getattr(p, entry.name, None) for p in parts), entry.name)
                for entry in fields(low)
                if entry.init and entry.name != _TAIL
            }
            if hasattr(low, _TAIL):
                own[_TAIL] = self._tail(low, high, own["acceptance"])
            same = all(own[key] is getattr(low, key) for key in own)
            return low if same else replace(low, **own)
        if not _equal(low, high):
            raise _UnlikeError(name)
        return low

    def _channels(self, parts: tuple[Any, ...]) -> tuple[Any, ...]:
        """Channels of either neighbour: one that the other lacks is too rare there to count, and has its acceptance doubted."""
        tables = [{} if p is None else {each.channel: each for each in p} for p in parts]
        low, high = tables[1], tables[2]
        out = []
        for channel in dict.fromkeys((*low, *high)):
            if channel in low and channel in high:
                out.append(self._mixed(tuple(t.get(channel) for t in tables), ""))
            else:
                out.append(_doubted(low.get(channel) or high[channel]))
        return tuple(out)

    def _tail(self, low: Any, high: Any, made: Acceptance) -> tuple[float, ...]:
        """Error of the tail at each c tau of the interpolated acceptance, linear in the place."""
        if not made.ctau:
            return ()
        ends = [each.tail_error(np.asarray(made.ctau)) for each in (low, high)]
        mean = (1.0 - self.weight) * ends[0] + self.weight * ends[1]
        return tuple(np.broadcast_to(mean, len(made.ctau)).tolist())

    def _acceptance(self, parts: tuple[Acceptance | None, ...]) -> Acceptance:
        """The acceptance where both neighbours know it, each pair once."""
        key = tuple(id(part) for part in parts)
        if key not in self._made:
            self._made[key] = parts, self._interpolated(parts)  # (kept, so that no other gets their numbers)
        return self._made[key][1]

    def _interpolated(self, parts: tuple[Acceptance | None, ...]) -> Acceptance:
        low, high = parts[1], parts[2]
        assert low is not None
        assert high is not None
        key = tuple(id(part) for part in parts)
        if key not in self._logs:
            self._logs[key] = self._logarithms(parts, low, high)
        logs = self._logs[key]
        if logs is None:
            return Acceptance(ctau=(), value=(), error=(), prompt=low.prompt, power=low.power)
        error = logs.error
        if self.samples:
            own = (1.0 - self.weight) * low.relative_error(logs.ctau) + self.weight * high.relative_error(
                logs.ctau
            )
            error = np.hypot(error, own)
        return Acceptance(
            ctau=tuple(logs.ctau.tolist()),
            value=tuple(logs.value.tolist()),
            error=tuple((logs.value * error).tolist()),
            prompt=low.prompt,
            power=low.power,
        )

    def _logarithms(
        self, parts: tuple[Acceptance | None, ...], low: Acceptance, high: Acceptance
    ) -> _Logs | None:
        """The interpolated acceptance and the error of that; None where nothing is known."""
        ctau = np.array(sorted({*low.ctau, *high.ctau}))
        if len(ctau) and low.ctau and high.ctau:
            ctau = ctau[np.isfinite(low.at(ctau)) & np.isfinite(high.at(ctau))]
        if not len(ctau) or not (low.ctau and high.ctau) or low.power != high.power:
            return None
        logs = [None if part is None or not part.ctau else np.log(part.at(ctau)) for part in parts]
        w = self.weight
        assert logs[1] is not None
        assert logs[2] is not None
        return _Logs(ctau=ctau, value=np.exp((1.0 - w) * logs[1] + w * logs[2]), error=self._error(logs))

    def _error(self, logs: Sequence[Array | None]) -> Array:
        """Error of the interpolated logarithm."""
        x = self.places
        curved = [
            np.abs(_second_derivative([x[i] for i in trio], [logs[i] for i in trio]))
            for trio in ((0, 1, 2), (1, 2, 3))
            if all(logs[i] is not None and x[i] is not None for i in trio)
        ]
        assert logs[1] is not None
        assert logs[2] is not None
        steps = (self.place - x[1]) * (x[2] - self.place)
        # (nothing says how it is bent: as much as it could be between both values)
        unsaid = np.abs(logs[2] - logs[1]) * min(self.weight, 1.0 - self.weight)
        bent = np.full(len(logs[1]), np.nan)
        for each in curved:
            bent = np.fmax(bent, each)
        return np.asarray(np.where(np.isnan(bent), unsaid, 0.5 * steps * np.nan_to_num(bent)))


def _second_derivative(x: Sequence[Any], y: Sequence[Any]) -> Array:
    """Of the parabola through three points."""
    a, b, c = x
    return np.asarray(
        2.0 * (y[0] / ((a - b) * (a - c)) + y[1] / ((b - a) * (b - c)) + y[2] / ((c - a) * (c - b)))
    )


def _doubted(part: Any) -> Any:
    """What holds acceptances, each with an error as large as itself."""
    if isinstance(part, Acceptance):
        return replace(part, error=tuple(_WHOLE * value for value in part.value))
    if isinstance(part, tuple):
        return tuple(map(_doubted, part))
    if is_dataclass(part) and not isinstance(part, type) and rests_on_samples(part):
        return replace(part, **{e.name: _doubted(getattr(part, e.name)) for e in fields(part) if e.init})
    return part


def rests_on_samples(part: Any) -> bool:
    """Whether a search, or a part of it, holds an acceptance that was simulated."""
    if isinstance(part, Acceptance):
        return True
    if isinstance(part, tuple):
        return any(map(rests_on_samples, part))
    if is_dataclass(part) and not isinstance(part, type):
        return any(rests_on_samples(getattr(part, entry.name)) for entry in fields(part))
    return False


def _equal(low: Any, high: Any) -> bool:
    """Whether two values are the same."""
    try:
        return bool(np.all(low == high))
    except ValueError:
        return False
