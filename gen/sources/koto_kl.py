"""The K_L beam of KOTO: momentum spectrum, collimator geometry, and the decay along the beam line.

z = 0 is the upstream end of the front barrel; the target stands at z = -21 m, the beam exit at -1 m.  Spectrum and
yield are those at the exit; upstream of it there are more K_L, by the decay law.  Which decays a chain and a
selection ask for is found by `darkpair.gen.sources.koto_range.followed`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal

import numpy as np
import scipy

from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.errors import InputError
from darkpair.gen.events import Parents
from darkpair.gen.flight import flown, remainder, too_short, truncated
from darkpair.gen.kept_samplers import made_once
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.lifetime import decay_probability
from darkpair.gen.parameters import Energy, Gt, Infinite, Le, Length, Lt, checked
from darkpair.gen.particles import particle
from darkpair.gen.ranges import PLACES, require_within
from darkpair.gen.sampling import Density
from darkpair.gen.sources.kaon_lines import Z_EXIT, Z_TARGET, beam_momentum, collimated
from darkpair.gen.sources.spectrum import Spectrum, own_spectrum
from darkpair.gen.space import of_parents
from darkpair.gen.streams import asked

__all__ = ["P_RANGE", "Z_EXIT", "Z_NEAR", "Z_TARGET", "KotoKL", "momentum_spectrum"]

# Momentum spectra at the beam exit: mu, s0, A, B of exp(-(p - mu)²/(2 sigma²)), sigma = s0 (1 - (A + B p)(p - mu))
# [GeV].  "sato": the default of KOTO's simulation, from K_L -> pi+ pi- data; read in public copies of its code
# (GsimE14SatoSpectrum.cc).  "shiomi": the one before it (2011); two public files have B = 1.68e-4, one has 1.68e-2,
# which is near the default's and taken here: derived, for the study of shifts only.
SPECTRA: Final = {
    "sato": (1.41991, 0.810237, -0.301413, 0.017092),
    "shiomi": (1.37, 0.748, -0.295, 0.0168),
}
#: Momenta of the spectra [GeV].
P_RANGE: Final = (0.05, 10.0)

# Spectra of other beams, in the same form, each with its greatest momentum [GeV].  "koto2": KOTO II's, 5 degrees from the
# target and 44 m behind it, read in public copies of the collaboration's simulation; harder, so that it goes further.
_OTHERS: Final = {"koto2": ((2.90893, 1.72179, -0.201089, 0.00561485), 20.0)}
_BUILT_IN: Final = SPECTRA | {name: numbers for name, (numbers, _) in _OTHERS.items()}

#: Where decays begin unless something upstream is accepted: the 414.8 cm of arXiv:2005.07102, appendix A, end at the
#: calorimeter at 6148.
Z_NEAR: Final = 2000.0

# A model like that of arXiv:2005.07102 (appendix A), whose own fit values are not in its text: fitted to the
# collimator model at the beam exit by gen/data/fit_koto_beam.py, which prints these numbers.
_FIT_WIDTH: Final = (26.66, 36.22)  # super-Gaussian exp(-|x/w|^k): w [mm] for x and y
_FIT_POWER: Final = (3.31, 35.71)  # k for x and y
_FIT_PT: Final = (
    0.846,
    0.522,
    3.020,
)  # ln((p_T + mu)/s)/sigma normal for p_T > 0 (eq A1): mu [MeV], sigma, s [MeV]


def momentum_spectrum(p: Array, name: str = "sato") -> Array:
    """K_L momentum spectrum dN/dp at the beam exit, not normalised.

    Parameters
    ----------
    p : ndarray [GeV]
        Momenta, between 0.05 and 10, of koto2 20.
    name : {"sato", "shiomi", "koto2"}
        Name of the measurement, or of the simulation of KOTO II.
    """
    mu, width, skew_a, skew_b = _BUILT_IN[name]
    sigma = width * (1.0 - (skew_a + skew_b * p) * (p - mu))
    out: Array = np.exp(-0.5 * ((p - mu) / sigma) ** 2)
    return out


@columnwise
def _decayed(
    p: Real,
    slope_x: Real,
    slope_y: Real,
    mass: float,
    ctau: float,
    x: Real,
    y: Real,
    drawn: Real,
    z_min: Real,
    z_max: Real,
    origin: float,
) -> tuple[Real, ...]:
    """Four-momentum along a line from (x, y, origin) on, place and time of a decay between two planes, and their distance in lengths of the flight."""
    px, py, pz, energy, cosine, flight = beam_momentum(p, slope_x, slope_y, mass, ctau)
    depth, ratio = remainder((z_max - z_min) / cosine, flight, drawn)
    path = (z_min - origin) / cosine + depth
    to_x, to_y, to_z, to_t = flown(px, py, pz, energy, path, p, x, y, origin, 0.0)
    return px, py, pz, energy, to_x, to_y, to_z, to_t, ratio


@checked
@dataclass(frozen=True, kw_only=True)
class KotoKL:
    """K_L of KOTO's beam, on straight lines through the aperture of its collimator.

    A generated event is a K_L that decays between `z_min` and `z_max`, drawn exactly given its momentum;
    `decay_probability` is the number of such decays for each K_L at the exit.  The K_L are made at the exit, or at
    the target where decays upstream of the exit are asked for.

    Parameters
    ----------
    decay : {"region", "free"}
        Where the K_L decay: between `z_min` and `z_max`, or ``"free"`` anywhere from the exit on.
    profile : {"collimator", "fitted", "square"}
        Straight lines from the target through the collimator, or independent super-Gaussian positions and a
        log-normal transverse momentum fitted to them at the exit; or lines from a point at `z_target` [mm] that
        fill a square of that `solid_angle` [usr], for the beam of another experiment.
    solid_angle : float [usr]
        Solid angle of the square profile.
    z_target : float [mm]
        Place on the z axis where the lines of the square profile start.
    image : {"uniform", "2015-04"}
        Image of the primary beam on the target, for the collimator profile.
    spectrum : {"sato", "shiomi", "koto2"} or str
        Momentum spectrum at the beam exit, ``"koto2"`` of KOTO II; or a file of one, ``"mine.csv"`` with the columns ``p [GeV],density``, or
        ``"file.root:name"`` of a TH1 (`darkpair.gen.sources.spectrum`).
    spectrum_unit : str, optional
        Unit of the momenta in the file, where it says none.
    z_min, z_max : float [mm]
        Places between which the K_L decay: 2000 to 6148, the 414.8 cm of arXiv:2005.07102, appendix A. From the
        target on: from -21000, or the `z_target` of the square profile.
    p_min : float [GeV]
        Least momentum of the K_L: most of those that decay near the target are too slow to be seen.
    share : float, optional
        Part of the events that decay from z = 2000 mm on, where most that are accepted come from: the others
        decay upstream of it, and both have the exact weight ``source``.  Unless given, decays are drawn as often
        as they happen.

    Raises
    ------
    InputError
        For a region that is empty or upstream of the target, and for what does not go with it.

    References
    ----------
    K_L yield and spectrum: arXiv:1509.03386; the numbers as in public copies of the collaboration's simulation.
    """

    name: ClassVar = "koto_kl"

    references: ClassVar = ("arXiv:2005.07102", "arXiv:1509.03386")

    decay: Literal["region", "free"] = "region"
    profile: Literal["collimator", "fitted", "square"] = "collimator"
    solid_angle: Annotated[float, Gt(0.0), Le(1e4)] = 7.8
    z_target: Annotated[float, Length, Lt(Z_EXIT)] = Z_TARGET
    image: Literal["uniform", "2015-04"] = "uniform"
    spectrum: Literal["sato", "shiomi", "koto2"] | str = "sato"  # noqa: PYI051 (the words are what `list keys` shows)
    spectrum_unit: Literal["eV", "keV", "MeV", "GeV", "TeV"] | None = None
    # (ranges that hang together stand below, in one line each)
    z_min: Annotated[float, Length] = Z_NEAR
    z_max: Annotated[float, Length, Infinite] = 6148.0
    p_min: Annotated[float, Energy] = P_RANGE[0]
    share: float | None = None
    #: The spectrum of a file; None of a built-in one.
    own: Spectrum | None = field(init=False, repr=False, default=None)

    if TYPE_CHECKING:  # (what a checker lets a script say: numbers with units, too)

        def __init__(
            self,
            *,
            decay: Literal["region", "free"] = ...,
            profile: Literal["collimator", "fitted", "square"] = ...,
            solid_angle: float = ...,
            z_target: float | str = ...,
            image: Literal["uniform", "2015-04"] = ...,
            spectrum: str = ...,
            spectrum_unit: Literal["eV", "keV", "MeV", "GeV", "TeV"] | None = ...,
            z_min: float | str = ...,
            z_max: float | str = ...,
            p_min: float | str = ...,
            share: float | None = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        own = own_spectrum(self.spectrum, self.spectrum_unit, built_in=_BUILT_IN, what="spectrum of koto_kl")
        object.__setattr__(self, "own", own)
        if not self.z_start <= self.z_min < self.z_max < math.inf:
            raise InputError(
                f"decays between z_min = {self.z_min} and z_max = {self.z_max} mm; allowed: growing order, from the target at {self.z_start} mm on"
            )
        if not P_RANGE[0] <= self.p_min < self.p_max:
            end = "" if self.own is None else f", where {self.spectrum} ends"
            raise InputError(
                f"K_L from p_min = {self.p_min} GeV on; allowed: {P_RANGE[0]} to less than {self.p_max:g}{end}"
            )
        if self.profile == "fitted" and self.z_min < Z_EXIT:
            raise InputError(
                f"decays from z = {self.z_min} mm on with profile = {self.profile!r}, which holds from the exit on; "
                f"allowed: {Z_EXIT} mm or more, or profile = 'collimator'"
            )
        two_sides = self.z_min < Z_NEAR < self.z_max and self.decay != "free"
        if self.share is not None and not (0.0 < self.share < 1.0 and two_sides):
            raise InputError(
                f"share = {self.share} of the events from z = {Z_NEAR} mm on, decays {self.decay!r} between {self.z_min} "
                f"and {self.z_max} mm; allowed: more than 0, less than 1, of a region on both sides of it; or leave share out"
            )
        require_within(self.z_max, PLACES, "z_max", "mm")

    @property
    def z_start(self) -> float:
        """Place on the z axis where the lines start [mm]: the target."""
        return self.z_target if self.profile == "square" else Z_TARGET

    @property
    def p_max(self) -> float:
        """Greatest momentum of the spectrum [GeV]."""
        if self.own is not None:
            return self.own.range[1]
        return _OTHERS[self.spectrum][1] if self.spectrum in _OTHERS else P_RANGE[1]

    @property
    def pdgid(self) -> int:
        """PDG id of the parents."""
        return particle("K_L0").pdgid

    @property
    def masses(self) -> dict[int, float]:
        """Mass of the parents [GeV], by PDG id."""
        return {self.pdgid: particle("K_L0").mass}

    @cached_property
    def decaying(self) -> Density:
        """Momentum spectrum of the K_L that are made, from p_min on."""
        if self.decay == "free":
            return self.kept_spectrum
        return self._decaying(self.z_min, self.z_max)

    @cached_property
    def _two_spectra(self) -> tuple[Density, Density]:
        """Of those that decay from z = 2000 mm on, and upstream of it."""
        return self._decaying(Z_NEAR, self.z_max), self._decaying(self.z_min, Z_NEAR)

    def _exit_spectrum(self, p: Array) -> Array:
        return momentum_spectrum(p, self.spectrum) if self.own is None else self.own(p)

    @cached_property
    def exit_spectrum(self) -> Density:
        """Momentum spectrum at the beam exit."""
        return self._density(self._exit_spectrum, P_RANGE[0] if self.own is None else self.own.range[0])

    @cached_property
    def kept_spectrum(self) -> Density:
        """The same of K_L from p_min on."""
        return self._density(self._exit_spectrum, self._least)

    @property
    def _least(self) -> float:
        return self.p_min if self.own is None else max(self.p_min, self.own.range[0])

    def _density(self, function: Callable[[Array], Array], least: float, *values: float) -> Density:
        """Sampler of a function of the spectrum's name and these values; of a built-in spectrum the one that was made before."""
        if self.own is not None:
            return Density(function, least, self.p_max, breaks=self.own.nodes)
        make = partial(Density, function, least, self.p_max)
        return made_once(make, ("koto_kl", self.spectrum, least, self.p_max, *values), ())

    def decays(self, p: Array, z_min: float, z_max: float) -> Array:
        """Decays between two places for each K_L of those momenta at the exit (n,), more than 1 far upstream.

        The beam's slopes, below 5e-3, change paths by 1e-5.

        Parameters
        ----------
        p : ndarray, (n,) [GeV]
            Momentum of each K_L.
        z_min, z_max : float [mm]
            The two places.
        """
        kaon = particle("K_L0")
        d_in = np.full_like(p, z_min - Z_EXIT)
        return decay_probability(d_in, d_in + z_max - z_min, p / kaon.mass * kaon.ctau)

    def _decaying(self, z_min: float, z_max: float) -> Density:
        """Spectrum of those that decay between two places [mm]."""
        kaon = particle("K_L0")
        decaying = partial(self._decaying_spectrum, z_min=z_min, z_max=z_max)
        return self._density(decaying, self._least, z_min, z_max, kaon.mass, kaon.ctau)

    def _decaying_spectrum(self, p: Array, z_min: float, z_max: float) -> Array:
        return self._exit_spectrum(p) * self.decays(p, z_min, z_max)

    @cached_property
    def decay_probability(self) -> float:
        """Decays between z_min and z_max, of K_L from p_min on, for each K_L at the beam exit.

        A probability where z_min is at the exit or downstream of it.
        """
        return self._decaying(self.z_min, self.z_max).integral / self.exit_spectrum.integral

    def sample_identity(self) -> dict[str, Any]:
        """What decides about the events: of settings of another profile or of a file's place none does."""
        names: tuple[str, ...] = ("decay", "profile", "p_min")
        names += ("image",) * (self.profile == "collimator")
        names += ("solid_angle", "z_target") * (self.profile == "square")
        names += ("z_min", "z_max", "share") * (self.decay == "region")
        spectrum = self.spectrum if self.own is None else self.own
        return {name: getattr(self, name) for name in names} | {"spectrum": spectrum}

    def provenance(self) -> dict[str, Any]:
        """The settings, and how many generated events there are for a K_L at the beam exit."""
        probability = (
            self.decay_probability
            if self.decay == "region"
            else self.kept_spectrum.integral / self.exit_spectrum.integral  # without those below p_min
        )
        names: tuple[str, ...] = ("decay", "profile", "image", "spectrum", "z_min", "z_max", "p_min", "share")
        names += ("solid_angle", "z_target") * (self.profile == "square")
        settings = {name: getattr(self, name) for name in names} | {"decay_probability": probability}
        if self.own is None:
            return settings
        return settings | {"spectrum_unit": self.spectrum_unit, "spectrum_file": self.own.provenance()}

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        """K_L at the beam exit, or at the target, at time 0, and where they decay."""
        n = asked(n)
        if self.share is None:
            return self.parents(self.decaying.sample(rng, n), self.z_min, self.z_max, rng)
        near = rng.random(n) < self.share
        p, weight = np.empty(n), np.empty(n)
        densities = self._two_spectra
        total = sum(density.integral for density in densities)
        for density, rows, part in zip(densities, (near, ~near), (self.share, 1.0 - self.share), strict=True):
            p[rows] = density.sample(rng, int(np.count_nonzero(rows)))
            weight[rows] = density.integral / total / part
        made = self.parents(p, np.where(near, Z_NEAR, self.z_min), np.where(near, self.z_max, Z_NEAR), rng)
        return replace(made, weights={"source": weight})

    def parents(self, p: Array, z_min: Real, z_max: Real, rng: np.random.Generator) -> Parents:
        """K_L of those momenta, that decay between two places by the decay law.

        Parameters
        ----------
        p : ndarray, (n,) [GeV]
            Momentum of each K_L.
        z_min, z_max : float or ndarray, (n,) [mm]
            The two places.
        rng : numpy.random.Generator
            Generator of the lines and the decays.
        """
        kaon, n = particle("K_L0"), len(p)
        x, y, slope_x, slope_y = self._fitted(rng, p) if self.profile == "fitted" else self._lines(rng, n)
        momentum, vertex, decay_vertex = of_parents(n)
        origin = Z_EXIT
        if self.decay != "free" and self.z_min < Z_EXIT:
            origin = self.z_start
            x, y = x + slope_x * (origin - Z_EXIT), y + slope_y * (origin - Z_EXIT)
        vertex[0], vertex[1], vertex[2], vertex[3] = x, y, origin, 0.0
        line, drawn = (p, slope_x, slope_y, kaon.mass, kaon.ctau), rng.standard_exponential(n)
        ratio = np.empty(n)
        if self.decay != "free":
            _decayed.into([*momentum, *decay_vertex, ratio], *line, x, y, drawn, z_min, z_max, origin)
        if self.decay == "free" or too_short(ratio):
            cosine, flight = np.empty((2, n))
            beam_momentum.into([*momentum, cosine, flight], *line)
            if self.decay == "free":
                path = flight * drawn
            else:
                path = (z_min - origin) / cosine + truncated(rng, (z_max - z_min) / cosine, flight, drawn)
            flown.into(decay_vertex, *momentum, path, p, *vertex)
        return Parents(pdgid=self.pdgid, momentum=momentum, vertex=vertex, decay_vertex=decay_vertex)

    def _lines(self, rng: np.random.Generator, n: int) -> tuple[Array, Array, Array, Array]:
        """Positions at the exit and slopes of straight lines from the target through the collimator."""
        if self.profile == "square":
            slope_x, slope_y = math.sqrt(1e-6 * self.solid_angle) * (rng.random((2, n)) - 0.5)
            return slope_x * (Z_EXIT - self.z_target), slope_y * (Z_EXIT - self.z_target), slope_x, slope_y
        return collimated(rng, n, self.image)

    def _fitted(self, rng: np.random.Generator, p: Array) -> tuple[Array, Array, Array, Array]:
        """Independent super-Gaussian positions and log-normal transverse momentum (arXiv:2005.07102, eq A1)."""
        n = len(p)
        x, y = (
            w * rng.gamma(1.0 / k, size=n) ** (1.0 / k) * np.where(rng.random(n) < 0.5, -1.0, 1.0)
            for w, k in zip(_FIT_WIDTH, _FIT_POWER, strict=True)
        )
        mu, sigma, s = _FIT_PT
        positive = scipy.special.ndtr(math.log(s / mu) / sigma)
        pt = 1e-3 * (s * np.exp(-sigma * scipy.special.ndtri(positive * (1.0 - rng.random(n)))) - mu)
        pt = np.clip(pt, 0.0, 0.5 * p)  # the law does not know the momentum; it exceeds it once in 1e8
        phi = 2.0 * math.pi * rng.random(n)
        pz = np.sqrt(p * p - pt * pt)
        return x, y, pt * np.cos(phi) / pz, pt * np.sin(phi) / pz
