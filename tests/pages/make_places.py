"""Coverage of intervals (docs/analysis.md), the machines of docs/belle2.md, checks of docs/limits.md."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from scipy import stats

from darkpair import Streams, particle
from darkpair.chains.daughter_ratios import pi0_to_photons
from darkpair.chains.models import Inputs, ZPrimeMajorana, ZPrimeScalar
from darkpair.detectors.data_file import read_data
from darkpair.detectors.efficiency import ONE_SIGMA, estimate
from darkpair.detectors.koto_results import kaons, run
from darkpair.export.profile import profile_limit
from darkpair.export.workspace import koto_counting
from darkpair.gen.sources.upsilon4s import MACHINES
from darkpair.searches import SEARCHES, BToKNuNu, HiggsDecay, KotoBand
from darkpair.searches.escape import invisible_branching_ratio
from darkpair.statistics import poisson_interval, upper_limit
from tests.detectors.test_intervals import JOBS, LAWS, dump_job, measured, toys_of


def coverage(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    count = 300 if quick else 4000
    rows = []
    for name in (*LAWS, *JOBS):
        row: dict[str, Any] = {"weights": name}
        for expected in (1, 3, 10):
            covered, length, limited = measured(name, float(expected), count)
            error = math.sqrt(max(covered * (1.0 - covered), 1.0 / count) / count)
            row |= {
                f"covered {expected}": covered,
                f"covered {expected} error": error,
                f"length {expected}": length,
            }
            error = math.sqrt(max(limited * (1.0 - limited), 1.0 / count) / count)
            row |= {f"limit {expected}": limited, f"limit {expected} error": error}
        rows.append(row)
    return rows, {"toys": count, "seed": 1997}


def steep(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Coverage at ten expected events of jobs that are forced behind many decay lengths, NuCal at (400, 40) MeV."""
    count = 200 if quick else 4000
    rows = []
    for name, aimed, ctaus in (("forced", False, (1e3, 200.0, 100.0, 30.0)), ("aimed", True, (100.0, 30.0))):
        for ctau in ctaus:
            weight, mask = dump_job("nucal", ctau, aimed=aimed)
            flows, truth = toys_of(weight, mask, 10.0, count, f"{name} {ctau}")
            covered = float(np.mean([e.low <= truth <= e.high for e in map(estimate, flows)]))
            error = math.sqrt(max(covered * (1.0 - covered), 1.0 / count) / count)
            rows.append({"job": name, "c tau [mm]": ctau, "covered": covered, "covered error": error})
    return rows, {"toys": count, "expected events": 10}


#: Where z points, of the module's text.
_AXES: Final = {
    "belle2": "bisects the beams",
    "belle": "opposite to the positrons",
    "babar": "along the electrons",
}


def belle2_source(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    rows = []
    mass, n = particle("B+").mass, 200_000 if quick else 4_000_000
    for name, beams in MACHINES.items():
        below = stats.norm.cdf((2.0 * mass - beams.nominal_sqrt_s) / beams.sqrt_s_spread)
        rows.append(
            {
                "machine": name,
                "electron [GeV]": beams.electron,
                "positron [GeV]": beams.positron,
                "angle [mrad]": 1e3 * (beams.electron_angle + beams.positron_angle),
                "axis": _AXES[name],
                "sqrt(s) [GeV]": beams.nominal_sqrt_s,
                "spread [MeV]": 1e3 * beams.sqrt_s_spread,
                "beta gamma": beams.boost,
                "part below the threshold": float(below),
                **_momenta(beams, mass, n),
            }
        )
    return rows, {"line shape": "Breit-Wigner of 20.5 MeV times p*^3"}


def _momenta(beams: Any, mass: float, n: int) -> dict[str, float]:
    """Mean p* of the B [MeV], and where the collisions are weighted with the resonance's line and p*^3 as well."""
    rng = Streams(9).rng("beams")
    root = beams.nominal_sqrt_s + beams.sqrt_s_spread * rng.standard_normal(n)
    p = 1e3 * np.sqrt(np.maximum(0.25 * root**2 - mass**2, 0.0))
    line = p**3 / ((root - 10.5794) ** 2 + (0.5 * 0.0205) ** 2)
    out: dict[str, float] = {}
    for name, weight in (("p*", p > 0.0), ("p* with a Breit-Wigner", line)):
        value = float(np.sum(weight * p) / np.sum(weight))
        error = float(np.sqrt(np.sum((weight * (p - value)) ** 2)) / np.sum(weight))
        out |= {f"{name} [MeV]": value, f"{name} error [MeV]": error}
    return out


def limits_checks(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:  # noqa: ARG001
    """What docs/limits.md says of published limits, of Higgs decays and of three events."""
    numbers: dict[str, float] = {}
    for year in ("2015", "2016-18", "2021"):
        sensitivity = run(year).single_event_sensitivity.value
        numbers[f"limit of {year}, nothing subtracted"] = sensitivity * upper_limit(
            koto_counting(year, subtract=False)
        )
        numbers[f"limit of {year}, CLs"] = sensitivity * upper_limit(koto_counting(year))
        standard = read_data("koto")["runs"][year]["standard_acceptance"]["value"]
        numbers[f"kinematic way over sensitivity, {year}"] = (
            kaons(year).value * standard * pi0_to_photons() * run(year).single_event_sensitivity.value
        )
    sensitivity = KotoBand(efficiency_ratio=1.0).central / 3.0
    numbers |= {"sensitivity of three events": sensitivity, "three events": 3.0 * sensitivity}
    for level, label in ((ONE_SIGMA, "68 %"), (0.95, "95 %")):
        low, high = poisson_interval(3, level)
        numbers |= {
            f"three events, {label} low": sensitivity * low,
            f"three events, {label} high": sensitivity * high,
        }
    none = koto_counting("2021")
    numbers |= {"2021 asymptotic": profile_limit(none), "2021 CLs": upper_limit(none)}
    model = ZPrimeScalar(m1=0.04, m2=0.4, G_X=Inputs()["G_F"], m_Zprime=10.0)
    for final in ("Z Z'", "Z' Z'"):
        numbers[f"h -> {final} over the width of h"] = float(HiggsDecay(final=final).value(model))
    numbers["largest q G_X/G_F"] = 1.0 / math.sqrt(float(HiggsDecay(completion="aligned").ratio(model)))
    for name in ("atomic-parity-2009", "atomic-parity-2021", "neutrino-electron"):
        numbers[f"limit of {name}"] = float(SEARCHES[name]().limit)
    for search in ("belle", "belle2-2023"):
        numbers[f"limit of b-to-k-{search}"] = float(BToKNuNu(search=search).limit)
    for name, kind in (("psi2 -> psi1", ZPrimeMajorana), ("S2 -> S1", ZPrimeScalar)):
        pair = kind(m1=0.04, m2=0.4, G_X=Inputs()["G_F"])
        numbers[f"BR({name} nu nubar) at (400, 40) MeV"] = float(invisible_branching_ratio(pair))
    return [{"what": name, "value": value} for name, value in numbers.items()], {}
