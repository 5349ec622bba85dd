"""What every chain has to satisfy: closure, mass shells, charge, directions, lifetimes, seeds."""

from __future__ import annotations

import pickle
from typing import Final

import numpy as np
from scipy import stats

from darkpair.chains.chain import Chain
from darkpair.chains.decay_tree import decays_of
from darkpair.gen.border import check_batch
from darkpair.gen.conservation import require_allowed
from darkpair.gen.errors import InputError
from darkpair.gen.events import Parents
from darkpair.gen.kinematics import boost
from darkpair.gen.lifetime import Exponential, Lifetime
from darkpair.gen.particles import Particle
from darkpair.gen.streams import BLOCK, Streams
from darkpair.gen.topology import Columns, Topology
from darkpair.testing.elements import check_averaged
from darkpair.testing.failure import FAILURE_RATE, failing

__all__ = ["check_chain", "check_closure", "check_conservation", "check_on_shell", "parents_of"]

#: Fewest events that say something of a distribution.
_ENOUGH: Final = 1000


def parents_of(chain: Chain, *, momentum: float = 2.0, n: int = BLOCK) -> Parents:
    """Parents of a chain along z with one momentum [GeV], made at the origin."""
    vector = np.zeros((4, n))
    vector[2], vector[3] = momentum, np.hypot(momentum, chain.parent.mass)
    return Parents(pdgid=chain.parent.pdgid, momentum=vector, vertex=np.zeros((4, n)))


def check_chain(chain: Chain, *, isotropic: bool = True, n: int = BLOCK) -> None:
    """Closure, mass shells, charge, lifetimes, same seed same bits, pickling, and two-body directions of a chain.

    A squared matrix element that has ``averaged``, of which rates are made, is that on average over the cosine.

    Parameters
    ----------
    chain : Chain
        The chain that is looked at.
    isotropic : bool
        Whether two-body decays have to be isotropic in their rest frame; give False for one that says otherwise.
    n : int
        Events of each of three batches.
    """
    for decay in decays_of(chain.decay):
        for mode in decay.modes:
            what = f"the matrix element of {decay.parent.name} -> {' '.join(p.name for p in mode.particles)}"
            element = getattr(mode.matrix_element, "function", mode.matrix_element)
            check_averaged(element, decay.parent.mass, [p.mass for p in mode.particles], what)
    parents = parents_of(chain, n=n)
    batch = chain.batch(parents, Streams(1))
    with failing():
        check_batch(chain, batch, len(parents), every=True)
    again = pickle.loads(pickle.dumps(chain)).batch(parents, Streams(1))
    for first, second in zip(batch.parts, again.parts, strict=True):
        assert np.array_equal(first.momentum, second.momentum), (
            "the same seed gave other events after pickling"
        )
        assert np.array_equal(first.vertices, second.vertices), (
            "the same seed gave other vertices after pickling"
        )
    other = chain.batch(parents, Streams(2))
    assert any(
        len(a) != len(b) or not np.array_equal(a.momentum, b.momentum)
        for a, b in zip(batch.parts, other.parts, strict=True)
    ), "another seed gave the same events"
    for part in batch.parts:
        check_closure(part)
        check_on_shell(part)
        _check_lifetimes(chain, part)
        if chain.decay.conserve:
            check_conservation(part.topology)
        if isotropic:
            _check_isotropy(part)


def check_closure(part: Columns, tolerance: float = 1e-9) -> None:
    """Four-momentum closes at every vertex, relative to the energy there."""
    for position in _decaying(part):
        daughters = _children(part, position)
        missing = part.momentum[:, daughters].sum(axis=1) - part.momentum[:, position]
        worst = float(np.max(np.abs(missing) / part.momentum[3, position], initial=0.0))
        assert worst < tolerance, (
            f"four-momentum of {part.topology.paths[position]} closes to {worst:.3g} only"
        )


def check_conservation(topology: Topology) -> None:
    """Charge is the same before and after every decay, and the number of half-integer spins is even."""
    particles = [
        Particle(name=name, pdgid=pdgid, mass=mass)
        for name, pdgid, mass in zip(topology.names, topology.pdgid, topology.mass, strict=True)
    ]
    for position in sorted(set(topology.mother) - {-1}):
        daughters = [p for p, mother in zip(particles, topology.mother, strict=True) if mother == position]
        try:
            require_allowed(particles[position], daughters)
        except InputError as error:
            raise AssertionError(str(error)) from error


def check_on_shell(part: Columns, tolerance: float = 1e-9) -> None:
    """E² - p² is the mass squared, relative to E²."""
    for position in range(len(part.topology)):
        mass = part.mass(position)
        x, y, z, e = part.momentum[:, position]
        off = np.abs(e * e - x * x - y * y - z * z - mass * mass) / (e * e)
        worst = float(np.max(off, initial=0.0))
        assert worst < tolerance, (
            f"{part.topology.paths[position]} is off its mass shell by {worst:.3g} of E²"
        )


def _check_isotropy(part: Columns) -> None:
    for position in _decaying(part):
        daughters = _children(part, position)
        if len(daughters) != 2 or len(part) < _ENOUGH:
            continue
        x, y, z, e = part.momentum[:, position]
        rest = boost(-x, -y, -z, e, part.mass(position), *part.momentum[:, daughters[0]])
        cosine = rest[2] / np.sqrt(rest[0] ** 2 + rest[1] ** 2 + rest[2] ** 2)
        p = stats.kstest(cosine, stats.uniform(-1.0, 2.0).cdf).pvalue
        assert p > FAILURE_RATE, f"{part.topology.paths[position]} does not decay isotropically: p = {p:.2g}"


def _check_lifetimes(chain: Chain, part: Columns) -> None:
    """Vertices lie on the flights of what decays, and its proper lengths are exponential where its law is."""
    decaying = chain.decay.decaying
    for position in _decaying(part):
        name, vertex = part.topology.names[position], part.topology.vertex
        own = decaying[name].ctau
        law: Lifetime | None = chain.lifetimes.get(name, Exponential(own) if np.isfinite(own) else None)
        made, ended = (part.vertices[:, vertex[i]] for i in (position, _children(part, position)[0]))
        step, momentum = ended - made, part.momentum[:, position]
        rounding = 1e-9 * (np.abs(made).max(axis=0) + np.abs(step).max(axis=0)) + 1e-9
        off = np.abs(step * momentum[3] - step[3] * momentum).max(axis=0)
        assert np.all(off <= momentum[3] * rounding), f"{name} does not decay on its way"
        assert np.all(step[3] >= -rounding), f"{name} decays before it is made"
        smallest = float(rounding.max())
        if type(law) is not Exponential or law.ctau <= 1e3 * smallest or len(part) < _ENOUGH:
            continue
        proper = step[3] * part.mass(position) / momentum[3] / law.ctau
        p = stats.kstest(proper, stats.expon.cdf).pvalue
        assert p > FAILURE_RATE, f"{name} does not live by its c tau of {law.ctau:.6g} mm: p = {p:.2g}"


def _decaying(part: Columns) -> list[int]:
    return sorted(set(part.topology.mother) - {-1})


def _children(part: Columns, position: int) -> list[int]:
    return [i for i, mother in enumerate(part.topology.mother) if mother == position]
