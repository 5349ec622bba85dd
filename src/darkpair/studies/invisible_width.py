"""What Fig. 5 of arXiv:2005.07102 needs of the models: rates and lifetimes against a coupling and a dark width of X2.

Left: Majorana fermions and the Z'. Right: scalars and a virtual pi0 or eta at m2 = 430 MeV.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from darkpair.chains.models import VirtualMeson, ZPrimeMajorana
from darkpair.constraints.escape import invisible_branching_ratio
from darkpair.contours import coupling_at

if TYPE_CHECKING:
    from darkpair.chains.models.inputs import Inputs
    from darkpair.chains.models.model import Model
    from darkpair.constraints.koto import KotoBand
    from darkpair.gen.kinematics import Array, Real

__all__ = ["band_of_m_eff", "band_of_zprime", "rates", "virtual_meson", "zprime"]


def zprime(G_X: Real, fraction: Real, inputs: Inputs, *, m1: Real, m2: Real, **more: Any) -> ZPrimeMajorana:
    """Majorana fermions whose psi2 has a dark branching ratio beside the Z' model's own.

    Parameters
    ----------
    G_X, fraction, m1, m2 : float or ndarray [GeV^-2], [1], [GeV], [GeV]
        They broadcast; the fraction is BR(psi2 -> inv BSM), without psi1 nu nubar (section IV.D).
    inputs : Inputs
    **more
        Other parameters of the model.
    """
    return ZPrimeMajorana(m1=m1, m2=m2, G_X=G_X, inputs=inputs, invisible_branching_ratio=fraction, **more)


def virtual_meson(
    m_eff: Real, fraction: Real, inputs: Inputs, *, m1: float = 0.0, m2: float = 0.430
) -> VirtualMeson:
    """Scalars of a virtual pi0 or eta whose S2 has a dark branching ratio.

    Parameters
    ----------
    m_eff, fraction : float or ndarray [GeV], [1]
        They broadcast.
    inputs : Inputs
    m1, m2 : float [GeV]
    """
    return VirtualMeson(m1=m1, m2=m2, m_eff=m_eff, inputs=inputs, invisible_branching_ratio=fraction)


def rates(model: Model) -> dict[str, Array]:
    """What production and decay need of a model: branching ratios [1] and c tau [mm].

    Parameters
    ----------
    model : Model
    """
    return {
        "BR(K_L -> X1 X2)": model.branching_ratio("K_L0", "X1 X2"),
        "BR(eta -> X1 X2)": model.branching_ratio("eta", "X1 X2"),
        "BR(X2 -> X1 pi0)": model.branching_ratio("X2", "X1 pi0"),
        "BR(X2 -> invisible)": invisible_branching_ratio(model),
        "c tau [mm]": model.ctau("X2"),
    }


def band_of_zprime(
    band: KotoBand, fraction: Array, inputs: Inputs, *, m1: Real, m2: Real, confidence_level: float
) -> tuple[Array, Array]:
    """Ends of the range of G_X that explains KOTO's candidates, against the dark branching ratio [GeV^-2]."""
    low, high = band.interval(confidence_level)

    def value(G_X: Array) -> Array:
        return band.value(zprime(G_X, fraction, inputs, m1=m1, m2=m2))

    return _ends(value, low, high, inputs["G_F"])


def band_of_m_eff(
    band: KotoBand,
    fraction: Array,
    inputs: Inputs,
    *,
    confidence_level: float,
    m1: float = 0.0,
    m2: float = 0.430,
) -> tuple[Array, Array]:
    """Ends of the range of m_eff that explains KOTO's candidates, against the dark branching ratio [GeV]."""
    low, high = band.interval(confidence_level)

    def value(m_eff: Array) -> Array:
        return band.value(virtual_meson(m_eff, fraction, inputs, m1=m1, m2=m2))

    return _ends(value, low, high, 1e-7)


def _ends(value: Any, low: float, high: float, unit: float) -> tuple[Array, Array]:
    first, last = (coupling_at(value, target, 1e-4 * unit, 1e4 * unit) for target in (low, high))
    return np.asarray(first), np.asarray(last)
