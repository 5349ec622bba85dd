"""KOTO's searches for K_L -> X X -> 4 gamma and for K_L -> gamma X, as limits on pairs of X2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from darkpair.chains.models.beside import productions_beside
from darkpair.chains.models.channels import Channel
from darkpair.gen.particles import particle
from darkpair.searches.koto import AddsChannels, KotoChannel, sum_of
from darkpair.searches.measurements import Measurement, measurement, regions
from darkpair.searches.search import Search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array, Real
    from darkpair.scan.acceptance import Acceptance

__all__ = ["FOUR_PHOTONS", "HEAVIEST", "LEAST_PHOTON", "KotoFourPhotons", "KotoGammaX", "least_unseen"]

#: The only channel with four photons of two equal masses; X2 -> X1 gamma gamma has no mass, X2 -> X1 pi0 the pi0's.
FOUR_PHOTONS: Final = Channel(parent="K_L0", production="X2 X2", modes=("gamma gamma", "gamma gamma"))

_TOPIC: Final = "koto_four_photons"
_WINDOWS: Final = ("light", "heavy")

#: Masses are the same, and at the end of a window, to so much.
_EQUAL: Final = 1e-9

#: Least energy of the photon of K_L -> gamma X, both ends of a band and its middle [GeV].  The cuts are not public: with
#: an energy in the band the ratio of acceptances is of the size of the published limits', 3.4e-7 at 0 and of order 1e-3 at 425 MeV.
LEAST_PHOTON: Final = (1.0, 1.25, 1.5)

#: Mass of X2, and of all that is not seen, above which K_L -> gamma X says nothing here [GeV]: its photon is so soft that the
#: acceptance is the tail above an energy that nobody knows.
HEAVIEST: Final = 0.300


@dataclass(frozen=True, kw_only=True)
class KotoFourPhotons(Search):
    """K_L -> X2 X2, X2 -> gamma gamma at KOTO: four photons [1].

    The published limit of the mass's window, of which the abstract gives the range, at its weaker end; outside of the windows
    nothing is known.

    Parameters
    ----------
    mass : float, optional [GeV]
        Mass of X2 that limit and efficiency are of, nothing is known of another; unless given the limit is the weakest.
    efficiency : Acceptance, optional
        Efficiency over that of prompt decays, against c tau [1]; of prompt decays unless given.
    asked : bool
        Whether it says something of models without these decays, too: that they make none.
    """

    NEEDS: ClassVar = (("K_L0", "X2 X2"),)
    #: What it is, and what it was compared with, as `darkpair.searches.dump_search.DumpSearch` says it.
    status: ClassVar[str] = "measurement"
    held_against: ClassVar[str] = "its own limit, which holds for prompt decays as it is published"

    mass: float | None = None
    efficiency: Acceptance | None = None
    asked: bool = False

    @staticmethod
    def serves(model: Model) -> bool:
        """Whether K_L gives the pair and X2 two photons."""
        return {("K_L0", "X2 X2"), ("X2", "gamma gamma")} <= set(model.modes())

    def applies(self, model: Model) -> bool:
        """Whether K_L gives the pair and X2 two photons, or it was asked for."""
        return self.asked or self.serves(model)

    @property
    def window(self) -> str | None:
        """Window of the mass; None outside, and without a mass."""
        inside = [name for name in _WINDOWS if self.mass is not None and _inside(self.mass, name)]
        return next(iter(inside), None)

    def value(self, model: Model) -> Array:
        """BR(K_L -> X2 X2) BR(X2 -> gamma gamma)^2 times the efficiency over that of prompt decays [1].

        NaN outside the windows, where no limit is published, and where the sample cannot tell.
        """
        rate = FOUR_PHOTONS.rate(model, ())
        ctau = model.ctau("X2")
        shape = np.shape(ctau)
        ratio = np.ones(shape) if self.efficiency is None else self.efficiency.at(ctau)
        error = np.zeros(shape) if self.efficiency is None else self.efficiency.relative_error(ctau)
        share = np.where(rate > 0.0, rate * ratio, 0.0)
        stated = sum_of([(share, np.full(share.shape, np.inf))], np.nan_to_num(share * error), self.limit)
        own = np.any([_inside(model.m2, name) for name in _WINDOWS], axis=0)
        if self.mass is not None:
            own = own & np.isclose(model.m2, self.mass, rtol=_EQUAL)
        return np.asarray(np.where(own | (rate == 0.0), stated, np.nan))

    @property
    def limit(self) -> float:
        """Published limit of the mass's window, at its weaker end; the weakest of all without one [1]."""
        return self.measurements[0].value

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The limit of the mass's window; of both without one, the weaker first."""
        names = _WINDOWS[::-1] if self.window is None else (self.window,)
        return tuple(measurement(_TOPIC, name) for name in names)


def _inside(mass: Real, window: str) -> NDArray[np.bool_]:
    """Whether masses [GeV] are in a window."""
    spans = regions(_TOPIC, window)
    inside = [(mass >= low - _EQUAL) & (mass <= high + _EQUAL) for low, high in spans]
    return np.asarray(np.any(inside, axis=0))


@dataclass(frozen=True, kw_only=True)
class KotoGammaX(AddsChannels):
    """Estimate: one photon of X2 -> X1 gamma at KOTO, as K_L -> gamma X [1].

    It excludes nothing: the limit is that of a massless and invisible X, the cuts are not public, and the least energy of the
    photon decides.

    Parameters
    ----------
    more : tuple of KotoChannel
        Channels with their efficiency for one photon over that of K_L -> gamma X with a massless X.
    seen : tuple of str
        Modes of X2 that leave anything in the detector.
    asked : bool
        Whether it says something of models without these decays, too: that they make none.
    """

    NEEDS: ClassVar = (("K_L0", "X1 X2"), ("K_L0", "X2 X2"))
    KIND: ClassVar = "line"
    status: ClassVar[str] = "estimate"
    held_against: ClassVar[str] = (
        "the ratio of the published limits at 425 MeV and of a massless X, which the band of energies spans"
    )

    asked: bool = False

    @staticmethod
    def serves(model: Model) -> bool:
        """Whether K_L gives X2 and X2 a photon, or K_L a photon beside a pair."""
        own = set(model.modes())
        pair = ("X2", "X1 gamma") in own and bool({("K_L0", "X1 X2"), ("K_L0", "X2 X2")} & own)
        return pair or bool(productions_beside(model, "K_L0", 1))

    def applies(self, model: Model) -> bool:
        """Whether K_L gives X2 and a photon, or it was asked for."""
        return self.asked or self.serves(model)

    def value(self, model: Model) -> Array:
        """Branching ratio of K_L -> gamma X with a massless X that would give as many events of one photon [1].

        NaN where X2, or what is unseen beside the hardest photon in every channel, is heavier than 300 MeV. A channel in which
        that is so does not count where another one says something.
        """
        shares, errors, spoken = [], [], np.zeros((), dtype=bool)
        for part in self.more:
            says = (least_unseen(model, part.channel) <= HEAVIEST) & (np.asarray(model.m2) <= HEAVIEST)
            share, most = part.share(model, self.seen)
            spoken = spoken | (says & (part.channel.rate(model, self.seen) > 0.0))
            shares.append((np.where(says, share, 0.0), np.where(says, most * _escaping(part, model), 0.0)))
            errors.append(np.where(says, part.error(model, share), 0.0))
        if not shares:
            alone = {("K_L0", "gamma X1"), ("K_L0", "gamma X2")} & set(model.modes())  # (has no sample)
            return np.full(np.shape(model.ctau("X2")), np.nan if alone else 0.0)
        stated = sum_of(shares, np.sqrt(np.sum(np.square(errors), axis=0)), self.limit)
        return np.asarray(np.where(spoken, stated, np.nan))

    @property
    def limit(self) -> float:
        """Published limit on K_L -> gamma X of a massless X [1]."""
        return self.measurements[0].value

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The published limit."""
        return (measurement("koto_gamma_x", "massless"),)


def _escaping(part: KotoChannel, model: Model) -> Array:
    """Part of a channel's bound below its table [1]: where one X2 has to fly out it falls faster than c tau does."""
    if part.channel.modes != ("X1 gamma", "X1 gamma") or not part.ratio.ctau:
        return np.ones(())
    return np.minimum(1.0, np.asarray(model.ctau("X2")) / part.ratio.ctau[0])


def least_unseen(model: Model, channel: Channel) -> Array:
    """Least mass of all that is not seen where X2 -> X1 gamma gives the only photon, that of the hardest one [GeV].

    In the rest frame of the K_L an X2 with energy E and momentum p gives photons up to
    ``k = (m2^2 - m1^2) (E + p) / (2 m2^2)``, and the rest has the mass ``sqrt(m_K^2 - 2 m_K k)``.  A photon that is made beside
    dark states leaves their masses at least.

    Parameters
    ----------
    model : Model
        Its points; arrays broadcast.
    channel : Channel
        K_L -> X1 X2 or X2 X2, or with a photon beside them.
    """
    if channel.production.startswith("gamma "):
        dark = [model.m1 if word == "X1" else model.m2 for word in channel.production.split()[1:]]
        return np.asarray(sum(np.asarray(mass, dtype=np.float64) for mass in dark))
    kaon = particle("K_L0").mass
    m1, m2 = np.asarray(model.m1, dtype=np.float64), np.asarray(model.m2, dtype=np.float64)
    other = m2 if channel.production == "X2 X2" else m1
    energy = (kaon**2 + m2**2 - other**2) / (2.0 * kaon)
    momentum = np.sqrt(np.maximum(energy**2 - m2**2, 0.0))
    hardest = (m2**2 - m1**2) * (energy + momentum) / (2.0 * m2**2)
    return np.asarray(np.sqrt(np.maximum(kaon**2 - 2.0 * kaon * hardest, 0.0)))
