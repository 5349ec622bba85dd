"""Table I of arXiv:2005.07102, derived: which portal with which decay beats K_L -> pi0 nu nubar."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One entry of the table.

    Parameters
    ----------
    portal, decay, spin : str
        Row, visible decay of X2, and whether the X are scalars or fermions.
    branching_ratio : float
        Of K_L to the pair.
    enhancement : float
        The pair that decays so, over K_L -> pi0 nu nubar.
    ctau : float [mm]
        Of X2.
    printed : bool
        Whether the paper has a check mark.
    note : str
        Couplings, and why not.
    """

    portal: str
    decay: str
    spin: str
    branching_ratio: float
    enhancement: float
    ctau: float
    printed: bool
    note: str = ""

    @property
    def works(self) -> bool:
        """Whether the rate beats the Standard Model's and X2 decays within 10 m."""
        return self.enhancement > 1.0 and self.ctau < _REACH


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A way to fill one entry: who makes the pair, who lets X2 decay."""

    portal: str
    decay: str
    spin: str
    printed: bool
    pair: str
    production: Model
    #: Other portals that X2 decays by; None takes the visible decay as certain and at once, an upper bound.
    others: tuple[Model, ...] | None = ()
    factor: float = 1.0
    note: str = ""

    def cell(self, background: float) -> Cell:
        """Entry of the table."""
        produced = float(self.production.branching_ratio("K_L0", self.pair)) * self.factor
        visible, length = 1.0, 0.0
        if self.others is not None:
            models = (self.production, *self.others)
            total = sum(float(model.width("X2")) for model in models)
            open_ = sum(
                float(model.partial_width("X2", self.decay))
                for model in models
                if ("X2", self.decay) in model.modes()
            )
            visible, length = open_ / total, HBAR_C / total
        fraction = visible**2 if self.pair == "X2 X2" else visible
        return Cell(
            portal=self.portal,
            decay=self.decay,
            spin=self.spin,
            branching_ratio=produced,
            enhancement=produced * fraction / background,
            ctau=length,
            printed=self.printed,
            note=self.note,
        )


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
    bound = "bound: X2 taken to decay so at once"
    rows: dict[str, dict[tuple[str, str], tuple[bool, str, Model, tuple[Model, ...] | None, float, str]]] = {
        "vector": {
            ("X1 pi0", "scalar"): (True, "X1 X2", boson, (), 1.0, "one coupling makes and breaks the pair"),
            ("X1 pi0", "fermion"): (True, "X1 X2", dirac, (), 1.0, "one coupling makes and breaks the pair"),
            ("X1 gamma", "fermion"): (True, "X2 X2", diagonal, (dipole,), 1.0, "mu = 1/(100 TeV), diagonal current"),
            ("gamma gamma", "scalar"): (False, "X1 X2", boson, (impostor,), 1.0, "lambda/m_Psi = 1/TeV; not studied there"),
        },
        "scalar": {
            ("X1 pi0", "scalar"): (True, "X1 X2", trilinear, (doublet,), 1.0, "y lambda = 1e-3 at m_A = 1 TeV"),
            ("X1 pi0", "fermion"): (False, "X2 X2", fermion, None, 1.0, bound),
            ("X1 gamma", "fermion"): (False, "X2 X2", fermion, (dipole,), 1.0, "mu = 1/(100 TeV)"),
            ("gamma gamma", "scalar"): (True, "X1 X2", trilinear, (impostor,), 1.0, "lambda/m_Psi = 1/TeV"),
        },
        "virtual pi0, eta": {
            ("X1 pi0", "scalar"): (True, "X1 X2", virtual, (), 1.0, "one coupling makes and breaks the pair"),
            ("X1 pi0", "fermion"): (False, "X1 X2", virtual, None, _FERMION, f"{bound}; dimension six"),
            ("X1 gamma", "fermion"): (False, "X1 X2", virtual, None, _FERMION, f"{bound}; dimension six"),
            ("gamma gamma", "scalar"): (False, "X1 X2", virtual, (impostor,), 1.0, "X1 pi0 is open beside it; not studied there"),
        },
    }  # fmt: skip
    background = k_long_to_pi_nunu(used)
    return [
        _Case(
            portal=portal,
            decay=decay,
            spin=spin,
            printed=printed,
            pair=pair,
            production=production,
            others=others,
            factor=factor,
            note=note,
        ).cell(background)
        for portal, row in rows.items()
        for (decay, spin), (printed, pair, production, others, factor, note) in row.items()
    ]
