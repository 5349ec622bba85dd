"""Claims of arXiv:2005.07102, sections III.D, IV.C, IV.D and VI, that samples of KOTO and of the beam dumps check.

The samples are those of Figs. 3 to 5 at a tenth of their size, at m_1 = 0, with the inputs of the audit and the data of
2020: KOTO's prompt efficiency and the decay probability of eq. 66, as the paper takes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from darkpair.chains.models import Inputs
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.limits.contours import COUPLINGS, Contours
from darkpair.limits.ranges import Range, ranges_above
from darkpair.limits.samples import DUMPS, Size, samples_at
from darkpair.searches import KotoBand
from darkpair.studies.paper.claim import Claim

__all__ = ["Reach", "conclusions", "sample_claims", "samples"]

#: Masses of X2 [GeV], m_1 = 0: those of Fig. 3, the first one that of Fig. 5.
_MASSES: Final = (0.43, 0.30, 0.20)

#: Beam dumps to come, whose data files take no background for granted.
_FUTURE: Final = ("ship", "dune_nd")

#: 20 s on two busy cores; CHARM's upper edge of the virtual meson needs so many eta.
_SIZE: Final = Size(kaons=60_000, etas=200_000, spectra="central", cells=(32, 24, 16))


def samples() -> dict[float, dict[str, Any]]:
    """Points with the samples of KOTO, CHARM and NuCal by the mass of X2 [GeV]; with future dumps for the heaviest."""
    heaviest, *lighter = _MASSES
    made = samples_at([(0.0, heaviest)], _SIZE, None, workers=1, dumps=(*DUMPS, *_FUTURE))
    made += samples_at([(0.0, m2) for m2 in lighter], _SIZE, None, workers=1)
    return {m2: {"m1": 0.0, "m2": m2, "samples": samples} for m2, samples in zip(_MASSES, made, strict=True)}


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What is excluded and explained at a point, in one coupling.

    Parameters
    ----------
    model : str
        Of `darkpair.limits.contours.MODELS`.
    point : mapping
        Of `samples`, perhaps with a dark branching ratio ``fraction``.
    inputs : Inputs
        Of the rates.
    """

    model: str
    point: Mapping[str, Any]
    inputs: Inputs

    @property
    def contours(self) -> Contours:
        """The engine of Figs. 3 to 5."""
        return Contours(model=self.model, inputs=self.inputs, data="2020")

    @cached_property
    def grid(self) -> Array:
        """Couplings, G_X / G_F or m_eff [eV]."""
        return np.geomspace(*COUPLINGS[self.contours.coupling(self.point)])

    def curves(self, name: str, factor: float = 1.0) -> dict[str, Range]:
        """Ranges of the coupling inside each curve of a constraint, its observable times a factor."""
        constraint = self.contours.drawn(self.point)[name][1]
        value = np.broadcast_to(constraint.value(self.at(self.grid)), self.grid.shape)
        ratios = constraint.curves(factor * value)
        of_curves = {curve: ranges_above(self.grid, ratio) for curve, ratio in ratios.items()}
        for curve, ranges in of_curves.items():
            if len(ranges) != 1:
                raise InputError(
                    f"{name}{curve} has {len(ranges)} ranges at m2 = {self.point['m2']} GeV; allowed: one; take "
                    "other inputs or a larger sample"
                )
        return {curve: ranges[0] for curve, ranges in of_curves.items()}

    def excluded(self, name: str, factor: float = 1.0) -> Range:
        """Range that an experiment excludes."""
        return self.curves(name, factor)[""]

    def edge(self, name: str, factor: float = 1.0) -> float:
        """Largest coupling that a beam dump excludes."""
        excluded = self.excluded(name, factor)
        if excluded.high_open:
            raise InputError(
                f"{name} excludes {self.model} beyond {excluded.high:.3g}, where its sample ends, at m2 = "
                f"{self.point['m2']} GeV; allowed: an edge inside the sample; generate more eta"
            )
        return excluded.high

    def band(self, sigma: int = 1) -> Range:
        """Range that explains the three events."""
        return self.curves("koto-three-events")[f", {sigma} sigma"]

    def at(self, coupling: Any) -> Any:
        """The model at a coupling."""
        return self.contours.point(self.point, coupling)

    def length(self, coupling: float) -> float:
        """C tau of X2 at a coupling [mm]."""
        return float(self.at(np.asarray(coupling)).ctau("X2"))


def sample_claims(inputs: Inputs, made: Mapping[float, Mapping[str, Any]] | None = None) -> list[Claim]:
    """Rows for what the paper says of KOTO's band and of the beam dumps.

    Parameters
    ----------
    inputs : Inputs
        Of the rates.
    made : mapping, optional
        Of `samples`, which makes them unless given.
    """
    points = samples() if made is None else made

    def reach(model: str, m2: float = _MASSES[0], **more: float) -> Reach:
        return Reach(model=model, point={**points[m2], **more}, inputs=inputs)

    meson = reach("scalars of a virtual meson")
    dark = [reach("scalars of a virtual meson", fraction=f) for f in (0.5, 0.9)]
    scalars, fermions = ([reach(model, m2) for m2 in _MASSES] for model in ("scalars", "Majorana fermions"))
    return [
        *_virtual_meson(meson, dark[1]),
        *_scalars_of_zprime(scalars),
        *_fermions_of_zprime(fermions, scalars[0]),
        *_dumps_of_zprime(scalars),
        *_dark_branching_ratio(reach("Majorana fermions", fraction=0.5), fermions[0], dark[0]),
        *conclusions(meson, scalars[0]),
    ]


def _free(band: Range, *excluded: Range) -> bool:
    """Whether any coupling of a band is left."""
    low = band.low
    for gone in sorted(excluded, key=lambda gone: gone.low):
        if gone.low <= low:
            low = max(low, gone.high)
    return low < band.high


def _virtual_meson(meson: Reach, dark: Reach) -> list[Claim]:
    charm, limit = meson.excluded("charm"), meson.excluded("koto-2015")
    edges = [dark.edge(name) for name in ("charm", "nucal")]
    koto = dark.contours.drawn(dark.point)["koto-2015"][1]
    near = float(koto.ratio(dark.at(np.asarray(200.0))))
    return [
        Claim(place="III.D", claim="CHARM asks for m_eff above 100 eV", paper="> 100 eV",
              ours="CHARM excludes {0:.2g} to {1:.0f} eV at (430, 0) MeV", values=(charm.low, charm.high),
              holds=charm.low < 100.0 <= charm.high, reason="necessary, not sufficient: the edge lies higher, behind KOTO's"),
        Claim(place="III.D", claim="KOTO asks for m_eff below 100 eV", paper="< 100 eV",
              ours="KOTO (2015) excludes m_eff above {0:.0f} eV at (430, 0) MeV", values=(limit.low,),
              holds=abs(limit.low / 100.0 - 1.0) < 0.25, reason="the paper gives one digit"),
        Claim(place="III.D", claim="m_eff = 200 eV with BR(S2 -> S1 pi0) = 0.1 is not probed by the beam dumps",
              paper="200 eV", ours="CHARM and NuCal exclude up to {0:.0f} and {1:.0f} eV then", values=(edges[0], edges[1]),
              holds=max(edges) < 200.0, reason="the dark decays shorten the lifetime tenfold"),
        Claim(place="III.D", claim="that point is close to the edge of what KOTO excludes",
              ours="{0:.2f} of KOTO's limit (2015)", values=(near,), holds=0.1 < near < 1.0,
              reason="within a factor of ten below it is taken as close"),
    ]  # fmt: skip


def _scalars_of_zprime(scalars: Sequence[Reach]) -> list[Claim]:
    band, light = scalars[0].band(), scalars[2].band()
    dumps = [scalars[2].edge(name) for name in ("charm", "nucal")]
    short = scalars[0].length(band.low) / 10.0
    curve = scalars[0].point["samples"].koto["2016-18"]
    late = float(curve.at(10.0)) / curve.at_prompt
    return [
        Claim(place="IV.C", claim="scalars: K_L decays prefer large G_X, where X2 is short-lived",
              ours="G_X/G_F = {0:.2f} to {1:.2f} for three events (1 sigma), c tau at most {2:.0f} cm, (430, 0) MeV",
              values=(band.low, band.high, short), holds=short < 150.0, reason="short against the 1.5 m of eq. 66"),
        Claim(place="IV.C", claim="m_2 of 200 MeV and less needs much larger couplings", paper="200 MeV",
              ours="G_X/G_F = {0:.1f} to {1:.1f} at 200 MeV, {2:.1f} times those at 430 MeV",
              values=(light.low, light.high, light.low / band.low), holds=light.low > 2.0 * band.low),
        Claim(place="IV.C", claim="that is mostly excluded by the beam dumps",
              ours="at 200 MeV CHARM excludes G_X up to {0:.1f} G_F, NuCal to {1:.1f} G_F, the band ends at {2:.1f} G_F",
              values=(dumps[0], dumps[1], light.high), holds=max(dumps) > 0.5 * (light.low + light.high),
              reason="by NuCal; CHARM alone leaves nearly all of the band"),
        Claim(place="IV.C", claim="eq. 66 with prompt efficiencies is a good approximation for c tau below 1 cm", paper="1 cm",
              ours="the efficiency at c tau = 1 cm is {0:.2f} of the prompt one, (430, 0) MeV", values=(late,),
              holds=abs(late - 1.0) < 0.15, reason="statistical error 0.05"),
    ]  # fmt: skip


def _fermions_of_zprime(fermions: Sequence[Reach], scalars: Reach) -> list[Claim]:
    edges = [reach.edge("nucal") for reach in fermions]
    limits = [reach.excluded("koto-2015").low for reach in fermions]
    lengths = [reach.length(reach.band().low) / 10.0 for reach in fermions[1:]]
    belle, ends = zip(
        *((reach.excluded("b-to-k-belle").low, reach.band(2).high) for reach in (fermions[0], scalars)),
        strict=True,
    )
    return [
        Claim(place="IV.C", claim="fermions: larger m_2 is less constrained by KOTO and by the beam dumps",
              ours="KOTO (2015) from G_X/G_F = {0:.2f}, {1:.2f}, {2:.2f} on; NuCal up to {3:.2f}, {4:.2f}, {5:.2f}, "
              "at 430, 300, 200 MeV",
              values=(*limits, *edges), holds=limits[0] > limits[1] and edges[0] < edges[1] < edges[2],
              reason="by the dumps always, by KOTO from 300 MeV on: below it X2 is long-lived"),
        Claim(place="IV.C", claim="B decays matter more for fermions than for scalars, but not yet in the region of KOTO's events",
              ours="Belle excludes G_X/G_F above {0:.1f} (scalars: {1:.0f}), the band of 2 sigma ends at {2:.2f} ({3:.2f}), (430, 0) MeV",
              values=(belle[0], belle[1], ends[0], ends[1]), holds=ends[0] < belle[0] and belle[0] / ends[0] < belle[1] / ends[1]),
        Claim(place="IV.C", claim="fermions: for lighter m_2, c tau below 20 cm is interesting for KOTO", paper="20 cm",
              ours="three events (1 sigma) have c tau up to {0:.0f} and {1:.0f} cm at 300 and 200 MeV",
              values=(lengths[0], lengths[1]), holds=min(lengths) > 20.0, reason="and beyond"),
    ]  # fmt: skip


def _dumps_of_zprime(scalars: Sequence[Reach]) -> list[Claim]:
    ratios = [reach.edge("nucal") / reach.edge("charm") for reach in scalars]
    reached = [scalars[0].excluded(name).low for name in (*_FUTURE, "charm", "nucal")]
    before, after = (scalars[0].excluded("charm", factor) for factor in (1.0, 2.0))
    moved = after.high / before.high - 1.0, 1.0 - after.low / before.low
    return [
        Claim(place="IV.C", claim="NuCal sets more stringent lower limits on the coupling than CHARM, by less than two", paper="< 2",
              ours="{0:.2f}, {1:.2f} and {2:.2f} in G_X at 430, 300, 200 MeV", values=(ratios[0], ratios[1], ratios[2]),
              holds=all(1.0 < ratio < 2.0 for ratio in ratios),
              reason="true in order; NuCal is nearer, and its edge a simulation of eta -> X1 X2, X2 -> X1 pi0"),
        Claim(place="IV.C", claim="SHiP and DUNE may search for X2 of eta decays",
              ours="no event in them excludes G_X/G_F from {0:.1e} and {1:.1e} on, CHARM and NuCal from {2:.1e} and {3:.1e}, (430, 0) MeV",
              values=tuple(reached), holds=max(reached[:2]) < min(reached[2:]), reason="without background; FASER has no row here"),
        Claim(place="IV.C", claim="the large-coupling edge of a dump is the robust one, the low-coupling edge is sensitive",
              ours="twice the eta move CHARM's edges in G_X by {0:.1%} (large) and {1:.0%} (low), (430, 0) MeV",
              values=moved, holds=moved[0] < 0.5 * moved[1], reason="exp(-L/c tau) against G_X^4"),
    ]  # fmt: skip


def _dark_branching_ratio(half: Reach, without: Reach, meson: Reach) -> list[Claim]:
    band, before, nucal = half.band(), without.band(), half.excluded("nucal")
    virtual, charm = meson.band(), meson.excluded("charm")
    return [
        Claim(place="IV.D", claim="Z': at moderate dark branching ratios of X2 the beam dumps no longer constrain",
              ours="at 0.5 NuCal excludes G_X/G_F up to {0:.2f}, three events (1 sigma) have {1:.2f} to {2:.2f}",
              values=(nucal.high, band.low, band.high), holds=nucal.high < band.low),
        Claim(place="IV.D", claim="Z': KOTO's region remains somewhat unchanged then",
              ours="it moves up by a factor {0:.2f} in G_X at 0.5", values=(band.low / before.low,),
              holds=band.low / before.low < before.high / before.low, reason="less than its own width"),
        Claim(place="IV.D", claim="virtual meson: at moderate dark branching ratios CHARM is much weaker",
              ours="at 0.5 CHARM excludes m_eff up to {0:.0f} eV, three events (1 sigma) have {1:.0f} to {2:.0f} eV",
              values=(charm.high, virtual.low, virtual.high), holds=_free(virtual, charm),
              reason="part of the band is free"),
    ]  # fmt: skip


def conclusions(meson: Reach, scalars: Reach) -> list[Claim]:
    """Rows of section VI.

    Parameters
    ----------
    meson, scalars : Reach
        Scalars of a virtual meson, and of the Z'.
    """
    band, charm, nucal = meson.band(), meson.excluded("charm"), meson.excluded("nucal")
    limit, wide = scalars.excluded("koto-2015"), scalars.band(2)
    koto = meson.excluded("koto-2015")
    at_10_cm = [_events_at(scalars, name, 100.0) for name in _FUTURE]
    gone = scalars.excluded("charm")
    longest, shortest = (scalars.length(coupling) / 1e3 for coupling in (gone.low, gone.high))
    fits = band.low <= 100.0 <= band.high
    central = meson.contours.drawn(meson.point)["koto-three-events"][1]
    assert isinstance(central, KotoBand)
    number = float(central.events(central.value(meson.at(np.asarray(100.0)))))
    return [
        Claim(place="VI", claim="G_X of order G_F is being probed by KOTO", paper="1",
              ours="KOTO (2015) excludes G_X/G_F above {0:.2f} for scalars of (430, 0) MeV", values=(limit.low,),
              holds=0.1 < limit.low < 10.0),
        Claim(place="VI", claim="what explains the excess lies at the edge of what is excluded",
              ours="the edge {0:.2f} in G_X/G_F is inside the band of 2 sigma, {1:.2f} to {2:.2f}",
              values=(limit.low, wide.low, wide.high), holds=wide.low < limit.low < wide.high),
        Claim(place="VI", claim="KOTO restricts the virtual meson significantly",
              ours="m_eff above {0:.0f} eV is excluded (2015, (430, 0) MeV)", values=(koto.low,), holds=koto.low < 1000.0,
              reason="a keV is the largest that perturbativity allows, section III.D"),
        Claim(place="VI", claim="m_eff of 100 eV and m_2 > 400 MeV accommodate the excess with no extra parameters",
              paper="100 eV",
              ours="three events ask for {0:.0f} to {1:.0f} eV (1 sigma), 100 eV gives {2:.1f}; CHARM excludes {3:.2g} to "
              "{4:.0f} eV, NuCal {5:.2g} to {6:.0f} eV, (430, 0) MeV",
              values=(band.low, band.high, number, charm.low, charm.high, nucal.low, nucal.high),
              holds=fits and _free(band, charm, nucal),
              reason="the rate fits, but the whole band is excluded by CHARM unless X2 has other decays (section III.D); eta of PYTHIA 6"),
        Claim(place="VI", claim="c tau in excess of 1 m is almost guaranteed to be ruled out by beam dumps", paper="> 1 m",
              ours="CHARM excludes c tau of {0:.2g} to {1:.0f} m, scalars of (430, 0) MeV", values=(shortest, longest),
              holds=shortest < 1.0 and longest > 10.0, reason="up to that length, where the coupling makes too few eta -> X1 X2"),
        Claim(place="VI", claim="future dumps reach c tau of 10 cm and below", paper="10 cm",
              ours="at c tau = 10 cm SHiP expects {0:.2g} events and the near detector of DUNE {1:.2g}, scalars of (430, 0) MeV",
              values=(at_10_cm[0], at_10_cm[1]), holds=max(at_10_cm) > 10.0,
              reason="without background, as projections take it; 2.3 events are a limit; it is SHiP that reaches it"),
    ]  # fmt: skip


def _events_at(reach: Reach, experiment: str, ctau: float) -> float:
    """Expected events of a beam dump at the coupling that gives c tau [mm]."""
    dump = reach.contours.drawn(reach.point)[experiment][1]
    coupling = np.sqrt(reach.length(1.0) / ctau)  # every width of X2 goes with its square
    return float(dump.value(reach.at(coupling)))
