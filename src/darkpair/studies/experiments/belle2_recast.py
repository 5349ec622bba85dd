"""Limits on B -> K nu nubar read as limits on B+ -> K+ X1 X2: efficiency, escape of X2, coupling."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.chains.chain import Chain
from darkpair.chains.form_factors import form_factor
from darkpair.chains.models.model import Model
from darkpair.chains.standard_model import MesonNeutrinos
from darkpair.chains.widths import three_body_width
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.data_file import read_data
from darkpair.detectors.lifetime_scan import EFFECTIVE_MIN
from darkpair.gen.events import Batch
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import Scan
from darkpair.gen.particles import particle
from darkpair.gen.sources.upsilon4s import Upsilon4S
from darkpair.gen.streams import BLOCK, Streams
from darkpair.searches.measurements import measurement
from darkpair.statistics import gaussian_upper_limit

__all__ = [
    "ESCAPE_LENGTH",
    "EscapeSample",
    "SearchResult",
    "escape_chain",
    "escape_sample",
    "mean_efficiency",
    "measurements",
    "neutrino_spectrum",
    "pair_mass2",
    "pair_spectrum",
    "q2_density",
]

#: The typical size <L> of a B-factory detector [mm]: arXiv:2005.07102, section IV.C.
ESCAPE_LENGTH: Final = measurement("b_to_k_nunu", "escape").value

#: What is seen of X2, as the detector is told.
_RULES: Final[dict[str, dict[str, Any]]] = {"detector": {}, "2 m": {"escape_length": ESCAPE_LENGTH}}

#: Lifetimes of X2 that one sample serves [mm].
_SCAN: Final = Scan(shortest=1e-2, longest=1e6)

#: |M|², averaged over the pair's angle, as a function of q2, with the masses of the pair.
Spectrum = tuple[Callable[[Array], Array], float, float]


def neutrino_spectrum(form: str = "bcl") -> Spectrum:
    """|M|² of B+ -> K+ nu nubar against q2, any normalisation.

    Parameters
    ----------
    form : {"bcl", "ali-ball"}
        Form factors.
    """
    element = MesonNeutrinos(particle("B+").mass, particle("K+").mass, form_factor("B -> K", form))
    return lambda q2: element(q2, np.zeros_like(q2)), 0.0, 0.0


def pair_spectrum(model: Model) -> Spectrum:
    """|M|² of B+ -> K+ X1 X2 against q2."""
    return model.matrix_element("B+", "K+ X1 X2").averaged, float(model.m1), float(model.m2)


def mean_efficiency(spectrum: Spectrum, efficiency: Callable[[Array], Array]) -> float:
    """Mean of an efficiency of q2 over a spectrum."""
    averaged, m1, m2 = spectrum
    masses = particle("B+").mass, particle("K+").mass, m1, m2
    passed = three_body_width(
        *masses, lambda q2: averaged(np.atleast_1d(q2)) * efficiency(np.atleast_1d(q2))[0]
    )
    return float(np.squeeze(passed / three_body_width(*masses, averaged)))


def q2_density(spectrum: Spectrum, q2: Array) -> Array:
    """Normalised dGamma/dq2 of B+ -> K+ and a pair, (n,) [1/GeV²], at q2 of the physical region."""
    averaged, m1, m2 = spectrum
    b, k = particle("B+").mass, particle("K+").mass
    outer = np.sqrt(np.maximum(((b - k) ** 2 - q2) * ((b + k) ** 2 - q2), 0.0))
    inner = np.sqrt(np.maximum((q2 - (m1 + m2) ** 2) * (q2 - (m1 - m2) ** 2), 0.0)) / q2
    # the width's own normalisation: 1/(256 pi³ M³)
    return np.asarray(
        outer * inner * averaged(q2) / (256.0 * math.pi**3 * b**3) / three_body_width(b, k, m1, m2, averaged)
    )


@dataclass(frozen=True, kw_only=True)
class EscapeSample:
    """Events of B+ -> K+ X1 X2 whose X2 flies any distance, as a detector sees them.

    Parameters
    ----------
    generated : int
        Events.
    candidates : int
        Events with a kaon candidate.
    invisible : dict of str to float
        Mean tag efficiency per generated event if X2 were always missing, by tag ("none" is 1).
    invisible_error : dict of str to float
        Its standard error.
    length : dict of str to ndarray, (k,) [mm]
        Proper lengths of the events in which nothing but the kaon is seen, by the rule that says what is seen.
    tag : dict of (rule, tag) to ndarray, (k,)
        Their probability to be tagged.
    """

    generated: int
    candidates: int
    invisible: dict[str, float]
    invisible_error: dict[str, float]
    length: dict[str, Array]
    tag: dict[tuple[str, str], Array]

    def acceptance(self, ctau: float, rule: str, tag: str) -> tuple[float, float]:
        """Accepted part of the generated events and its standard error.

        Where few effective events are left, the error is at least that of one event of the law's largest weight.

        Parameters
        ----------
        ctau : float [mm]
            Of X2; infinity is an X2 that always escapes.
        rule : {"detector", "2 m"}
            What is seen of X2.
        tag : {"none", "inclusive", "hadronic"}
        """
        if math.isinf(ctau):
            return self.invisible[tag], self.invisible_error[tag]
        weight = np.exp(-self.length[rule] / ctau) / ctau / self._density[rule] * self.tag[rule, tag]
        value = float(weight.sum()) / self.generated
        square = float(np.square(weight).sum()) / self.generated
        error = math.sqrt(max(square - value**2, 0.0) / self.generated)
        if value**2 * self.generated < EFFECTIVE_MIN * square or value == 0.0:
            error = max(error, _SCAN.bound(ctau) / self.generated)
        return value, error

    def missing(self, ctau: float, rule: str, tag: str = "none") -> tuple[float, float]:
        """Probability that X2 is missing, given the kaon (and weighted with the tag), and its standard error."""
        value, error = self.acceptance(ctau, rule, tag)
        if math.isinf(ctau):  # of itself
            return 1.0, 0.0
        return value / self.invisible[tag], error / self.invisible[tag]

    @cached_property
    def _density(self) -> dict[str, Array]:
        return {rule: _SCAN.density(length) for rule, length in self.length.items()}


def escape_chain(model: Model, modes: Sequence[str] | None = None) -> Chain:
    """B+ -> K+ X1 X2 of a model with an X2 that flies any distance.

    Parameters
    ----------
    model : Model
        Of X1 and X2.
    modes : sequence of str, optional
        Of X2; all of the model's unless given.
    """
    heavy = "psi2" if model.fermions() else "X2"
    names = (heavy,) if model.self_conjugate() else (heavy, f"{heavy}~")
    return model.chain("B+", "K+ X1 X2", modes=modes, lifetimes=dict.fromkeys(names, _SCAN))


def escape_sample(chain: Chain, experiment: str, n: int, seed: int) -> EscapeSample:
    """Events of `escape_chain` at an experiment, for every lifetime of X2 at once.

    Parameters
    ----------
    chain : Chain
        Of `escape_chain`.
    experiment : {"belle2", "belle"}
        Machine and detector.
    n : int
        Events, rounded up to whole blocks of 16384.
    seed : int
        Of their random numbers.
    """
    rules = {
        rule: Belle2(experiment=experiment, selection="acceptance", without=("q2_rec",), **more)
        for rule, more in _RULES.items()
    }
    blocks = -(-n // BLOCK)
    parts = [_seen(chain, Upsilon4S(machine=experiment), rules, Streams(seed, i)) for i in range(blocks)]
    invisible, invisible_error, total = {}, {}, blocks * BLOCK
    for name in parts[0].probability:
        first = second = 0.0
        for part in parts:
            p = part.probability[name][part.kaon]
            first, second = first + float(p.sum()), second + float(np.square(p).sum())
        invisible[name] = first / total
        invisible_error[name] = math.sqrt(second - first**2 / total) / total
    return EscapeSample(
        generated=total,
        candidates=sum(int(np.count_nonzero(part.kaon)) for part in parts),
        invisible=invisible,
        invisible_error=invisible_error,
        length={rule: np.concatenate([part.flown[part.passed[rule]] for part in parts]) for rule in rules},
        tag={
            (rule, name): np.concatenate([part.probability[name][part.passed[rule]] for part in parts])
            for rule in rules
            for name in invisible
        },
    )


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What a detector sees of a block: whether there is a kaon, events with nothing else by rule, lengths, tags."""

    kaon: NDArray[np.bool_]
    passed: dict[str, NDArray[np.intp]]
    flown: Array
    probability: dict[str, Array]


def _seen(chain: Chain, source: Upsilon4S, rules: Mapping[str, Belle2], streams: Streams) -> _Seen:
    """A block of events as a detector sees it, by each rule."""
    batch = chain.batch(source.sample(BLOCK, streams.rng("source")), streams)
    q2 = pair_mass2(batch)
    # Belle's tags have no published table; Belle II's hadronic one stands in where it is asked for
    tags = {tag: Belle2(selection=tag).tag_efficiency(q2) for tag in ("inclusive", "hadronic")}
    passed = {}
    for rule, detector in rules.items():
        reco = detector.observe(batch, streams.rng("detector"))
        passed[rule] = np.flatnonzero(detector.select(reco, np.ones(BLOCK)).mask)
    return _Seen(
        kaon=reco.lists["Kaon"][0] > 0,
        passed=passed,
        flown=_flights(batch),
        probability={"none": np.ones(BLOCK)} | tags,
    )


def pair_mass2(batch: Batch) -> Array:
    """Mass² of all but the kaon, true, (n,) [GeV²]."""
    q2 = np.empty(len(batch))
    for part in batch.parts:
        x, y, z, e = part.momentum[:, 0] - part.momentum[:, 1]  # the B and the kaon
        q2[part.rows] = e * e - x * x - y * y - z * z
    return q2


def _flights(batch: Batch) -> Array:
    """Proper length of X2, (n,) [mm]."""
    flown = np.empty(len(batch))
    for part in batch.parts:
        (flown[part.rows],) = part.proper_length.values()
    return flown


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """What an experiment says of B -> K nu nubar, in branching ratios with the Standard Model's q2 spectrum.

    Parameters
    ----------
    name : str
        Of the analysis.
    experiment : {"belle", "belle2"}
    tag : {"none", "inclusive", "hadronic"}
        Whose published efficiency it has.
    source : str
        Where it was read.
    limit : float
        90 % CL upper limit on the branching ratio beyond the Standard Model's.
    standard_model : float
        What was subtracted.
    central, low, high : float or None
        Excess and the ends of its one-sigma range, where there is a measurement.
    method : str
        How the limit follows.
    """

    name: str
    experiment: str
    tag: str
    source: str
    limit: float
    standard_model: float
    method: str
    central: float | None = None
    low: float | None = None
    high: float | None = None

    def unsubtracted(self) -> SearchResult:
        """The same, as if the Standard Model made no events."""
        up = self.standard_model
        whole = replace(self, limit=self.limit + up, standard_model=0.0)
        if self.central is None or self.low is None or self.high is None:
            return whole
        return replace(whole, central=self.central + up, low=self.low + up, high=self.high + up)


def measurements() -> list[SearchResult]:
    """Belle's limits and Belle II's measurements, less the Standard Model.

    Belle: the published limit minus the Standard Model's branching ratio.  Belle II: excess over the short-distance
    Standard Model, which is what the measurement is normalised to, plus 1.2816 upper standard errors: the one-sided
    Gaussian 90 % CL limit.
    """
    return [
        _search_result(name, experiment, result, read_data(experiment)["standard_model"])
        for experiment in ("belle", "belle2")
        for name, result in read_data(experiment)["results"].items()
    ]


def _search_result(
    name: str, experiment: str, result: Mapping[str, Any], standard: Mapping[str, Any]
) -> SearchResult:
    """Of a table of results, and that of the Standard Model."""
    if "limit" in result:
        entry, expected = result["limit"], standard["branching_ratio"]["value"]
        more: dict[str, Any] = {
            "limit": entry["value"] - expected,
            "method": "published 90 % CL limit minus the Standard Model",
        }
    else:
        entry, expected = result["branching_ratio"], standard["short_distance"]["value"]
        central = entry["value"] - expected
        more = {
            "limit": gaussian_upper_limit(central, entry["up"]),
            "method": "one-sided Gaussian: excess + 1.2816 upper errors",
            "central": central,
            "low": central - entry["down"],
            "high": central + entry["up"],
        }
    return SearchResult(
        name=name,
        experiment=experiment,
        tag=result.get("tag", "none"),
        source=entry["source"],
        standard_model=expected,
        **more,
    )
