"""Table I of arXiv:2005.07102, derived: which portal with which decay beats K_L -> pi0 nu nubar."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from darkpair.chains.models import (
    Dipole,
    HiggsPortalFermion,
    HiggsPortalTrilinear,
    Impostor,
    Inputs,
    Model,
    TwoHiggsDoublet,
    VirtualMeson,
    ZPrimeDirac,
    ZPrimeScalar,
)
from darkpair.chains.standard_model_rates import k_long_to_pi_nunu
from darkpair.gen.constants import HBAR_C

__all__ = ["Cell", "table1"]

#: Masses of the demonstration [GeV]: X2 heavy enough for a pi0, a pair of them light enough for K_L.
_POINT: dict[str, Any] = {"m1": 0.0, "m2": 0.24}

#: Longest c tau that leaves visible decays near the kaon [mm].
_REACH = 1e4

#: Fermions need an operator of dimension six: (1 GeV / 100 GeV)^2 of the scalars' rate (section III.D).
_FERMION = 1e-4

#: The third portal's name.
_MIXED = "virtual pi0, eta"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One entry of the table: who makes the pair, who lets X2 decay.

    Parameters
    ----------
    portal, decay, spin : str
        Row, visible decay of X2, and whether the X are scalars or fermions.
    printed : bool
        Whether the paper has a check mark.
    pair : str
        What K_L decays to.
    production : Model
        Its portal.
    others : tuple of Model, optional
        Other portals that X2 decays by; None takes the visible decay as certain and at once, an upper bound.
    factor : float
        Of the production.
    background : float
        Branching ratio of K_L -> pi0 nu nubar.
    note : str
        Couplings, and why not.
    """

    portal: str
    decay: str
    spin: str
    printed: bool
    pair: str
    production: Model
    others: tuple[Model, ...] | None = ()
    factor: float = 1.0
    background: float
    note: str = ""

    @cached_property
    def branching_ratio(self) -> float:
        """Of K_L to the pair."""
        return float(self.production.branching_ratio("K_L0", self.pair)) * self.factor

    @cached_property
    def _visible_and_total(self) -> tuple[float, float]:
        """Widths of X2, visible and of all its decays [GeV]."""
        models = [self.production, *(self.others or ())]
        visible = [m.partial_width("X2", self.decay) for m in models if ("X2", self.decay) in m.modes()]
        return sum(map(float, visible)), sum(float(m.width("X2")) for m in models)

    @property
    def ctau(self) -> float:
        """Of X2 [mm]; 0 where it is taken as prompt."""
        return 0.0 if self.others is None else HBAR_C / self._visible_and_total[1]

    @property
    def enhancement(self) -> float:
        """The pair that decays so, over K_L -> pi0 nu nubar [1]."""
        visible, total = (1.0, 1.0) if self.others is None else self._visible_and_total
        fraction = visible / total
        return self.branching_ratio * (fraction**2 if self.pair == "X2 X2" else fraction) / self.background

    @property
    def works(self) -> bool:
        """Whether the rate beats the Standard Model's and X2 decays within 10 m."""
        return self.enhancement > 1.0 and self.ctau < _REACH


def table1(inputs: Inputs | None = None) -> list[Cell]:
    """Twelve entries of Table I, with G_X = G_F, BR(h -> dark) = 0.1 at m_S3 = 10 GeV, and m_eff = 100 eV.

    Parameters
    ----------
    inputs : Inputs, optional
        The preset "paper" unless given.

    References
    ----------
    arXiv:2005.07102, Table I.
    """
    used = Inputs("paper") if inputs is None else inputs
    common: dict[str, Any] = {"inputs": used, **_POINT}
    dipole, impostor = Dipole(mu=1e-5, **common), Impostor(**common)
    doublet = TwoHiggsDoublet(y_lambda=1e-3, **common)
    boson = ZPrimeScalar(G_X=used["G_F"], **common)
    dirac = ZPrimeDirac(G_X=used["G_F"], **common)
    diagonal = ZPrimeDirac(G_X=used["G_F"], c_A=0.0, c_A22=1.0, **common)
    trilinear = HiggsPortalTrilinear(A_3=1.0, B=1.0, m_S3=10.0, **common).saturating(0.1)
    fermion = HiggsPortalFermion(A_3=1.0, y_X=1.0, m_S3=10.0, **common).saturating(0.1)
    virtual = VirtualMeson(m_eff=1e-7, **common)
    whole, bound = "one coupling makes and breaks the pair", "bound: X2 taken to decay so at once"
    cell = partial(Cell, background=k_long_to_pi_nunu(used))
    return [
        cell(portal="vector", decay="X1 pi0", spin="scalar", printed=True, pair="X1 X2", production=boson, note=whole),
        cell(portal="vector", decay="X1 pi0", spin="fermion", printed=True, pair="X1 X2", production=dirac, note=whole),
        cell(portal="vector", decay="X1 gamma", spin="fermion", printed=True, pair="X2 X2", production=diagonal, others=(dipole,),
             note="mu = 1/(100 TeV), diagonal current"),
        cell(portal="vector", decay="gamma gamma", spin="scalar", printed=False, pair="X1 X2", production=boson, others=(impostor,),
             note="lambda/m_Psi = 1/TeV; not studied there"),
        cell(portal="scalar", decay="X1 pi0", spin="scalar", printed=True, pair="X1 X2", production=trilinear, others=(doublet,),
             note="y lambda = 1e-3 at m_A = 1 TeV"),
        cell(portal="scalar", decay="X1 pi0", spin="fermion", printed=False, pair="X2 X2", production=fermion, others=None, note=bound),
        cell(portal="scalar", decay="X1 gamma", spin="fermion", printed=False, pair="X2 X2", production=fermion, others=(dipole,),
             note="mu = 1/(100 TeV)"),
        cell(portal="scalar", decay="gamma gamma", spin="scalar", printed=True, pair="X1 X2", production=trilinear, others=(impostor,),
             note="lambda/m_Psi = 1/TeV"),
        cell(portal=_MIXED, decay="X1 pi0", spin="scalar", printed=True, pair="X1 X2", production=virtual, note=whole),
        cell(portal=_MIXED, decay="X1 pi0", spin="fermion", printed=False, pair="X1 X2", production=virtual, others=None,
             factor=_FERMION, note=f"{bound}; dimension six"),
        cell(portal=_MIXED, decay="X1 gamma", spin="fermion", printed=False, pair="X1 X2", production=virtual, others=None,
             factor=_FERMION, note=f"{bound}; dimension six"),
        cell(portal=_MIXED, decay="gamma gamma", spin="scalar", printed=False, pair="X1 X2", production=virtual, others=(impostor,),
             note="X1 pi0 is open beside it; not studied there"),
    ]  # fmt: skip
