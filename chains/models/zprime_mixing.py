"""What the mass mixing of Z and Z' does without dark particles: neutral currents at low energy, Higgs decays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from darkpair.chains.models.electroweak import cos_theta_W, higgs_vev, weak_coupling
from darkpair.chains.widths import two_body_width
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.particles import particle

if TYPE_CHECKING:
    from darkpair.chains.models.inputs import Inputs
    from darkpair.gen.kinematics import Array, Real

__all__ = ["COMPLETIONS", "charged_vev_mass", "higgs_couplings", "higgs_width", "neutral_current_excess"]

#: How the mixing moves with the Higgs field: not at all, or as the vacuum expectation value that makes it.
COMPLETIONS: Final = ("independent", "aligned")


def neutral_current_excess(eps_Z: Real, m_Zprime: Real, q2: Real = 0.0) -> Array:
    """Z' exchange over Z exchange in a neutral-current amplitude at low energy [1].

    Parameters
    ----------
    eps_Z : float or ndarray
        Mass mixing [1].
    m_Zprime : float or ndarray [GeV]
        Mass of the Z'.
    q2 : float or ndarray [GeV^2]
        Momentum transfer squared, 0 or more (spacelike).

    Notes
    -----
    The Z' couples to eps_Z times the current of the Z (arXiv:2005.07102, eq. 39 without kinetic mixing), so every
    amplitude of the Z is multiplied by one plus this: the weak charge of a nucleus and both couplings of the
    electron to neutrinos alike. It is constructive; eps_Z m_Z / m_Z' is the delta of arXiv:1203.2947.
    """
    m_Z2 = particle("Z0").mass ** 2
    return np.asarray(np.square(eps_Z) * m_Z2 / (np.square(m_Zprime) + np.asarray(q2)))


def charged_vev_mass(eps_Z: Real, g_X: Real, charge: Real, inputs: Inputs) -> Array:
    """Mass squared that the doublet behind the mixing gives the Z' by itself [GeV^2].

    Parameters
    ----------
    eps_Z, g_X : float or ndarray
        Mass mixing and dark gauge coupling [1].
    charge : float or ndarray
        Charge of the doublet under U(1)_X, in units of g_X.
    inputs : Inputs
        Preset and overrides of the table of inputs.

    Notes
    -----
    (q g_X v_X)^2, with v_X from eps_Z = 2 q g_X (c_W / g) (v_X / v)^2 (see `mixing_from_vev`): q eps_Z g_X g v^2 /
    (2 c_W), which is q (G_X / G_F) m_Z'^2. It cannot exceed m_Z'^2, so one doublet with unit charge gives G_X below
    G_F; arXiv:2005.07102, section III.C, asks for a very small charge without saying this number.
    """
    scale = 0.5 * weak_coupling(inputs) / cos_theta_W(inputs) * higgs_vev(inputs) ** 2
    return np.asarray(scale * np.asarray(charge) * eps_Z * g_X)


def higgs_couplings(
    eps_Z: Real, m_Zprime: Real, inputs: Inputs, *, completion: str = "independent", charged: Real = 0.0
) -> tuple[Array, Array]:
    """Couplings (a, b) of h Z Z' and (1/2) h Z' Z' [GeV].

    Parameters
    ----------
    eps_Z : float or ndarray
        Mass mixing [1].
    m_Zprime : float or ndarray [GeV]
        Mass of the Z', below that of the Z.
    inputs : Inputs
        Preset and overrides of the table of inputs.
    completion : {"independent", "aligned"}
        What the mixing term is when the Higgs field moves: constant, because the vacuum expectation value behind
        it is another field's; or proportional to (1 + h/v)^2, because the doublet behind it is heavy and follows
        the Higgs field.
    charged : float or ndarray [GeV^2]
        Mass squared of `charged_vev_mass`, which then moves with the Higgs field too; no effect on "independent".

    Notes
    -----
    First order in eps_Z for the rotation to mass states, which is eps_Z m_Z^2 / (m_Z^2 - m_Z'^2). "aligned" has no
    emission of the longitudinal Z' in h -> Z Z' (the terms cancel but for m_Z'^2): tree-level emission is not
    always enhanced, arXiv:1811.00595.
    """
    if completion not in COMPLETIONS:
        raise UnknownNameError("completion of the mixing", completion, COMPLETIONS)
    m_Z2, m2 = particle("Z0").mass ** 2, np.square(np.asarray(m_Zprime, dtype=np.float64))
    if not np.all((m2 > 0.0) & (m2 < m_Z2)):
        _, most = apart(np.max(m_Zprime), math.sqrt(m_Z2), digits=4)
        raise InputError(
            f"m_Zprime = {m_Zprime} GeV; allowed: above 0 and below m_Z = {most} GeV, where the "
            "mixing is small"
        )
    angle = np.asarray(eps_Z) * m_Z2 / (m_Z2 - m2)
    v = higgs_vev(inputs)
    if completion == "independent":
        return np.asarray(2.0 * m_Z2 * angle / v), np.asarray(2.0 * m_Z2 * angle**2 / v)
    single = angle * (m_Z2 - charged) - eps_Z * m_Z2
    double = m_Z2 * angle**2 - 2.0 * eps_Z * m_Z2 * angle + charged
    return np.asarray(2.0 * single / v), np.asarray(2.0 * double / v)


def higgs_width(
    final: str,
    eps_Z: Real,
    m_Zprime: Real,
    inputs: Inputs,
    *,
    completion: str = "independent",
    charged: Real = 0.0,
) -> Array:
    """Width of h -> Z' Z' or h -> Z Z' [GeV].

    Parameters
    ----------
    final : {"Z' Z'", "Z Z'"}
        Final state of the decay.
    eps_Z, m_Zprime, inputs, completion, charged
        Mixing, mass and what the mixing comes from, as in `higgs_couplings`.

    References
    ----------
    arXiv:2005.07102, section IV.C; arXiv:1811.00595.
    """
    single, double = higgs_couplings(eps_Z, m_Zprime, inputs, completion=completion, charged=charged)
    if final == "Z Z'":
        return _pair_width(single, particle("Z0").mass, m_Zprime, inputs)
    if final == "Z' Z'":
        return 0.5 * _pair_width(double, m_Zprime, m_Zprime, inputs)
    raise UnknownNameError("final state of h", final, ("Z' Z'", "Z Z'"))


def _pair_width(coupling: Real, m_a: Real, m_b: Real, inputs: Inputs) -> Array:
    """Width of h -> two distinct vectors by a coupling h V_a V_b [GeV]."""
    a2, b2 = np.square(m_a), np.square(m_b)
    squared = np.square(coupling) * (2.0 + np.square(inputs["m_h"] ** 2 - a2 - b2) / (4.0 * a2 * b2))
    return two_body_width(inputs["m_h"], m_a, m_b, squared)
