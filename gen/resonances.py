"""Natural widths: which particles have a line shape, and the relativistic Breit-Wigner law of each.  Units: GeV.

A resonance R of mass m has the amplitude 1/D(m), D = m0² - m² - i m0 Gamma(m), with

    Gamma(m) = sum over channels  Gamma_c (q/q0)^(2L+1) (m0/m) B_L²(q) / B_L²(q0)

and the Blatt-Weisskopf factor B_1² = 1 / (1 + (R q)²).  In a decay M -> R X, R -> f its mass is distributed as

    dN/dm = 2 m  W(M -> R X; m)  W(R -> f; m) / |D(m)|²

where W is the partial width times the decaying particle's mass: k^(2L+1)/M of two bodies, |M|² times phase space
of more; of R -> f with L = 1 it is q³ B_1²(q)/m.  So eta' -> rho gamma has dN/dm ∝ k³ q³ B_1² / |D|².

W of a resonance to three and more bodies stays above the peak what it is there.  Phase space would have it grow
without end, and a third of all omega (width 9 MeV) weigh more than 1 GeV; nothing of that is known to be an omega.

References
----------
PDG, Review of Particle Physics, "Resonances": Gamma(m) with m0/m, and D with m0 Gamma(m); memory.
J. M. Blatt and V. F. Weisskopf, Theoretical Nuclear Physics (1952): the barrier factors; memory.
M. Ablikim et al. (BESIII), arXiv:1712.01525: eta' -> pi+ pi- gamma, dN/dm ∝ k³ q³ |A|²; memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from particle import InvalidParticle, ParticleNotFound

from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array, Real, two_body_momentum
from darkpair.gen.particles import DARK_SPINS, Particle, particle
from darkpair.gen.pdg_entries import pdg_entry
from darkpair.gen.quadrature import legendre
from darkpair.gen.resonance_channels import RESONANCES, Channel

__all__ = ["LineShape", "barrier", "line_shape", "orbital", "twice_spin", "two_body_rate"]

#: R of the barrier factors [1/GeV]: .6 fm.  EvtGen's for every decay, EvtRelBreitWignerBarrierFact.cpp,
#: ``m_blattDecay = 3.0``; read there.
RADIUS = 3.0

#: Masses of a table of a three-body channel's width, from its threshold to 20 GeV.
_TABLE = np.geomspace(1e-3, 20.0, 2000)

_PHOTON = 22


def barrier(momentum: Real, orbital: int) -> Real:
    """Blatt-Weisskopf factor B_L² of an orbital momentum 0, 1 or 2, 1 at rest [1].

    Parameters
    ----------
    momentum : float or ndarray [GeV]
        Momentum of either daughter in the rest frame of the decaying particle.
    orbital : int
        Orbital angular momentum of the daughters.
    """
    z = np.square(RADIUS * momentum)
    return (1.0 + 0.0 * z, 1.0 / (1.0 + z), 9.0 / (9.0 + 3.0 * z + z * z))[orbital]


def orbital(parent: Particle, first: Particle, second: Particle) -> int:
    """Least orbital momentum of a two-body decay: by the spins, and by parity where the decay conserves it.

    Parity counts in the decays of the resonances and of mesons without flavour.  A photon comes of a dipole, whose
    rate is k³: 1, whatever the parity (gauge invariance).
    """
    if _PHOTON in (first.pdgid, second.pdgid):
        return 1
    (j, p0), (s1, p1), (s2, p2) = (_spin_parity(p.pdgid) for p in (parent, first, second))
    conserved = parent.width > 0.0 or _flavourless(parent.pdgid)
    for wave in range(3):
        if conserved and p0 * p1 * p2 * (-1) ** wave < 0:
            continue
        if any(abs(2 * wave - s) <= j <= 2 * wave + s for s in range(abs(s1 - s2), s1 + s2 + 1, 2)):
            return wave
    raise InputError(
        f"{parent.name} -> {first.name} {second.name} needs an orbital momentum above 2 by its spins; "
        f'correct the decay, or make it a line: width = {{"{(first if first.width else second).name}" = 0}}'
    )


def two_body_rate(
    parent: Particle, daughters: tuple[Particle, Particle], mass: Real, m1: Real, m2: Real
) -> Real:
    """W of a two-body decay, its partial width times the mass of the decaying particle, any normalisation.

    k^(2L+1)/M, times B_L² where the decaying particle is a resonance.  A resonance to two fermions of spin 1/2
    couples to their vector current: k/M (M² - (m1 - m2)²) (2 M² + (m1 + m2)²) / M², derived; the pole of a photon
    at small masses, eta -> gamma gamma* -> gamma e+ e-, is another process and not in it.

    Parameters
    ----------
    parent : Particle
        The decaying particle.
    daughters : two Particles
        What it decays to.
    mass, m1, m2 : float or ndarray [GeV]
        Masses of the three in the event, of an open decay.
    """
    k = two_body_momentum(mass, m1, m2)
    first, second = daughters
    if parent.width > 0.0 and twice_spin(first) == twice_spin(second) == 1:
        square = np.square(mass)
        return k / mass * (square - np.square(m1 - m2)) * (2.0 + np.square(m1 + m2) / square)
    wave = orbital(parent, first, second)
    rate = k ** (2 * wave + 1) / mass
    return rate * barrier(k, wave) if parent.width > 0.0 else rate


@dataclass(frozen=True)
class LineShape:
    """Breit-Wigner law of a resonance.

    Parameters
    ----------
    particle : Particle
        The resonance: one of `darkpair.gen.particles.RESONANCES`, with a width.

    Raises
    ------
    InputError
        For a particle whose channels are not known, or one lighter than they are.
    """

    particle: Particle

    def __post_init__(self) -> None:
        p = self.particle
        if abs(p.pdgid) not in RESONANCES:
            ids = ", ".join(dict.fromkeys(str(i) for i in RESONANCES))
            raise InputError(
                f"{p.name} has a width of {p.width:.6g} GeV, and its channels are not known; allowed: PDG ids {ids}; "
                "take width = 0"
            )
        heaviest = max(sum(_masses(c)) for c in self.channels)
        if not p.mass > heaviest:
            mass, least = apart(p.mass, heaviest)
            raise InputError(
                f"mass of {p.name} = {mass} GeV is below its channels' {least} GeV, which its width needs; "
                f'take width = {{"{p.name}" = 0}}'
            )

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels that make the width."""
        return RESONANCES[abs(self.particle.pdgid)]

    @cached_property
    def threshold(self) -> float:
        """Least mass: that of the lightest channel [GeV]."""
        return min(sum(_masses(c)) for c in self.channels)

    def total(self, mass: Real) -> Array:
        """m0 Gamma(m), at masses above the threshold [GeV²]."""
        p = self.particle
        whole = sum(c.share for c in self.channels)
        out = np.zeros(np.shape(mass))
        for channel in self.channels:
            rate = _channel_rate(p, channel, np.asarray(mass, dtype=np.float64))
            out += channel.share / whole * rate / _channel_rate(p, channel, np.asarray(p.mass))
        return np.asarray(p.mass * p.width * out)

    def propagator(self, mass: Real) -> Array:
        """1/|D(m)|² [GeV^-4]."""
        off = np.square(self.particle.mass) - np.square(mass)
        return np.asarray(1.0 / (np.square(off) + np.square(self.total(mass))))

    def mass_of(self, angle: Real) -> Array:
        """Mass at an angle of s = m0² + m0 Gamma0 tan(angle) [GeV]."""
        p = self.particle
        return np.asarray(np.sqrt(np.maximum(p.mass**2 + p.mass * p.width * np.tan(angle), 0.0)))

    def angle_of(self, mass: Real) -> Array:
        """The angle of a mass [GeV], from -pi/2 to pi/2; `mass_of`."""
        p = self.particle
        return np.asarray(np.arctan((np.square(mass) - p.mass**2) / (p.mass * p.width)))

    def flatness(self, mass: Real) -> Array:
        """2 m dm / |D|² over the angle's step d(angle) [GeV^-2]: slow where 1/|D|² is not."""
        p = self.particle
        fixed = np.square(np.square(mass) - p.mass**2) + (p.mass * p.width) ** 2
        return np.asarray(fixed / (p.mass * p.width) * self.propagator(mass))

    def fraction(self, low: float, high: float) -> float:
        """Part of the line between two masses [GeV], where its production does not depend on the mass."""
        least, most = self._ends
        ends = [min(max(float(self.angle_of(m)), least), most) for m in (low, high)]
        return self._inside(ends[0], ends[1]) / self._whole if ends[1] > ends[0] else 0.0

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """Angles of the least and the greatest mass."""
        return float(self.angle_of(self.threshold)), float(self.angle_of(_TABLE[-1]))

    @cached_property
    def _whole(self) -> float:
        return self._inside(*self._ends)

    def _inside(self, lower: float, upper: float) -> float:
        """The line between two angles, in any normalisation."""
        nodes, weights = legendre(200)
        middle, half = 0.5 * (upper + lower), 0.5 * (upper - lower)
        mass = self.mass_of(middle + half * nodes)
        return float(half * np.sum(weights * self.flatness(mass) * self.total(mass)))

    def description(self) -> dict[str, Any]:
        """The law and its numbers, for a provenance."""
        return {
            "law": "relativistic Breit-Wigner, mass-dependent width with Blatt-Weisskopf factors",
            "mass": self.particle.mass,
            "width": self.particle.width,
            "radius": RADIUS,
            "channels": {" ".join(c.daughters): c.share for c in self.channels},
        }


@cache
def line_shape(particle: Particle) -> LineShape:
    """The law of a resonance."""
    return LineShape(particle)


def twice_spin(particle: Particle) -> int:
    """Twice the spin of a particle, by its PDG id; 0 where that tells none."""
    return _spin_parity(particle.pdgid)[0]


@cache
def _spin_parity(pdgid: int) -> tuple[int, int]:
    """Twice the spin, and the parity: 1, -1, or 0 where it is not known."""
    if abs(pdgid) in DARK_SPINS:
        return round(2.0 * DARK_SPINS[abs(pdgid)]), 0
    try:
        entry = pdg_entry(pdgid)
    except (ParticleNotFound, InvalidParticle):  # a stranger's particle counts as a scalar
        return 0, 0
    spin = 0.0 if entry.J is None else float(entry.J)
    hadron = abs(pdgid) > 100
    return round(2.0 * spin), int(entry.P) if hadron and entry.P in (1, -1) else 0


def _flavourless(pdgid: int) -> bool:
    """Whether it is a meson of a quark and its own antiquark, which decays by parity-conserving forces."""
    digits = abs(pdgid) // 10 % 1000
    return 0 < digits // 10 < 10 and digits // 10 == digits % 10


def _masses(channel: Channel) -> list[float]:
    return [particle(name).mass for name in channel.daughters]


def _channel_rate(parent: Particle, channel: Channel, mass: Array) -> Array:
    """W of a channel at masses [GeV], 0 where it is closed; of three bodies constant above the peak."""
    masses = _masses(channel)
    safe = np.maximum(mass, sum(masses))
    if len(masses) == 2:
        first, second = (particle(name) for name in channel.daughters)
        with np.errstate(invalid="ignore"):
            rate = np.nan_to_num(two_body_rate(parent, (first, second), safe, *masses))
        return np.asarray(rate)
    excess, values = _three_body_table(tuple(masses))
    return np.asarray(np.interp(np.minimum(safe, parent.mass) - sum(masses), excess, values))


@cache
def _three_body_table(masses: tuple[float, ...]) -> tuple[Array, Array]:
    """W of V -> P P P over the mass above threshold, |p1 x p2|² over phase space: p³ k³ over q, any normalisation.

    The lowest amplitude of a vector to three pseudoscalars, eps(V, p1, p2, p3): a P wave in the pair and one of the
    third against it, each with its barrier factor.
    """
    least = sum(masses)
    nodes, weights = legendre(64)
    mass = (least + _TABLE)[:, None]
    low, high = masses[1] + masses[2], mass - masses[0]
    q = 0.5 * (high + low) + 0.5 * (high - low) * nodes
    p, k = two_body_momentum(mass, masses[0], q), two_body_momentum(q, masses[1], masses[2])
    rate = ((p * k) ** 3 * barrier(p, 1) * barrier(k, 1) * weights * 0.5 * (high - low)).sum(axis=1) / mass[
        :, 0
    ]
    return np.concatenate([[0.0], _TABLE]), np.concatenate([[0.0], rate])
