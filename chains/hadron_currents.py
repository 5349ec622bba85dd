"""Currents of mesons as four-vectors in any frame, with the propagator of the Z': what `helicity` contracts.

Four-vectors are arrays of x, y, z, E, (4, n) [GeV]; the scalar form factors and propagators are those of `matrix_elements`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from darkpair.chains.matrix_elements import propagator
from darkpair.gen.directions import about
from darkpair.gen.kinematics import boost
from darkpair.gen.polarisation import at_rest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from darkpair.chains.matrix_elements import KstarTransition, VectorTransition
    from darkpair.gen.kinematics import Array, Real

__all__ = ["kstar_currents", "mediated", "transition_current"]


def mediated(current: Any, q: Array, mediator_mass: Real | None) -> Any:
    """A current as the Z' hands it on, g - q q / m_Z'^2; the propagator's scalar factor is left out."""
    if mediator_mass is None:
        return current
    return current - q * (_product(q, current) / np.square(mediator_mass))


def transition_current(transition: VectorTransition, spectator: Array, q: Array) -> Array:
    """<M| J |M'> of arXiv:2005.07102, eq. B1, for momenta of M and of the pair."""
    q2 = _product(q, q)
    across = spectator - q * (_product(spectator, q) / q2)  # half of the spin-1 part of p' + p
    difference = transition.mass**2 - transition.daughter_mass**2
    spin_one = 2.0 * transition.form.plus(q2) * propagator(q2, transition.mediator_mass)
    return np.asarray(spin_one * across + transition.form.zero(q2) * difference / q2 * q)


def kstar_currents(
    transition: KstarTransition, spectator: Array, q: Array, *, b_quark: bool
) -> list[NDArray[np.complex128]]:
    """<K*| J |B> for helicities 0, 1 and -1 of the K*, for momenta of the K* and of the pair.

    The form factors' H_+ and H_- are those of b -> s, whose s quark is left-handed; of a b antiquark they exchange.
    The pair flies against the K* and has its helicity.
    """
    q2 = _product(q, q)
    root = np.sqrt(q2)
    own = np.sqrt(_product(spectator, spectator))  # the K*'s mass in this event
    plus, minus, zero, ht = transition.form.helicities(transition.mass, own, q2)
    shape = propagator(q2, transition.mediator_mass)
    x, y, z, e = q
    momentum = np.stack(at_rest((x, y, z, e), root, tuple(spectator))[:3])
    along = momentum / np.sqrt((momentum * momentum).sum(axis=0))
    still = np.zeros_like(q2)
    first = np.stack(about((along[0], along[1], along[2]), still, still))
    second = np.cross(along, first, axis=0)
    axes = [
        np.stack(boost(x, y, z, e, root, axis[0], axis[1], axis[2], still)) for axis in (first, second, along)
    ]
    up, down = (minus, plus) if not b_quark else (plus, minus)
    # spin 1 along the pair's flight, against the K*'s: first and second turn the other way
    return [
        (zero * shape * axes[2] + ht / root * q).astype(np.complex128),
        up * shape * (axes[0] - 1j * axes[1]) * np.sqrt(0.5),
        down * shape * (axes[0] + 1j * axes[1]) * np.sqrt(0.5),
    ]


def _product(a: Any, b: Any) -> Any:
    return a[3] * b[3] - a[0] * b[0] - a[1] * b[1] - a[2] * b[2]
