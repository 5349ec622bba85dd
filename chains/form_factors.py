"""Hadronic form factors of M' -> M transitions, as functions of q^2.

Conventions of arXiv:2005.07102, eqs. B1 and B2: f_+ goes with p + p', f_0 with q, f_+(0) = f_0(0).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from darkpair.gen.errors import UnknownNameError
from darkpair.gen.kinematics import two_body_momentum
from darkpair.gen.particles import particle

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array, Real

__all__ = [
    "FORM_FACTORS",
    "PION",
    "ConstantForm",
    "DispersiveForm",
    "ExponentialForm",
    "FormFactor",
    "KstarForm",
    "PionForm",
    "PoleForm",
    "ZExpansion",
    "form_factor",
    "gounaris_sakurai",
]


class FormFactor(Protocol):
    """A pair of form factors of a pseudoscalar-to-pseudoscalar transition."""

    def plus(self, q2: Real) -> Array:
        """f_+ at q^2 [GeV^2]."""
        ...

    def zero(self, q2: Real) -> Array:
        """f_0 at q^2 [GeV^2]."""
        ...


@dataclass(frozen=True, kw_only=True)
class ConstantForm:
    """The same constant for f_+ and f_0 (the approximation of arXiv:2005.07102, eqs. B3 and B4).

    Parameters
    ----------
    value : float
        Value of f_+ and of f_0 at every q^2.
    """

    value: float

    def plus(self, q2: Real) -> Array:
        """f_+ at q^2 [GeV^2]."""
        return np.full(np.shape(q2), self.value)

    zero = plus


@dataclass(frozen=True, kw_only=True)
class ExponentialForm:
    """f(q^2) = f(0) exp(c1 s + c2 s^2 + c3 s^3), s = q^2 / m^2 (Ali, Ball, Handoko, Hiller, hep-ph/9910221).

    Parameters
    ----------
    f_plus, f_zero : tuple of float
        f(0), c1, c2, c3 of f_+ and of f_0.
    parent : str
        Name of the heavier meson, whose mass is m.
    """

    f_plus: tuple[float, float, float, float]
    f_zero: tuple[float, float, float, float]
    parent: str

    def _value(self, q2: Real, f: tuple[float, float, float, float]) -> Array:
        s = np.asarray(q2) / particle(self.parent).mass ** 2
        return np.asarray(f[0] * np.exp(s * (f[1] + s * (f[2] + s * f[3]))))

    def plus(self, q2: Real) -> Array:
        """f_+ at q^2 [GeV^2]."""
        return self._value(q2, self.f_plus)

    def zero(self, q2: Real) -> Array:
        """f_0 at q^2 [GeV^2]."""
        return self._value(q2, self.f_zero)


@dataclass(frozen=True, kw_only=True)
class DispersiveForm:
    """K -> pi form factors: second-order Taylor expansion of the dispersive parametrisation.

    Parameters
    ----------
    f_at_zero : float
        f_+(0) = f_0(0).
    slope : float
        Lambda_+, slope of f_+ in t = q^2 / m_pi^2.
    ln_c : float
        Logarithm of f_0 at the Callan-Treiman point over f_0(0).

    Notes
    -----
    f_+ = f(0) (1 + L t + (L^2 + 5.79e-4) t^2 / 2), and f_0 alike with L_0 = m_pi^2 / (m_K^2 - m_pi^2)
    (ln C - 0.0398) and 4.16e-4: Bernard, Oertel, Passemar, Stern, arXiv:0903.1654; values of arXiv:1602.04113.
    """

    f_at_zero: float
    slope: float
    ln_c: float

    @staticmethod
    def _taylor(q2: Real, slope: float, curvature: float) -> Array:
        t = np.asarray(q2) / particle("pi+").mass ** 2
        return np.asarray(1.0 + t * (slope + 0.5 * t * (slope**2 + curvature)))

    def plus(self, q2: Real) -> Array:
        """f_+ at q^2 [GeV^2]."""
        return self.f_at_zero * self._taylor(q2, self.slope, 5.79e-4)

    def zero(self, q2: Real) -> Array:
        """f_0 at q^2 [GeV^2]."""
        pion, kaon = particle("pi+").mass, particle("K0").mass
        slope = pion**2 / (kaon**2 - pion**2) * (self.ln_c - 0.0398)
        return self.f_at_zero * self._taylor(q2, slope, 4.16e-4)


@dataclass(frozen=True, kw_only=True)
class ZExpansion:
    """Bourrely-Caprini-Lellouch expansion in z (arXiv:0807.2722).

    Parameters
    ----------
    a_plus, a_zero : tuple of float
        Coefficients of the powers of z; f_+ obeys the threshold condition on its last power.
    pole_plus, pole_zero : float [GeV]
        Masses of the resonances in f_+ and in f_0.
    parent, daughter : str
        Names of the two mesons, the heavier first.
    """

    a_plus: tuple[float, ...]
    a_zero: tuple[float, ...]
    pole_plus: float
    pole_zero: float
    parent: str
    daughter: str

    def _z(self, q2: Real) -> Array:
        heavy, light = particle(self.parent).mass, particle(self.daughter).mass
        t_plus = (heavy + light) ** 2
        t_zero = (heavy + light) * (math.sqrt(heavy) - math.sqrt(light)) ** 2
        a, b = np.sqrt(t_plus - np.asarray(q2)), math.sqrt(t_plus - t_zero)
        return np.asarray((a - b) / (a + b))

    def plus(self, q2: Real) -> Array:
        """f_+ at q^2 [GeV^2]."""
        z, n = self._z(q2), len(self.a_plus)
        series = sum(a * (z**k - (-1.0) ** (k - n) * k / n * z**n) for k, a in enumerate(self.a_plus))
        return np.asarray(series / (1.0 - np.asarray(q2) / self.pole_plus**2))

    def zero(self, q2: Real) -> Array:
        """f_0 at q^2 [GeV^2]."""
        z = self._z(q2)
        series = sum(a * z**k for k, a in enumerate(self.a_zero))
        return np.asarray(series / (1.0 - np.asarray(q2) / self.pole_zero**2))


@dataclass(frozen=True, kw_only=True)
class PoleForm:
    """Sums of simple poles, f(q^2) = sum r / (1 - q^2 / m^2) (Ball and Zwicky, hep-ph/0406232).

    Parameters
    ----------
    f_plus, f_zero : tuple of (r, m^2 [GeV^2])
        Residues and squared masses of the poles of f_+ and of f_0.
    """

    f_plus: tuple[tuple[float, float], ...]
    f_zero: tuple[tuple[float, float], ...]

    def plus(self, q2: Real) -> Array:
        """f_+ at q^2 [GeV^2]."""
        return np.asarray(sum(r / (1.0 - np.asarray(q2) / m2) for r, m2 in self.f_plus))

    def zero(self, q2: Real) -> Array:
        """f_0 at q^2 [GeV^2]."""
        return np.asarray(sum(r / (1.0 - np.asarray(q2) / m2) for r, m2 in self.f_zero))


@dataclass(frozen=True, kw_only=True)
class KstarForm:
    """B -> K* form factors V, A_0, A_1, A_2: f(0) exp(c1 s + c2 s^2) (hep-ph/9910221, central values).

    Parameters
    ----------
    parent : str
        Name of the heavier meson, whose mass is m in s = q^2 / m^2.
    """

    parent: str
    v: tuple[float, float, float] = (0.457, 1.482, 1.015)  # as in EvtGen, EvtbTosllBallFF model 2; read there
    a0: tuple[float, float, float] = (0.471, 1.505, 0.710)  # the same
    a1: tuple[float, float, float] = (0.337, 0.602, 0.258)  # the same
    a2: tuple[float, float, float] = (0.282, 1.172, 0.567)  # the same

    def helicities(self, mass: Real, mass_v: Real, q2: Real) -> tuple[Array, Array, Array, Array]:
        """Helicity amplitudes H_+, H_-, H_0, H_t of the V - A current, without the 1/2 of P_L [GeV].

        Parameters
        ----------
        mass, mass_v : float or ndarray [GeV]
            Masses of the B and of the K*.
        q2 : float or ndarray [GeV^2]
            Squared mass of the pair, below (mass - mass_v)^2.
        """
        s = np.asarray(q2) / particle(self.parent).mass ** 2
        v, a0, a1, a2 = (f[0] * np.exp(s * (f[1] + s * f[2])) for f in (self.v, self.a0, self.a1, self.a2))
        lam = np.maximum((mass - mass_v) ** 2 - q2, 0.0) * ((mass + mass_v) ** 2 - q2)
        total = mass + mass_v
        axial, vector = total * a1, np.sqrt(lam) / total * v
        longitudinal = ((mass**2 - mass_v**2 - q2) * total * a1 - lam / total * a2) / (
            2.0 * mass_v * np.sqrt(q2)
        )
        return axial - vector, axial + vector, longitudinal, np.sqrt(lam / q2) * a0


@dataclass(frozen=True, kw_only=True)
class PionForm:
    """The pion's vector form factor, (GS(rho) + share GS(rho')) / (1 + share); without rho-omega mixing.

    Parameters
    ----------
    rho, excited : (mass, width) [GeV]
        Mass and width of the rho(770), and of the rho(1450).
    share : float
        Amplitude of the rho(1450) over that of the rho(770).
    """

    rho: tuple[float, float]
    excited: tuple[float, float]
    share: float

    def vector(self, q2: Real) -> Array:
        """F at q^2 [GeV^2], complex, above the threshold of two charged pions."""
        pion = particle("pi+").mass
        ground, excited = (gounaris_sakurai(q2, *rho, pion) for rho in (self.rho, self.excited))
        return np.asarray((ground + self.share * excited) / (1.0 + self.share))


def gounaris_sakurai(s: Real, mass: float, width: float, pion: float) -> Array:
    """Propagator of a rho in the pion's vector form factor: complex, 1 at s = 0.

    Parameters
    ----------
    s : float or ndarray [GeV²]
        Squared mass of the two pions, at or above threshold.
    mass, width, pion : float [GeV]
        Mass and width of the rho, and the mass of the pion.

    References
    ----------
    Gounaris and Sakurai, Phys. Rev. Lett. 21, 244 (1968); in the form of hep-ex/0112031, eqs. 11 to 16.
    """
    q = np.sqrt(np.maximum(s, 4.0 * pion**2))
    s = np.square(q)

    def loop(q: Real) -> Real:  # h(s)
        k = two_body_momentum(q, pion, pion)
        return 2.0 / math.pi * k / q * np.log((q + 2.0 * k) / (2.0 * pion))

    k, k0 = two_body_momentum(q, pion, pion), float(two_body_momentum(mass, pion, pion))
    h0 = float(loop(mass))
    slope = h0 * (1.0 / (8.0 * k0**2) - 1.0 / (2.0 * mass**2)) + 1.0 / (
        2.0 * math.pi * mass**2
    )  # dh/ds at m²
    shift = width * mass**2 / k0**3 * (k**2 * (loop(q) - h0) + (mass**2 - s) * k0**2 * slope)
    at_zero = (
        3.0 / math.pi * (pion / k0) ** 2 * math.log((mass + 2.0 * k0) / (2.0 * pion))
        + mass / (2.0 * math.pi * k0)
        - pion**2 * mass / (math.pi * k0**3)
    )
    running = width * (k / k0) ** 3 * mass / q
    return np.asarray(mass**2 * (1.0 + at_zero * width / mass) / (mass**2 - s + shift - 1j * mass * running))


#: B -> K, central values of hep-ph/9910221; as in EvtGen, EvtbTosllBallFF model 2; read there.
ALI_BALL_K: Final = ExponentialForm(
    f_plus=(0.319, 1.465, 0.372, 0.782), f_zero=(0.319, 0.633, -0.095, 0.591), parent="B+"
)

#: B -> K, lattice fit of FNAL and MILC, arXiv:1509.06235; coefficients read in flavio (parameters_correlated.yml). Its f0 has
#: the pole at 5.711 GeV: with it, and not with flavio's 5.630, they give the fit's own f0 at 17, 20 and 23 GeV^2 as in EOS.
BCL_K: Final = ZExpansion(
    a_plus=(0.466, -0.885, -0.213),
    a_zero=(0.292, 0.281, 0.150),
    pole_plus=5.415,
    pole_zero=5.711,
    parent="B+",
    daughter="K+",
)

#: B -> pi, light-cone sum rules, hep-ph/0406232 set 2; as in EvtGen, EvtbTosllBallFF model 6; read there.
BZ_PI: Final = PoleForm(f_plus=((0.744, 5.32**2), (-0.486, 40.73)), f_zero=((0.258, 33.81),))

#: K -> pi, arXiv:1602.04113: f_+(0) memory (FLAG21: .9698(17)), Lambda_+ and ln C read in flavio.
DISPERSIVE_PI: Final = DispersiveForm(f_at_zero=0.9709, slope=24.22e-3, ln_c=0.1998)

#: pi -> pi, e+ e- -> pi+ pi- of CMD-2, hep-ex/0308008 (rho(1450): PDG 2002); memory.
PION: Final = PionForm(rho=(0.77565, 0.14385), excited=(1.465, 0.310), share=-0.0859)

#: The choices by name and transition; the first of each transition is the default.
FORM_FACTORS: Final[dict[str, dict[str, FormFactor]]] = {
    "K -> pi": {"dispersive": DISPERSIVE_PI},
    "B -> K": {"ali-ball": ALI_BALL_K, "bcl": BCL_K},
    "B -> pi": {"ball-zwicky": BZ_PI},
}


def form_factor(transition: str, name: str | None = None) -> FormFactor:
    """Form factors of a transition, the default unless named.

    Parameters
    ----------
    transition : {"K -> pi", "B -> K", "B -> pi"}
        The two mesons by quark content, not charge.
    name : str, optional
        Parametrisation, one of `FORM_FACTORS` for the transition.

    Raises
    ------
    UnknownNameError
        For a transition or a name that stands in no table.
    """
    if transition not in FORM_FACTORS:
        raise UnknownNameError("transition", transition, FORM_FACTORS)
    forms = FORM_FACTORS[transition]
    if name is None:
        return next(iter(forms.values()))
    if name not in forms:
        raise UnknownNameError(f"form factor of {transition}", name, forms)
    return forms[name]
