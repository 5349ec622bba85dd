"""Inelastic dark matter at a dump, to hold a detector against a published contour: smallest excluded coupling and its error.

pi0 and eta -> gamma X1 X2, X2 -> X1 e+ e-, by the package's model of kinetic mixing; one sample of each meson serves every coupling and
every cut on energies.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Final

import numpy as np
import scipy

from darkpair.chains.models.channels import Channel
from darkpair.chains.models.kinetic_mixing import KineticMixing
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.constants import HBAR_C
from darkpair.gen.importance import aim
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import ScanInside
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import Chunk, Pipeline, chunks
from darkpair.gen.reweighting import proper_lengths, weights_at
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.studies.experiments.inelastic_eta import like_pions

__all__ = ["CUTS", "MESONS", "Counted", "InelasticDump", "Sample", "expanded_ctau"]

#: Mesons, and how many of each for a proton on target the publication has (read in its generator's parameter writer: 2.4 pi0, and 0.105 eta
#: for each).
MESONS: Final[Mapping[str, float]] = {"pi0": 2.4, "eta": 2.4 * 0.105}

#: Cuts on energies: of each electron, of both together, of X2; and none.
CUTS: Final = ("each electron", "both electrons", "X2", "none")

_PRODUCTION: Final = "gamma X1 X2"
_MODE: Final = "X1 e+ e-"
#: Lifetimes over the guess's that the pilot is aimed for: a factor of 3 in the coupling.
_ABOUT: Final = (1.0 / 9.0, 9.0, 5)
#: Cells and throws of the pilots, at full size and quick.
_PILOT: Final = {False: ((40, 32, 24), (8, 8, 16)), True: ((32, 24, 16), (4, 4, 8))}


def expanded_ctau(model: KineticMixing) -> float:
    """Mean proper length of X2 by 4 alpha alpha_D eps^2 D^5 / (15 pi m_A'^4), with light electrons and a small difference D [mm].

    Parameters
    ----------
    model : KineticMixing
        One point.
    """
    difference = float(model.m2) - float(model.m1)
    squared = float(model.couplings()) / (4.0 * math.pi)
    width = (
        4.0 * model.inputs["alpha"] * squared * difference**5 / (15.0 * math.pi * float(model.m_Aprime) ** 4)
    )
    return float(HBAR_C / width)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What is counted.

    Parameters
    ----------
    cut, least : str and float [GeV]
        One of `CUTS`, and the energy that it asks for.
    published_yields : bool
        Whether there are as many mesons as `MESONS` says, in place of the package's.
    expanded : bool
        Whether X2 has the c tau of `expanded_ctau`.
    excluded : float, optional
        Events that are excluded; the experiment's at 90 % unless given.
    published_eta : bool
        Whether an eta has the momentum of a pi0 (`like_pions`).
    """

    cut: str = "none"
    least: float = 0.0
    published_yields: bool = False
    expanded: bool = False
    excluded: float | None = None
    published_eta: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """Accepted decays of one meson, for every lifetime.

    Parameters
    ----------
    law : ScanInside
        Law of lifetimes that it was made with.
    length, weight : ndarray, (k,)
        Proper length of X2 [mm], and the product of the other weights.
    energy : mapping of str to ndarray, (k,) [GeV]
        By the cuts of `CUTS`: the least of the two electrons', their sum, that of X2.
    generated : int
        Mesons.
    like_pions : ndarray, (k,), optional
        Weights that give the mesons the momenta of pi0; 1 unless given.
    """

    law: ScanInside
    length: Array
    weight: Array
    energy: Mapping[str, Array]
    generated: int
    like_pions: Array | float = 1.0

    def efficiency(
        self, ctau: float, cut: str, least: float, *, published_eta: bool = False
    ) -> tuple[float, float]:
        """Part of the mesons that is accepted at a c tau [mm] with that energy of at least so much [GeV], and its error."""
        weight = self.weight * self.law.weight(self.length, ctau)
        if published_eta:
            weight = weight * self.like_pions
        if cut != "none":
            weight = weight[self.energy[cut] > least]
        return float(weight.sum()) / self.generated, math.sqrt(
            float(np.square(weight).sum())
        ) / self.generated


@dataclass(frozen=True, kw_only=True)
class InelasticDump:
    """Expected X2 -> X1 e+ e- of a mass at an experiment, against the coupling.

    Parameters
    ----------
    experiment, generator : str
        The experiment's data file by name or path, and what the spectra of the mesons come from.
    target : str, optional
        What the protons hit; the spectrum's own unless given.
    without : tuple of str
        Cuts of the experiment that are left out.
    model : KineticMixing
        The point, with a coupling near the edge; it moves errors, not values.
    events : int
        Of each meson.
    quick : bool
        With small pilots.
    seed : int
        Of the random numbers.
    """

    experiment: str
    generator: str
    target: str | None = None
    without: tuple[str, ...] = ()
    model: KineticMixing
    events: int
    quick: bool = False
    seed: int = 8400
    _kept: dict[str, Sample] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def detector(self) -> FixedTarget:
        """The experiment without resolution: the published cuts are on true energies."""
        return FixedTarget(experiment=self.experiment, without=self.without, resolution="none")

    @property
    def mesons(self) -> tuple[str, ...]:
        """Mesons that are heavy enough."""
        least = float(self.model.m1) + float(self.model.m2)
        return tuple(meson for meson in MESONS if particle(meson).mass > least)

    def sample(self, meson: str) -> Sample:
        """Its decays that the experiment accepts."""
        if meson not in self._kept:
            self._kept[meson] = self._made(meson)
        return self._kept[meson]

    def edge(self, counted: Counted) -> tuple[float, float] | None:
        """Smallest excluded coupling and its statistical error; None where no coupling is excluded.

        Parameters
        ----------
        counted : Counted
            What is counted.
        """
        excluded = counted.excluded or self.detector.run["n_90"].value

        def excess(log: float) -> float:
            return math.log(max(self.expected(math.exp(log), counted)[0], 1e-300) / excluded)

        middle = math.log(float(self.model.eps))
        places = middle + np.arange(-2.0, 4.5, 0.5)
        above = [excess(place) > 0.0 for place in places]
        if True not in above[1:]:
            return None
        last = above.index(True)
        log = float(scipy.optimize.brentq(excess, places[last - 1], places[last], xtol=1e-6))
        step = 1e-3
        slope = (excess(log + step) - excess(log - step)) / (2.0 * step)
        number, error = self.expected(math.exp(log), counted)
        return math.exp(log), math.exp(log) * error / number / abs(slope)

    def expected(self, eps: float, counted: Counted) -> tuple[float, float]:
        """Expected events at a coupling, and their statistical error."""
        size = (
            eps / float(self.model.eps)
        ) ** 2  # of all rates: eps makes no difference to the width of the A'
        whole = expanded_ctau(self.model) if counted.expanded else float(self.model.ctau("X2"))
        numbers, errors = [], []
        for meson in self.mesons:
            each = MESONS[meson] if counted.published_yields else self._source(meson).table.multiplicity
            scale = self.detector.normalisation(each).scale * size * self._ratios[meson]
            value, error = self.sample(meson).efficiency(
                whole / size, counted.cut, counted.least, published_eta=counted.published_eta
            )
            numbers.append(scale * value)
            errors.append(scale * error)
        return float(np.sum(numbers)), math.hypot(*errors)

    def needed(self, eps: float, counted: Counted) -> float | None:
        """Least energy of the cut with which that coupling is the edge [GeV]; None where even no cut leaves too few events."""
        excluded = counted.excluded or self.detector.run["n_90"].value

        def excess(least: float) -> float:
            return self.expected(eps, replace(counted, least=least))[0] - excluded

        if excess(0.0) <= 0.0:
            return None
        return float(scipy.optimize.brentq(excess, 0.0, self.detector.beam_energy, xtol=1e-3))

    @cached_property
    def _ratios(self) -> dict[str, float]:
        """Branching ratios of the mesons, times that of X2."""
        seen = float(self.model.branching_ratio("X2", _MODE))
        return {meson: float(self.model.branching_ratio(meson, _PRODUCTION)) * seen for meson in self.mesons}

    def _source(self, meson: str) -> DumpMesons:
        return DumpMesons(
            meson=meson, beam_energy=self.detector.beam_energy, generator=self.generator, target=self.target
        )

    def _made(self, meson: str) -> Sample:
        law = ScanInside(region=self.detector.region)
        channel = Channel(parent=meson, production=_PRODUCTION, modes=(_MODE,))
        chain = channel.chain(self.model, lifetimes={"psi2": law})
        lengths = float(self.model.ctau("X2")) * np.geomspace(*_ABOUT)
        for_all = partial(weights_at, law=law, ctau=lengths, particle="X2")
        cells, throws = _PILOT[self.quick]
        aimed = aim(
            self._source(meson), chain, seed=self.seed, detector=self.detector, cells=cells, throws=throws,
            weights=for_all,
        )  # fmt: skip
        pipeline = Pipeline(source=aimed, chain=chain, detector=self.detector, seed=self.seed)
        return _sample(list(chunks(pipeline, self.events)), law, self._source(meson))


def _sample(made: list[Chunk], law: ScanInside, source: DumpMesons) -> Sample:
    """What is kept of the accepted events."""
    length: list[Array] = []
    weight: list[Array] = []
    pions: list[Array] = []
    energy: dict[str, list[Array]] = {"each electron": [], "both electrons": [], "X2": []}
    for part in (part for chunk in made for part in chunk.events.parts):
        names = part.topology.names
        electrons, heavy = [i for i, name in enumerate(names) if name in ("e-", "e+")], names.index("psi2")
        light = part.momentum[3, electrons]
        length.append(proper_lengths(part, "X2")[0])
        weight.append(np.prod([np.ones(len(part)), *part.weights.values()], axis=0))
        pions.append(like_pions(source, part.momentum[:, names.index(source.meson)]))
        for name, values in zip(
            energy, (light.min(axis=0), light.sum(axis=0), part.momentum[3, heavy]), strict=True
        ):
            energy[name].append(values)
    return Sample(
        law=law,
        length=np.concatenate(length),
        weight=np.concatenate(weight),
        energy={name: np.concatenate(values) for name, values in energy.items()},
        generated=sum(chunk.cutflow.stages[0].n for chunk in made),
        like_pions=np.concatenate(pions),
    )
