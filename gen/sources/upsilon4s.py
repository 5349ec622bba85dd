"""B mesons of e+ e- -> Upsilon(4S) -> B B-bar at an asymmetric collider, in the detector's frame.

z is the axis of the detector's solenoid and points roughly along the electron beam, x outwards.  At SuperKEKB the
axis bisects the beams (up to the 83 mrad between them), at KEKB it is opposite to the positron beam.  The B's are
made at the origin: the size of the beam spot, initial-state radiation and the resonance's line shape are left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, TypeAlias

import numpy as np

from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.digits import apart
from darkpair.gen.directions import about
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.events import Parents
from darkpair.gen.kinematics import Array, Real, boost
from darkpair.gen.parameters import Angle, Energy, Ge, Gt, checked, settle
from darkpair.gen.particles import particle
from darkpair.gen.references import cited_in
from darkpair.gen.streams import asked
from darkpair.gen.uniforms import uniforms

__all__ = ["MACHINES", "Beams", "Upsilon4S", "sine_squared"]

if TYPE_CHECKING:  # callers have texts; the words are looked at when it is made
    _Parent: TypeAlias = str
    _Machine: TypeAlias = str
else:
    _Parent = Literal["B+", "B-", "B0", "anti-B0"]
    _Machine = Literal["belle2", "belle", "babar"]

#: Distance of the nominal collision from the resonance [GeV], five of its widths: beyond, B* are made too, or no B at all.
_NEAR: Final = 0.1

#: Parents by name.
PARENTS: Final = ("B+", "B-", "B0", "anti-B0")


@checked
@dataclass(frozen=True, kw_only=True)
class Beams:
    """Two beams in the plane y = 0.

    Parameters
    ----------
    electron, positron : float [GeV]
        Energies of the beams.
    electron_angle, positron_angle : float [rad]
        Angle of the electron beam to +z, and of the positron beam to -z, both towards +x.
    electron_spread, positron_spread : float [GeV]
        Standard deviations of the energies.
    source, confidence : str
        Where the energies and angles stand.
    spread_source, spread_confidence : str
        Where the spreads stand.
    """

    electron: Annotated[float, Energy, Gt(0.0)]
    positron: Annotated[float, Energy, Gt(0.0)]
    electron_angle: Annotated[float, Angle] = 0.0
    positron_angle: Annotated[float, Angle] = 0.0
    electron_spread: Annotated[float, Energy, Ge(0.0)] = 0.0
    positron_spread: Annotated[float, Energy, Ge(0.0)] = 0.0
    source: str = "given"
    confidence: str = "given"
    spread_source: str = "given"
    spread_confidence: str = "given"

    @property
    def electron_direction(self) -> tuple[float, float, float]:
        """Unit vector of the electron beam."""
        return math.sin(self.electron_angle), 0.0, math.cos(self.electron_angle)

    @property
    def positron_direction(self) -> tuple[float, float, float]:
        """Unit vector of the positron beam."""
        return math.sin(self.positron_angle), 0.0, -math.cos(self.positron_angle)

    def total(self, electron: Real, positron: Real) -> tuple[Real, Real, Real, Real]:
        """Four-momentum (x, y, z, E) of the collision of beams of those energies, without the electron's mass [GeV]."""
        return total(electron, positron, *self.electron_direction, *self.positron_direction)  # type: ignore[no-any-return]

    def sqrt_s(self, electron: Real, positron: Real) -> Real:
        """Centre-of-mass energy of beams of those energies [GeV]."""
        return self.closing * np.sqrt(electron * positron)

    @property
    def closing(self) -> float:
        """Centre-of-mass energy over the root of the product of the beams' energies."""
        return 2.0 * math.cos(0.5 * (self.electron_angle + self.positron_angle))

    @property
    def nominal(self) -> tuple[float, float, float, float]:
        """Four-momentum of the collision at the nominal energies [GeV]."""
        return self.total(self.electron, self.positron)

    @property
    def nominal_sqrt_s(self) -> float:
        """Centre-of-mass energy at the nominal energies [GeV]."""
        return float(self.sqrt_s(self.electron, self.positron))

    @property
    def boost(self) -> float:
        """Boost of the centre-of-mass frame, beta gamma, at the nominal energies."""
        return math.hypot(*self.nominal[:3]) / self.nominal_sqrt_s

    @property
    def sqrt_s_spread(self) -> float:
        """Standard deviation of the centre-of-mass energy, to first order in the spreads [GeV]."""
        relative = math.hypot(self.electron_spread / self.electron, self.positron_spread / self.positron)
        return 0.5 * self.nominal_sqrt_s * relative


#: Colliders by name.
MACHINES: Final = {
    "belle2": Beams(
        electron=7.004,
        positron=4.002,
        electron_angle=0.0415,
        positron_angle=0.0415,
        electron_spread=0.00513,
        positron_spread=0.002375,
        source="basf2, generators/scripts/beamparameters.py, preset Y4S",
        confidence="read",
        spread_source="the same file, preset SuperKEKB (covHER, covLER)",
        spread_confidence="read",
    ),
    "belle": Beams(
        electron=7.998213,
        positron=3.499218,
        electron_angle=0.022,
        positron_angle=0.0,
        electron_spread=0.0054,
        positron_spread=0.0026,
        source="basf2, generators/scripts/beamparameters.py, preset KEKB-Belle",
        confidence="read",
        spread_source="about .07 % of each energy, KEKB; recalled",
        spread_confidence="memory",
    ),
    "babar": Beams(
        electron=9.0,
        positron=3.109,
        electron_angle=0.0,
        positron_angle=0.0,
        electron_spread=0.0055,
        positron_spread=0.0023,
        source="PEP-II, 9.0 on 3.1 GeV head-on; recalled, the 3.1 such that sqrt(s) is the Upsilon's mass",
        confidence="memory",
        spread_source="PEP-II, 5.5 and 2.3 MeV; recalled",
        spread_confidence="memory",
    ),
}


def sine_squared(rng: np.random.Generator, n: int) -> Array:
    """Cosines with density 3/4 (1 - c²), (n,): a J = 1 state of helicity 1 to two pseudoscalars.

    The root of c³ - 3c + 4u - 2 = 0 between -1 and 1, in closed form.
    """
    third = np.arccos(1.0 - 2.0 * uniforms(rng, n)) / 3.0
    out: Array = np.clip(2.0 * np.cos(third - 2.0 * math.pi / 3.0), -1.0, 1.0)
    return out


@dataclass(frozen=True, kw_only=True)
class Upsilon4S:
    """B mesons of Upsilon(4S) decays, one an event.

    The beam energies are Gaussian.  Collisions below the threshold of B B-bar make none: they are drawn again,
    so that the law is the Gaussian one truncated there, exactly.  The other B is not in the event.

    Parameters
    ----------
    parent : {"B+", "B-", "B0", "anti-B0"}
        Which of the B mesons is taken, one an event.
    machine : {"belle2", "belle", "babar"} or Beams
        Beams of a machine by its name, or one's own; a job gives these as a table, ``machine = { electron = "9
        GeV", positron = "3.1 GeV" }``.

    Raises
    ------
    UnknownNameError
        For a parent or a machine that does not exist.
    InputError
        For beams that do not collide at the Upsilon(4S).

    Notes
    -----
    The annihilation of massless electrons polarises the Upsilon along the beam, so the B's fly with sin² of the
    angle to it in the centre-of-mass frame.
    """

    name: ClassVar = "upsilon4s"

    parent: _Parent = "B+"
    machine: _Machine | Beams = "belle2"

    def __post_init__(self) -> None:
        parent: Any = self.parent
        if isinstance(parent, str) and parent not in PARENTS:
            raise UnknownNameError("parent of upsilon4s", parent, PARENTS)
        if isinstance(self.machine, str) and self.machine not in MACHINES:
            raise UnknownNameError("machine of upsilon4s", self.machine, MACHINES)
        settle(self)
        mass, sqrt_s = particle("Upsilon(4S)").mass, self.beams.nominal_sqrt_s
        if not abs(sqrt_s - mass) <= _NEAR:
            made = apart(sqrt_s, mass - _NEAR, mass + _NEAR, mass)
            raise InputError(
                f"beams of {self.beams.electron:g} and {self.beams.positron:g} GeV collide at {made[0]} GeV; allowed: within "
                f"{_NEAR:g} GeV of the Upsilon(4S), {made[-1]} GeV"
            )

    @property
    def pdgid(self) -> int:
        """PDG id of the parents."""
        return particle(self.parent).pdgid

    @property
    def masses(self) -> dict[int, float]:
        """Mass of the parents [GeV], by PDG id."""
        return {self.pdgid: particle(self.parent).mass}

    @cached_property
    def beams(self) -> Beams:
        """The machine's beams."""
        return self.machine if isinstance(self.machine, Beams) else MACHINES[self.machine]

    @property
    def references(self) -> tuple[str, ...]:
        """What masses and beams rest on (`darkpair.gen.references`)."""
        return ("particle", *cited_in((self.beams.source, self.beams.spread_source)))

    def provenance(self) -> dict[str, Any]:
        """The settings, the boost and the energies at the nominal beams [GeV]."""
        beams = self.beams
        return {
            "parent": self.parent,
            "machine": "given" if isinstance(self.machine, Beams) else self.machine,
            "beams": beams,
            "sqrt_s": beams.nominal_sqrt_s,
            "sqrt_s_spread": beams.sqrt_s_spread,
            "boost_beta_gamma": beams.boost,
            "total_momentum": beams.nominal,
        }

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        """B mesons at the origin at time 0."""
        n = asked(n)
        electron, positron = self._energies(rng, n)
        beams, mass = self.beams, particle(self.parent).mass
        axes = *beams.electron_direction, *beams.positron_direction
        *axis, sqrt_s = _collision(electron, positron, *axes, beams.closing)
        x, y, z = about((axis[0], axis[1], axis[2]), sine_squared(rng, n), uniforms(rng, n))
        momentum = np.empty((4, n))
        _of_collision.into(momentum, electron, positron, *axes, sqrt_s, x, y, z, mass)
        return Parents(pdgid=self.pdgid, momentum=momentum, vertex=np.zeros((4, n)))

    def _energies(self, rng: np.random.Generator, n: int) -> tuple[Array, Array]:
        """Energies of the beams above the threshold, (n,) each [GeV]."""
        beams, threshold = self.beams, 2.0 * particle(self.parent).mass
        electron = beams.electron + beams.electron_spread * rng.standard_normal(n)
        positron = beams.positron + beams.positron_spread * rng.standard_normal(n)
        for _ in range(100):
            low = np.flatnonzero(~(beams.sqrt_s(electron, positron) > threshold))
            if not len(low):
                return electron, positron
            electron[low] = beams.electron + beams.electron_spread * rng.standard_normal(len(low))
            positron[low] = beams.positron + beams.positron_spread * rng.standard_normal(len(low))
        raise InputError(
            f"beams of {beams.electron} and {beams.positron} GeV hardly reach the threshold {threshold:.6g} GeV "
            f"of B B-bar; take a machine at the Upsilon(4S)"
        )


def total(
    electron: Real, positron: Real,
    electron_x: float, electron_y: float, electron_z: float,
    positron_x: float, positron_y: float, positron_z: float,
) -> Any:  # fmt: skip
    """Four-momentum (x, y, z, E) of two massless beams along unit vectors."""
    return (
        electron * electron_x + positron * positron_x,
        electron * electron_y + positron * positron_y,
        electron * electron_z + positron * positron_z,
        electron + positron,
    )


@columnwise
def _collision(
    electron: Real, positron: Real,
    electron_x: float, electron_y: float, electron_z: float,
    positron_x: float, positron_y: float, positron_z: float,
    closing: float,
) -> Any:  # fmt: skip
    """Direction of the electron beam in the centre-of-mass frame, reached by a pure boost, and the energy there."""
    px, py, pz, energy = total(
        electron, positron, electron_x, electron_y, electron_z, positron_x, positron_y, positron_z
    )
    sqrt_s = closing * np.sqrt(electron * positron)
    x, y, z, e = boost(
        -px,
        -py,
        -pz,
        energy,
        sqrt_s,
        electron * electron_x,
        electron * electron_y,
        electron * electron_z,
        electron,
    )
    return x / e, y / e, z / e, sqrt_s


@columnwise
def _of_collision(
    electron: Real, positron: Real,
    electron_x: float, electron_y: float, electron_z: float,
    positron_x: float, positron_y: float, positron_z: float,
    sqrt_s: Real, x: Real, y: Real, z: Real, mass: float,
) -> Any:  # fmt: skip
    """Four-momentum of one of two mesons, of that direction in the centre-of-mass frame."""
    px, py, pz, energy = total(
        electron, positron, electron_x, electron_y, electron_z, positron_x, positron_y, positron_z
    )
    p = np.sqrt(0.25 * sqrt_s * sqrt_s - mass * mass)
    return boost(px, py, pz, energy, sqrt_s, p * x, p * y, p * z, 0.5 * sqrt_s)
