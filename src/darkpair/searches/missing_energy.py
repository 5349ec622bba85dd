"""Searches for a meson and missing energy: B -> K nu nubar, K+ -> pi+ nu nubar, and pi0 to nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final, Literal

import numpy as np

from darkpair.chains.form_factors import form_factor
from darkpair.chains.models.zprime import ZPrime
from darkpair.chains.standard_model_rates import neutrino_transition
from darkpair.chains.widths import three_body_width, three_body_window
from darkpair.detectors.data_file import read_data
from darkpair.gen.errors import UnknownNameError
from darkpair.gen.particles import particle
from darkpair.gen.sources.upsilon4s import MACHINES
from darkpair.searches.escape import invisible_branching_ratio, unseen_fraction
from darkpair.searches.measurements import Measurement, measurement, regions
from darkpair.searches.search import Search
from darkpair.searches.unseen import operator_note, pairs_of, unseen_modes
from darkpair.statistics import gaussian_upper_limit

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array

__all__ = ["BToKNuNu", "KPlusToPiNuNu", "PionToInvisible", "neutrinos_inside"]

#: What X2 must do to count as missing energy.
_SIGHT: Final = ("always", "escape")

#: Which pairs beside the meson count: all that a model makes, or that of arXiv:2005.07102 alone.
_PAIRS: Final = ("every", "X1 X2")


def _check_sight(invisible: str, pairs: str) -> None:
    if invisible not in _SIGHT:
        raise UnknownNameError("treatment of X2", invisible, _SIGHT)
    _check_pairs(pairs)


def _check_pairs(pairs: str) -> None:
    if pairs not in _PAIRS:
        raise UnknownNameError("pairs beside a meson", pairs, _PAIRS)


@dataclass(frozen=True, kw_only=True)
class BToKNuNu(Search):
    """Branching ratio of B+ -> K+ X1 X2 with X2 unseen, against searches for B -> K nu nubar [1].

    So do X1 X1, and X2 X2 with both unseen, where a model makes them.  Every assumption is a switch. Masses below the kaon's leave the shape in q^2 close to that of neutrinos (the
    same vector operator), so the searches' efficiency is taken over.

    Parameters
    ----------
    search : {"belle", "belle2-precision", "red-line", "red-line-total", "belle2-2023"}
        Which limit it is. "belle": Belle's. "belle2-precision": a tenth of the Standard Model's rate
        (arXiv:2005.07102, Fig. 4). "red-line": pairs at 1.2 times the Standard Model's rate, as the caption of Fig. 3
        is written; "red-line-total": neutrinos and pairs together at 1.2 times, which is what "twice the Belle-II
        sensitivity" in the same caption amounts to. "belle2-2023": the measured rate, upper end of its error.
    subtract : bool
        Whether neutrinos take their part of a published total.
    invisible : {"escape", "always"}
        Whether X2 must decay unseen or leave the detector, or is never seen.
    propagator : bool
        Whether to keep the propagator of a model that says m_Zprime; the contact interaction otherwise.
    form_factors : {"ali-ball", "bcl"}, optional
        Form factors of B -> K; the model's own unless given.
    length : float, optional [mm]
        Flight path that leaves the detector; 2 m unless given.
    pairs : {"every", "X1 X2"}
        Which pairs count: all that a model makes beside the kaon, or X1 X2 alone as in arXiv:2005.07102.
    """

    NEEDS: ClassVar = (("B+", "K+ X1 X2"),)
    SEARCHES: ClassVar = ("belle", "belle2-precision", "red-line", "red-line-total", "belle2-2023")

    search: str = "belle"
    subtract: bool = True
    invisible: str = "escape"
    propagator: bool = True
    form_factors: Literal["ali-ball", "bcl"] | None = None
    length: float | None = None
    pairs: str = "every"

    def __post_init__(self) -> None:
        if self.search not in self.SEARCHES:
            raise UnknownNameError("search for B -> K nu nubar", self.search, self.SEARCHES)
        _check_sight(self.invisible, self.pairs)

    def applies(self, model: Model) -> bool:
        """Whether the model has a pair beside the kaon."""
        return bool(unseen_modes(model, "B+", "K+", self.pairs))

    @property
    def kind(self) -> str:
        """What an excess means: the others are projections and the paper's lines."""
        return "excluded" if self.search in ("belle", "belle2-2023") else "line"

    @property
    def status(self) -> str:
        """What it stands for: the paper's red lines rest on nobody's sensitivity."""
        if self.search.startswith("red-line"):
            return "estimate"
        return "projection" if self.kind == "line" else "measurement"

    def value(self, model: Model) -> Array:
        """Branching ratio with X2 unseen [1]."""
        if isinstance(model, ZPrime):
            form = self.form_factors or model.b_to_k
            model = replace(model, b_to_k=form, m_Zprime=model.m_Zprime if self.propagator else None)
        length = measurement("b_to_k_nunu", "escape").value if self.length is None else self.length
        where = {"length": length, "boost": MACHINES[self._experiment].boost}
        total: Array = np.zeros(())
        for mode in unseen_modes(model, "B+", "K+", self.pairs):
            ratio = model.branching_ratio("B+", mode)
            part = 1.0 if self.invisible == "always" else unseen_fraction(model, "B+", mode, **where)
            total = total + ratio * part
        return np.asarray(total)

    def note(self, model: Model) -> str:
        """What is taken for granted of a model whose operator is not that of neutrinos."""
        return operator_note(model, "B+", unseen_modes(model, "B+", "K+", self.pairs))

    @property
    def limit(self) -> float:
        """Largest branching ratio of the pairs [1]."""
        measured, standard = self.measurements
        if self.search == "belle2-precision":
            return measured.value * standard.value
        if self.search in {"red-line", "red-line-total"}:
            return (measured.value - (self.search == "red-line-total")) * standard.value
        total = measured.value
        if measured.error is not None:
            total = gaussian_upper_limit(measured.value, measured.error, self.confidence_level)
        return total - (standard.value if self.subtract else 0.0)

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The search and the Standard Model's rate, for Belle II without the tau, which is a background there."""
        paper = Measurement(**read_data("belle")["standard_model"]["branching_ratio"])
        if self.search == "belle":
            limit = read_data("belle")["results"]["combined"]["limit"]
            return Measurement(**limit, confidence_level=0.90), paper
        if self.search == "belle2-2023":
            measured = dict(read_data("belle2")["results"]["combined"]["branching_ratio"])
            measured["error"] = measured.pop("up")
            del measured["down"]
            return Measurement(**measured), Measurement(
                **read_data("belle2")["standard_model"]["short_distance"]
            )
        name = "belle2_precision" if self.search == "belle2-precision" else "red_line"
        return measurement("b_to_k_nunu", name), paper

    @property
    def _experiment(self) -> str:
        return "belle" if self.search == "belle" else "belle2"


def neutrinos_inside(experiment: str) -> float:
    """Part of K+ -> pi+ nu nubar in a search's regions of missing mass [1].

    Parameters
    ----------
    experiment : {"na62", "e949"}
        Whose regions.
    """
    kaon, pion = particle("K+").mass, particle("pi+").mass
    neutrinos = neutrino_transition("K+", "pi+", form_factor("K -> pi")).averaged
    ranges = regions("k_to_pi_nunu", experiment)
    inside = sum(three_body_window(kaon, pion, 0.0, 0.0, neutrinos, *ends) for ends in ranges)
    return float(inside / three_body_width(kaon, pion, 0.0, 0.0, neutrinos))


@dataclass(frozen=True, kw_only=True)
class KPlusToPiNuNu(Search):
    """Branching ratio of K+ -> pi+ X1 X2 with X2 unseen, against K+ -> pi+ nu nubar, where it is open [1].

    So do X1 X1, and X2 X2 with both unseen, where a model makes them.

    Parameters
    ----------
    experiment : {"na62", "e949"}
        Experiment whose measured rate it is.
    subtract : bool
        Whether neutrinos take their part of the measured rate.
    invisible : {"escape", "always"}
        Whether X2 must decay unseen or leave the detector, or is never seen.
    shape : bool
        Whether to count only what falls into the search's regions of missing mass, relative to neutrinos.
    pairs : {"every", "X1 X2"}
        As of `BToKNuNu`.
    """

    NEEDS: ClassVar = (("K+", "pi+ X1 X2"),)
    EXPERIMENTS: ClassVar = ("na62", "e949")

    experiment: str = "na62"
    subtract: bool = True
    invisible: str = "escape"
    shape: bool = True
    pairs: str = "every"

    def __post_init__(self) -> None:
        if self.experiment not in self.EXPERIMENTS:
            raise UnknownNameError("experiment of K+ -> pi+ nu nubar", self.experiment, self.EXPERIMENTS)
        _check_sight(self.invisible, self.pairs)

    def applies(self, model: Model) -> bool:
        """Whether the model has a pair beside the pion."""
        return bool(unseen_modes(model, "K+", "pi+", self.pairs))

    def value(self, model: Model) -> Array:
        """Branching ratio that the search takes for neutrinos [1]; zero where the decay is closed."""
        words = ("escape", "boost")
        length, boost = (measurement("k_to_pi_nunu", f"{word}_{self.experiment}").value for word in words)
        total: Array = np.zeros(())
        for mode in unseen_modes(model, "K+", "pi+", self.pairs):
            ratio = model.branching_ratio("K+", mode)
            if self.shape:
                ratio = ratio * self._accepted(model, mode)
            if self.invisible == "escape":
                ratio = ratio * unseen_fraction(model, "K+", mode, length=length, boost=boost)
            total = total + ratio
        return np.asarray(total)

    def _accepted(self, model: Model, mode: str) -> Array:
        """Part of the pairs in the regions of missing mass, over that of neutrinos [1]."""
        kaon, pion = particle("K+").mass, particle("pi+").mass
        ranges = regions("k_to_pi_nunu", self.experiment)
        pairs = model.matrix_element("K+", mode).averaged
        first, second = (model.m1 if name == "X1" else model.m2 for name in mode.split()[1:])
        accepted = sum(three_body_window(kaon, pion, first, second, pairs, *ends) for ends in ranges)
        whole = model.partial_width("K+", mode)
        fraction = neutrinos_inside(self.experiment)
        return np.asarray(np.divide(accepted, np.where(whole > 0.0, whole, 1.0)) / fraction)

    def note(self, model: Model) -> str:
        """What is taken for granted of a model whose operator is not that of neutrinos."""
        return operator_note(model, "K+", unseen_modes(model, "K+", "pi+", self.pairs))

    @property
    def limit(self) -> float:
        """Largest branching ratio of the pairs [1]."""
        measured, standard = self.measurements
        assert measured.error is not None
        total = gaussian_upper_limit(measured.value, measured.error, self.confidence_level)
        return total - (standard.value if self.subtract else 0.0)

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The measured rate and the Standard Model's."""
        standard = "standard_model" if self.experiment == "na62" else "standard_model_paper"
        return tuple(measurement("k_to_pi_nunu", name) for name in (self.experiment, standard))


@dataclass(frozen=True, kw_only=True)
class PionToInvisible(Search):
    """Branching ratio of pi0 -> X1 X1, and of X1 X2 with X2 unseen by its decay modes [1].

    So do X2 X2 with both unseen.

    Parameters
    ----------
    pairs : {"every", "X1 X2"}
        As of `BToKNuNu`; "X1 X2" leaves out X2 X2 alone.

    References
    ----------
    arXiv:2005.07102, eq. 67, whose phase space must read sqrt(1 - 4 r^2).
    """

    NEEDS: ClassVar = (("pi0", "X1 X1"), ("pi0", "X1 X2"), ("pi0", "X2 X2"))

    pairs: str = "every"

    def __post_init__(self) -> None:
        _check_pairs(self.pairs)

    def applies(self, model: Model) -> bool:
        """Whether the model has any of these pairs."""
        return bool(self._modes(model))

    def _modes(self, model: Model) -> tuple[str, ...]:
        own = pairs_of(model, "pi0")
        return own if self.pairs == "every" else tuple(mode for mode in own if mode != "X2 X2")

    def value(self, model: Model) -> Array:
        """Branching ratio into nothing that is seen [1]."""
        total: Array = np.zeros(())
        for mode in self._modes(model):
            unseen = invisible_branching_ratio(model) ** mode.split().count("X2")
            total = total + model.branching_ratio("pi0", mode) * unseen
        return total

    @property
    def limit(self) -> float:
        """Published limit [1]."""
        return self.measurements[0].value

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """NA62's limit."""
        return (measurement("pi0_to_invisible", "na62"),)
