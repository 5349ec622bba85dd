"""Constraints on the mixing of Z and Z' itself: atomic parity violation, neutrinos on electrons, Higgs decays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from darkpair.chains.models.zprime import ZPrime
from darkpair.chains.models.zprime_mixing import charged_vev_mass, higgs_width, neutral_current_excess
from darkpair.gen.errors import UnknownNameError
from darkpair.searches.measurements import Measurement, measurement
from darkpair.searches.search import Search, mixing_of
from darkpair.statistics import gaussian_upper_limit

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array

__all__ = ["AtomicParity", "HiggsDecay", "NeutrinoElectron"]


@dataclass(frozen=True, kw_only=True)
class _Mixing(Search):
    """A base for what needs eps_Z and m_Z' apart.

    Parameters
    ----------
    g_X : float
        Dark coupling [1], of order one in arXiv:2005.07102, section III.C; a model has its product with eps_Z only.
    """

    g_X: float = 1.0

    def applies(self, model: Model) -> bool:
        """Whether the model is a Z' that says its mass."""
        return isinstance(model, ZPrime) and model.m_Zprime is not None

    def lacks(self, model: Model) -> str:
        """The mass of the Z', where a Z' does not say it."""
        if isinstance(model, ZPrime) and model.m_Zprime is None:
            return "needs the mass of the Z', which the point leaves open; give it, as in m_Zprime='10 GeV'"
        return ""


@dataclass(frozen=True, kw_only=True)
class _Exchange(_Mixing):
    """A base for what low energies see of the exchange of the Z' beside that of the Z."""

    #: Topic of the measurements.
    TOPIC: ClassVar[str]

    def value(self, model: Model) -> Array:
        """Z' exchange over Z exchange [1]."""
        transfer = measurement(self.TOPIC, "momentum_transfer").value
        return neutral_current_excess(*mixing_of(model, self.g_X), transfer)

    @property
    def limit(self) -> float:
        """One-sided limit on the excess [1]."""
        measured, standard = self.measurements
        return _excess(measured, standard, self.confidence_level)


@dataclass(frozen=True, kw_only=True)
class AtomicParity(_Exchange):
    """Relative excess of the weak charge of cesium over the Standard Model's [1].

    Parameters
    ----------
    evaluation : {"2021", "2009"}
        Evaluation of the measured weak charge: arXiv:2101.10095, or arXiv:0902.0335 as in arXiv:2005.07102.
    """

    TOPIC: ClassVar = "weak_charge"

    evaluation: str = "2021"

    def __post_init__(self) -> None:
        if self.evaluation not in {"2021", "2009"}:
            raise UnknownNameError("evaluation of the weak charge", self.evaluation, ("2021", "2009"))

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """Measured weak charge and the Standard Model's."""
        stem = "cesium" if self.evaluation == "2021" else "cesium_paper"
        return measurement(self.TOPIC, stem), measurement(self.TOPIC, f"{stem}_standard_model")


@dataclass(frozen=True, kw_only=True)
class NeutrinoElectron(_Exchange):
    """Relative excess of the axial coupling of electrons to muon neutrinos over the Standard Model's [1]."""

    TOPIC: ClassVar = "neutrino_electron"

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """CHARM II's axial coupling and the Standard Model's."""
        return measurement(self.TOPIC, "g_A"), measurement(self.TOPIC, "g_A_standard_model")


@dataclass(frozen=True, kw_only=True)
class HiggsDecay(_Mixing):
    """Width of h -> Z' Z' or Z Z' over the Standard Model's total [1].

    Parameters
    ----------
    final : {"Z' Z'", "Z Z'"}
        What the Higgs boson decays to.
    completion : {"independent", "aligned"}
        Couplings of the Higgs boson, as `darkpair.chains.models.zprime_mixing.higgs_couplings` makes them;
        "independent" has what the text of arXiv:2005.07102, section IV.C, says: Z Z' is the stronger one and neither
        excludes the region of interest.
    charge : float
        Dark charge of the doublet behind the mixing [1], for "aligned".
    """

    final: str = "Z' Z'"
    completion: str = "independent"
    charge: float = 1.0

    def value(self, model: Model) -> Array:
        """Width over the inputs' Gamma_h [1]."""
        eps, mass = mixing_of(model, self.g_X)
        charged = charged_vev_mass(eps, self.g_X, self.charge, model.inputs)
        width = higgs_width(self.final, eps, mass, model.inputs, completion=self.completion, charged=charged)
        return np.asarray(width / model.inputs["Gamma_h"])

    @property
    def limit(self) -> float:
        """Largest part of the width [1]."""
        return self.measurements[0].value

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The part of the width."""
        return (measurement("higgs", "fraction"),)


def _excess(measured: Measurement, standard: Measurement, confidence_level: float) -> float:
    """One-sided limit on the relative excess of a coupling over the Standard Model's [1]."""
    relative = measured.value / standard.value - 1.0
    error = np.hypot(measured.error or 0.0, standard.error or 0.0) / abs(standard.value)
    return gaussian_upper_limit(relative, float(error), confidence_level)
