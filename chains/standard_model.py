"""Matrix elements of three-body modes that are known without a model, by the particles involved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from darkpair.chains.amplitudes import at_every_cosine, value_of
from darkpair.chains.dalitz import (
    EtaPolynomial,
    KaonPolynomial,
    PionPairPhoton,
    RadialPolynomial,
    ThreePionPolynomial,
    ThreePionRho,
)
from darkpair.chains.form_factors import BCL_K, DISPERSIVE_PI, FormFactor
from darkpair.chains.leptonic import KrollWada, MuonDecay, SemileptonicKaon
from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.data_files import forgotten_with_changes, load
from darkpair.gen.frozen import freeze
from darkpair.gen.kinematics import kallen
from darkpair.gen.particles import Particle, conjugate, particle
from darkpair.gen.phase_space import MatrixElement

if TYPE_CHECKING:
    from darkpair.chains.amplitudes import Parts
    from darkpair.gen.kinematics import Array, Real

__all__ = ["ELEMENTS", "Law", "MesonNeutrinos", "PionScalarPair", "known_law", "known_laws"]


@dataclass(frozen=True)
class MesonNeutrinos:
    """Squared matrix element of M' -> M nu nubar, f+(q²)² lambda(M'², M², q²) sin²theta.

    A vector current between the mesons and massless left-handed neutrinos; any normalisation.
    arXiv:2005.07102, eqs 5 and B1.

    Parameters
    ----------
    mass, m_daughter : float [GeV]
        Masses of M' and of M.
    form : FormFactor
        Form factors of the transition, of which f+ enters; those of K -> pi unless given.
    """

    never_negative: ClassVar = True

    mass: float
    m_daughter: float
    form: FormFactor = DISPERSIVE_PI
    summary: str = "vector current, arXiv:2005.07102, eqs. 5 and B1"

    def parts(self, q2: Real) -> Parts:
        """The formula, and what it takes beside q² [GeV²] and the cosine."""
        return _across, (self.form.plus(q2) ** 2 * kallen(self.mass**2, self.m_daughter**2, q2),)

    def __call__(self, q2: Real, cosine: Real) -> Array:
        """At q² [GeV²] and the cosine of `darkpair.gen.phase_space.MatrixElement`."""
        return value_of(self, q2, cosine)

    def at_mass(self, mass: float) -> MesonNeutrinos:
        """The same decay of a parent of another mass [GeV]."""
        return replace(self, mass=mass)


@dataclass(frozen=True)
class PionScalarPair:
    """Squared matrix element of K -> pi Y Y through a scalar operator, f0(q²)².

    arXiv:2005.07102, eq B2; any normalisation.
    """

    never_negative: ClassVar = True

    summary: str = "scalar operator, arXiv:2005.07102, eq. B2"

    def parts(self, q2: Real) -> Parts:
        """The formula, and what it takes beside q² [GeV²] and the cosine."""
        return at_every_cosine, (DISPERSIVE_PI.zero(q2) ** 2,)

    def __call__(self, q2: Real, cosine: Real) -> Array:
        """At q² [GeV²] and the cosine of `darkpair.gen.phase_space.MatrixElement`."""
        return value_of(self, q2, cosine)

    def at_mass(self, mass: float) -> PionScalarPair:
        """The same decay of a parent of another mass [GeV]: f0 knows none."""
        return self


@columnwise
def _across(q2: Real, cosine: Real, along: Real) -> Real:  # noqa: ARG001 (as every formula of an amplitude)
    return along * (1.0 - cosine * cosine)


def _neutrinos(form: FormFactor) -> Callable[..., MesonNeutrinos]:
    return lambda mass, masses, summary: MesonNeutrinos(mass, masses[0], form, summary)


#: What chains/data/decays.toml may name: made of mass, masses [GeV], summary and the numbers of its entry.
ELEMENTS: Final[Mapping[str, Callable[..., MatrixElement]]] = {
    "BeautyNeutrinos": _neutrinos(BCL_K),
    "EtaPolynomial": EtaPolynomial,
    "KaonNeutrinos": _neutrinos(DISPERSIVE_PI),
    "KaonPolynomial": KaonPolynomial,
    "KrollWada": KrollWada,
    "MuonDecay": MuonDecay,
    "PionPairPhoton": PionPairPhoton,
    "PionScalarPair": lambda summary, **_: PionScalarPair(summary),
    "RadialPolynomial": RadialPolynomial,
    "SemileptonicKaon": SemileptonicKaon,
    "ThreePionPolynomial": ThreePionPolynomial,
    "ThreePionRho": ThreePionRho,
}


@dataclass(frozen=True, kw_only=True)
class Law:
    """How a decay of the Standard Model is made.

    Parameters
    ----------
    decay : str
        Parent and daughters, in the element's order.
    element : str
        Name of the matrix element, of `ELEMENTS`.
    summary : str
        What the element is and its source, in a line.
    numbers : mapping of str to float
        Parameters of the element, by name.
    order : tuple of int
        Places, among the daughters as a chain lists them, of the element's daughters.
    """

    decay: str
    element: str
    summary: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    order: tuple[int, ...] = (0, 1, 2)

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def particles(self) -> tuple[Particle, tuple[Particle, ...]]:
        """Parent, and daughters in the element's order; dark ones without a mass."""
        parent, _, daughters = self.decay.partition(" -> ")
        return _named(parent), tuple(_named(name) for name in daughters.split())

    def matrix_element(self, mass: float, masses: Sequence[float]) -> MatrixElement:
        """Its squared matrix element; the daughters' masses as the chain lists them [GeV]."""
        own = tuple(masses[i] for i in self.order)
        return ELEMENTS[self.element](mass=mass, masses=own, summary=self.summary, **self.numbers)


def known_law(parent: Particle, daughters: Sequence[Particle]) -> Law | None:
    """How a mode is made that has a matrix element of its own, whatever the order and the charges; None is flat.

    Parameters
    ----------
    parent : Particle
        Particle that decays.
    daughters : sequence of Particle
        Particles that it decays to, in any order.
    """
    ids = [_species(p.pdgid) for p in daughters]
    law, species = _laws().get((parent.pdgid, *sorted(ids)), (None, ()))
    if law is None:
        return None
    free = list(range(len(ids)))
    order = []
    for wanted in species:
        order.append(next(i for i in free if ids[i] == wanted))
        free.remove(order[-1])
    return replace(law, order=tuple(order))


@forgotten_with_changes
def known_laws() -> tuple[Law, ...]:
    """Every decay of chains/data/decays.toml, once: its conjugate and its other orders are the same."""
    tables: dict[str, dict[str, Any]] = load("darkpair.chains", "data/decays.toml")
    return tuple(
        Law(
            decay=decay,
            element=table["element"],
            summary=table["summary"],
            numbers={name: line["value"] for name, line in table.items() if isinstance(line, dict)},
        )
        for table in tables.values()
        for decay in table["decays"]
    )


@forgotten_with_changes
def _laws() -> Mapping[tuple[int, ...], tuple[Law, tuple[int, ...]]]:
    """The laws, with the species of their daughters in order, by parent and sorted species; conjugates included."""
    out: dict[tuple[int, ...], tuple[Law, tuple[int, ...]]] = {}
    for law in known_laws():
        parent, daughters = law.particles
        for p, ds in ((parent, daughters), (conjugate(parent), tuple(conjugate(d) for d in daughters))):
            species = tuple(_species(d.pdgid) for d in ds)
            out.setdefault((p.pdgid, *sorted(species)), (law, species))
    return out


def _species(pdgid: int) -> int:
    """PDG id, a neutrino's without its flavour: no element knows it."""
    return (12 if pdgid > 0 else -12) if abs(pdgid) in _NEUTRINOS else pdgid


def _named(name: str) -> Particle:
    return particle(name, mass=0.0) if name == "Y" else particle(name)


_NEUTRINOS = frozenset({12, 14, 16})
