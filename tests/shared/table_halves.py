"""Two independent halves of a meson table, and the coupling at which a dump stops to exclude with each."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from darkpair.chains.models import Inputs, ZPrimeScalar
from darkpair.detectors.lifetime_scan import ScanSample
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.sources.meson_table import MesonTable
from darkpair.limits.dump_samples import CTAU, DumpAgainstCtau, DumpYield, EtaSample
from darkpair.scan import Acceptance
from darkpair.searches.beam_dump import BeamDump

__all__ = ["FOLDER", "HALVES", "Halves", "half", "measured_halves", "upper_edge"]

FOLDER: Final = Path(__file__).parents[1] / "limits" / "halves"

#: The dump of each beam, and the generators whose halves are kept, those of `FOLDER`.
HALVES: Final = {"nucal": ("pythia6", "pythia8", "urqmd34"), "charm": ("urqmd34",)}
_BEAMS: Final = {"nucal": 70.0, "charm": 400.0}  # GeV
_MASSES: Final = (0.43, 0.3)  # GeV, of X2; X1 has none


class Halves:
    """Edges of a dump for one mass of X2, with any table: one sample of PYTHIA 6's eta, weighted.

    Parameters
    ----------
    experiment : str
        Name of the dump.
    m2 : float [GeV]
        Mass of X2.
    events : int
        Number of eta.
    """

    def __init__(self, experiment: str, m2: float, events: int) -> None:
        made = DumpAgainstCtau(
            experiment=experiment, generator="pythia6", events=events, cells=(40, 32, 24), throws=(8, 8)
        )
        self.experiment, self.beam, self.m2 = experiment, _BEAMS[experiment], m2
        self.number = made.source.table.multiplicity
        self._sample, places = made.placed(0.0, m2)
        self._y, self._pt = places.y_pt
        self._own = made.source.density(self._y, self._pt)

    def edge(self, table: MesonTable) -> tuple[float, float]:
        """Coupling over G_F at which the search stops to exclude, with the spectrum of a table, and the sample's error of it."""
        density = table.density(self._y, self._pt)
        ratio = np.divide(density, self._own, out=np.zeros_like(density), where=self._own > 0.0)
        sample = replace(self._sample, weight=self._sample.weight * ratio, largest=None)
        ctau, value, error = zip(*_efficiencies(sample), strict=True)
        acceptance = Acceptance(ctau=ctau, value=value, error=error)
        eta = EtaSample(
            generator=table.generator, multiplicity=self.number, multiplicity_error=0.0, acceptance=acceptance
        )
        search = BeamDump(
            experiment=self.experiment,
            multiplicity=1.0,
            acceptance=DumpYield(samples=(eta,), end="central"),
            daughters=0.98823,  # of pi0 -> gamma gamma
        )
        return upper_edge(search, self.m2)


def _efficiencies(sample: ScanSample) -> Iterator[tuple[float, float, float]]:
    for ctau in CTAU:
        try:
            made = sample.efficiency(ctau, effective_min=30)
        except InputError:  # too few events for it
            continue
        yield ctau, made.value, made.error


def upper_edge(search: BeamDump, m2: float) -> tuple[float, float]:
    """Largest coupling over G_F that a search excludes at a mass of X2 [GeV]: between two of 4001, in the logarithms; and its error."""
    fermi = Inputs("pdg")["G_F"]
    couplings: Array = np.geomspace(1e-2, 30.0, 4001)
    model = ZPrimeScalar(m1=0.0, m2=m2, G_X=couplings * fermi, inputs=Inputs("pdg"))
    values = search.value(model)
    last = int(np.flatnonzero(values >= search.limit)[-1])
    slope = math.log(values[last + 1] / values[last]) / math.log(couplings[last + 1] / couplings[last])
    edge = float(couplings[last] * math.exp(math.log(search.limit / values[last]) / slope))
    assert isinstance(search.acceptance, DumpYield)
    relative = search.acceptance.samples[0].acceptance.relative_error(model.ctau("X2")[last : last + 1])
    return edge, edge * float(np.max(relative)) / abs(slope)


@cache
def half(generator: str, beam_energy: float, which: str) -> MesonTable:
    """Table of eta of the ``"first"`` or the ``"second"`` half."""
    with np.load(FOLDER / f"{generator}_{beam_energy:g}_{which}.npz") as data:
        about = json.loads(str(data["about"]))
        y, pt, values, counts = (
            data[f"eta.{name}"].astype(float) for name in ("y", "pt", "density", "counts")
        )
    return MesonTable(
        meson="eta",
        beam_energy=beam_energy,
        target="p",
        generator=generator,
        multiplicity=1.0,
        multiplicity_error=0.0,
        generator_multiplicity=1.0,
        y_nodes=np.concatenate([-y[:0:-1], y]) + about["centre"],
        pt_nodes=pt,
        values=np.concatenate([values[:0:-1], values]),
        about=about,
        counts=np.concatenate([counts[::-1], counts]),
    )


def measured_halves(events: int) -> list[dict[str, Any]]:
    """A row for each dump, generator and mass of X2: both halves' edges and their difference.

    Parameters
    ----------
    events : int
        Number of eta of each sample.
    """
    rows = []
    for experiment, generators in HALVES.items():
        for m2 in _MASSES:
            halves = Halves(experiment, m2, events)
            for generator in generators:
                tables = [half(generator, halves.beam, which) for which in ("first", "second")]
                (first, error), (second, other) = (halves.edge(table) for table in tables)
                rows.append(
                    {
                        "search": experiment,
                        "m2 [MeV]": round(1e3 * m2),
                        "generator": generator,
                        "events": sum(table.about["events"] for table in tables),
                        "first [G_F]": first,
                        "first error [G_F]": error,
                        "second [G_F]": second,
                        "second error [G_F]": other,
                        "difference [%]": 100.0 * (second / first - 1.0),
                    }
                )
    return rows
